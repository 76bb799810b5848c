"""Calendars of the religion: Hijri dates for now."""
