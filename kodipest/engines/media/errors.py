"""How the media engine says that a file cannot be used."""

from typing import Literal

Code = Literal[
    "empty",  # no bytes at all
    "not_media",  # text, an archive: nothing to look at or listen to
    "disguised",  # a playlist or script that would make a decoder open other files
    "damaged",  # the right kind, but its index or body is broken
    "no_duration",  # a film or a sound with nothing in it
    "too_large",  # more pixels than a phone can show and a node can hold
    "locked",  # opens only with a password or a licence
    "not_captions",  # no text with times in it
    "unsupported",  # real media of a kind we do not take
    "encoder_failed",  # the encoder gave up, or its output did not pass the checks
    "stalled",  # the encoder made no headway for so long that it was ended
    "no_space",  # the disk filled up
    "store_away",  # the bucket cannot be reached, or takes nothing more
]


class Unusable(Exception):
    """This file cannot be prepared. `code` is for programs, `detail` for the operator's log."""

    def __init__(self, code: Code, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code: Code = code
        self.detail = detail
