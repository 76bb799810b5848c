"""Curation: a curator from another house judges a frozen version by a rubric."""
