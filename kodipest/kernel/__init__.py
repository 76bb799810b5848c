"""What two or more apps use and holds no domain word."""
