"""`manage.py restore FILE [--into HOME]`: bring a copy back into an empty state folder."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from kodipest.web import preparation
from kodipest.web.backup.copies import examine, manage, restore_copy
from kodipest.web.backup.errors import CopyError


class Command(BaseCommand):
    """Verify a copy wholly, write it into an empty folder, and have the doctor look at the result."""

    help = "Restore a copy into an empty state folder (default: the configured one)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--into", type=Path, metavar="HOME", help="an empty folder")
        parser.add_argument(
            "--code", default="", help="the recovery code; also KODIPEST_RECOVERY_CODE, else asked"
        )
        parser.add_argument(
            "--signer", default="", help="accept only a copy of the site with this key (ed25519:…)"
        )
        parser.add_argument(
            "--journal", type=Path, action="append", default=[], metavar="FILE",
            help="journal/withdrawals.jsonl of the lost site, when it lies elsewhere",
        )  # fmt: skip

    def handle(
        self,
        *,
        file: Path,
        into: Path | None,
        code: str,
        signer: str,
        journal: Sequence[Path] = (),
        **options: Any,
    ) -> None:
        home = (into or settings.HOME).resolve()
        code = code or os.environ.get("KODIPEST_RECOVERY_CODE", "") or input("Recovery code: ")
        try:
            copy = restore_copy(file, home, code=code.strip(), signer=signer, more=journal)
            self.settle(home)
        except CopyError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{home}: {sum(copy.facts['counts'].values())} rows, {copy.facts['originals']} originals, as of "
            f"{copy.facts['made_at']}, of the site {copy.signer}. Films are prepared anew once it runs."
        )

    def settle(self, home: Path) -> None:
        """Bring the restored site to this version of the program and put lost renditions in the queue."""
        preparation.make_folders(home)
        preparation.forget(home)
        database = os.environ.get("DATABASE_URL", "")
        done = manage(home, "prepare", "--quiet", database=database)
        if done.returncode:
            raise CopyError(
                f"The copy is in place, but the site does not open: {done.stderr[-2000:]}"
            )
        examine(home, database=database, mend=True)
