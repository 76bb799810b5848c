"""Queue, sessions and cache stand in their own files beside the durable database."""

from typing import Any

HOMES = {"django_tasks_database": "queue", "sessions": "sessions", "django_cache": "cache"}


class Beside:
    """Send each app to its file; everything else is durable."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        """Name the database of `model`."""
        return HOMES.get(model._meta.app_label, "default")

    db_for_write = db_for_read

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool:
        """Allow relations inside one file only: no foreign key crosses files."""
        return self.db_for_read(one) == self.db_for_read(other)

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        """Create each table in its own file and nowhere else."""
        return HOMES.get(app_label, "default") == db
