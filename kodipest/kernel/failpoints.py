"""Named places where a crash test ends the process as a power cut would.

Every name is declared here, and tests/web/test_every_failpoint.py dies at each of them.
"""

import os
import signal
from typing import Final

from django.conf import settings

PLACES: Final = {
    "part_on_disk": "the bytes of an upload are on the disk, the row does not count them yet",
    "original_named": "the bytes have their lasting name, no row knows them yet",
    "before_section_is_told": "a section of a long film is made, its row still says running",
    "before_join": "an addition is made, nothing of it is in the folder of its base",
    "after_join": "it is in the folder, no row says so",
    "before_join_is_told": "one of both rows says so, in a transaction that is still open",
    "public_files_unset": "what the public may see is committed, its files are as they were",
    "withdrawal_uncommitted": "a withdrawal is written in a transaction that is still open",
    "withdrawal_committed": "it is committed and not in the journal yet",
    "withdrawal_journaled": "it is in both, nobody was told",
}


def reach(name: str) -> None:
    """Die here if `KODIPEST_FAILPOINT` names this place, which only the test settings read.

    Raises LookupError for a name that is not in PLACES, reached or asked for.
    """
    wanted = getattr(settings, "FAILPOINT", "")
    if unknown := {name, wanted or name} - PLACES.keys():
        raise LookupError(f"no failpoint {unknown.pop()}")
    if name == wanted:
        os.kill(os.getpid(), signal.SIGKILL)
