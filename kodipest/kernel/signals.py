"""Signals: only where two sides must not know each other."""

from django.dispatch import Signal

# The worker's heartbeat, every quarter of a minute: put right what a crash has left. No arguments.
sweep_due = Signal()

# What may be shown of somebody has changed (sent after commit). Argument: person_id.
consent_changed = Signal()
