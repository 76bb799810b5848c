"""Persons, organisations, roles, consents and the audit trail."""
