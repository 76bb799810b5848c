"""Engines know no domain word; each could be a library."""
