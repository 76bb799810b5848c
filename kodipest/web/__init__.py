"""Pages that span apps, and the commands of a site."""
