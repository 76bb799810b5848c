"""Coaching: makes a work good. A mentor reads, advises, and vouches for an exact version."""
