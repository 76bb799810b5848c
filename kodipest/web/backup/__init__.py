"""Copies of a site: made, proved and brought back. See docs/howto/backup.md."""
