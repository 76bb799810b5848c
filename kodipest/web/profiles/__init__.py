"""Public pages of pesantren and people; here because they show works, which people know nothing of."""
