"""Incubation: an approved work grows before it is judged."""
