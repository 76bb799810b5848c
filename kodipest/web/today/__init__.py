"""Today: the one page that says what waits for you."""
