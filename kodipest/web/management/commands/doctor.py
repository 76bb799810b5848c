"""`manage.py doctor`: check what the site promises; exit code 1 when something does not hold."""

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from kodipest.engines.media.encoder import fences
from kodipest.engines.media.operations.recovery import make_lost_renditions_again
from kodipest.people import journal
from kodipest.stages.publication.operations import open_public_files
from kodipest.web import doctor


class Command(BaseCommand):
    """Examine the site and say what does not hold, in words for the operator."""

    help = "Check what the site promises. Exit code 1 when something does not hold."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--deep", action="store_true", help="read every blob and the whole database"
        )
        parser.add_argument("--json", action="store_true", help="answer in JSON")
        parser.add_argument("--rows-only", action="store_true", help="leave the media folder out")
        parser.add_argument(
            "--mend",
            action="store_true",
            help="first apply journaled withdrawals, put lost renditions back in the queue and "
            "close what is not public",
        )
        parser.add_argument(
            "--withdraw-again", action="store_true", help="first apply journaled withdrawals"
        )

    def handle(
        self,
        *,
        deep: bool,
        json: bool,
        rows_only: bool,
        mend: bool,
        withdraw_again: bool,
        **options: Any,
    ) -> None:
        if mend or withdraw_again:
            journal.reconcile()
        if mend:
            make_lost_renditions_again()
            open_public_files()
        found = doctor.examine(files=not rows_only, deep=deep)
        if json:
            self.stdout.write(as_json(found))
        else:
            for promise in found.examined:
                bad = sum(fault.startswith(promise) for fault in found.faults)
                self.stdout.write(f"{promise}: {f'{bad} faults' if bad else 'holds'}")
            shut = (
                ", ".join(fences()) or "none: this kernel has neither Landlock nor seccomp for us"
            )
            self.stdout.write(f"shut to whatever reads a stranger's file: {shut}")
            for note in found.notes:
                self.stdout.write(f"note: {note}")
            for fault in found.faults:
                self.stderr.write(fault)
        if found.faults:
            sys.exit(1)


def as_json(found: doctor.Findings) -> str:
    """Write the findings for a program."""
    return json.dumps({"ok": not found.faults} | asdict(found))
