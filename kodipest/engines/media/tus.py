"""The headers of tus 1.0.0, read and written; nothing here knows a request, a row or a file."""

import base64
import binascii
import hashlib
import hmac
import re
from typing import Final

VERSION: Final = "1.0.0"
EXTENSIONS: Final = "creation,creation-with-upload,checksum,termination,expiration"
ALGORITHMS: Final = ("sha1", "sha256")
BODY_TYPE: Final = "application/offset+octet-stream"
METADATA_LENGTH: Final = 4000
LARGEST: Final = 2**63 - 1  # what a database can count

_NUMBER = re.compile(r"[0-9]{1,19}")
_KEY = re.compile(r"[\x21-\x2b\x2d-\x7e]+")


class Misspoken(ValueError):
    """A header is missing or is not what the protocol says; the text is for a programmer."""


def number(header: str, value: str | None) -> int:
    """Return a count of bytes. Raises Misspoken."""
    if value is None or not _NUMBER.fullmatch(value) or int(value) > LARGEST:
        msg = f"{header} must be a non-negative integer"
        raise Misspoken(msg)
    return int(value)


def metadata(header: str) -> dict[str, str]:
    """Read Upload-Metadata: `key base64,key base64,key`. Raises Misspoken.

    A key is printable ASCII without space and comma; a value is UTF-8, or nothing.
    """
    if len(header) > METADATA_LENGTH:
        msg = f"Upload-Metadata must not be longer than {METADATA_LENGTH} characters"
        raise Misspoken(msg)
    found: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in header.split(","))):
        key, _space, value = pair.partition(" ")
        if not _KEY.fullmatch(key) or key in found:
            msg = "Upload-Metadata has a key that is empty, not ASCII, or there twice"
            raise Misspoken(msg)
        try:
            found[key] = base64.b64decode(value.strip(), validate=True).decode()
        except ValueError as error:  # binascii.Error and UnicodeDecodeError are both ValueErrors
            msg = f"Upload-Metadata: {key} is not UTF-8 in base64"
            raise Misspoken(msg) from error
    return found


class Checksum:
    """What Upload-Checksum promises of the body of one request: `sha1 <base64>`."""

    def __init__(self, header: str) -> None:
        """Raise Misspoken for an algorithm that is not ours or a digest of another length."""
        algorithm, _space, value = header.strip().partition(" ")
        if algorithm not in ALGORITHMS:
            msg = f"Upload-Checksum must use one of {', '.join(ALGORITHMS)}"
            raise Misspoken(msg)
        self._hash = hashlib.new(algorithm, usedforsecurity=False)
        try:
            self._promised = base64.b64decode(value.strip(), validate=True)
        except binascii.Error as error:
            msg = "Upload-Checksum is not base64"
            raise Misspoken(msg) from error
        if len(self._promised) != self._hash.digest_size:
            msg = f"Upload-Checksum is not a digest of {algorithm}"
            raise Misspoken(msg)

    def update(self, block: bytes) -> None:
        """Take the next bytes of the body."""
        self._hash.update(block)

    def holds(self) -> bool:
        """Say whether what came is what was promised."""
        return hmac.compare_digest(self._hash.digest(), self._promised)
