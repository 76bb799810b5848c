"""`manage.py reprepare`: make anew, in its own time, what was made by an older recipe."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from kodipest.engines.media.models import Original
from kodipest.engines.media.operations import request_remakes


class Command(BaseCommand):
    help = "Ask for everything of an older recipe by today's; it waits behind all other films."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--kind", action="append", choices=Original.Kind.values, help="default: every kind"
        )
        parser.add_argument("--limit", type=int, help="not more than so many now")

    def handle(
        self, *_args: Any, kind: list[str] | None, limit: int | None, **_options: Any
    ) -> None:
        found = request_remakes(kinds=kind or Original.Kind.values, limit=limit)
        self.stdout.write(f"{found} asked for")
