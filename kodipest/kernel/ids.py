"""Ids that a node makes offline without colliding with any other (RFC 9562)."""

from uuid import UUID, uuid5

from uuid_utils import compat

NAMESPACE = UUID("6d1f0b1e-5f0c-5c1f-9a37-6b6f64697065")


def new_id() -> UUID:
    """Return a time-ordered UUIDv7."""
    return compat.uuid7()


def natural_id(*parts: object) -> UUID:
    """Return the UUIDv5 of a natural key, so that making the same thing twice makes it once."""
    return uuid5(NAMESPACE, "\x1f".join(map(str, parts)))
