"""`manage.py backup [FOLDER]`: a proved copy of the site, taken while it runs."""

import fcntl
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from kodipest.web.backup import keys
from kodipest.web.backup.copies import make_copy
from kodipest.web.backup.errors import CopyError


class Command(BaseCommand):
    """Write one file with the database, the originals and the sealed keys, and prove it."""

    help = "Write a proved copy of this site into FOLDER (default: backups in the state folder)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, help="best on another disk")
        parser.add_argument("--show-code", action="store_true", help="show the recovery code again")

    def handle(self, *, folder: Path | None, show_code: bool, **options: Any) -> None:
        is_first = not (settings.HOME / "keys" / keys.CODE_FILE).exists()
        (settings.HOME / "run").mkdir(parents=True, exist_ok=True, mode=0o700)
        with (settings.HOME / "run" / "backup.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                copy = make_copy((folder or settings.HOME / "backups").resolve())
            except BlockingIOError:
                raise CommandError("Another backup of this site is running.") from None
            except CopyError as error:
                raise CommandError(f"No copy was made. {error}") from error
        self.stdout.write(f"{copy.file}")
        self.stdout.write(
            f"{copy.bytes} bytes, {copy.rows} rows, {copy.originals} originals: restored in a scratch "
            "folder, examined, and whole."
        )
        if is_first or show_code:
            self.stdout.write(
                f"\nRecovery code: {keys.recovery_code(settings.HOME)}\n"
                "Write it on paper and keep it apart from the copies: without it none can be restored."
            )
