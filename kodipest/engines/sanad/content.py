"""What a chain vouches for: one file, or a manifest that names several parts by their hashes."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from kodipest.engines.sanad.canonical import Json, canonical, sha256_of

_HASH_ANYWHERE = re.compile(r"(?:sha256:)?([0-9a-f]{64})")


def content_hash(manifest: Mapping[str, Json]) -> str:
    """Name a content of several parts: the hash of its manifest in canonical JSON.

    The manifest travels inside the export, so it must hold nothing that may have to be forgotten
    later: hashes, sizes, roles and titles, no person's name and no file name chosen by a person.
    """
    return sha256_of(canonical(manifest))


def hash_text(text: str) -> str:
    return sha256_of(text.encode())


def hash_file(path: Path) -> str:
    """Name a file by its bytes, read in pieces."""
    with path.open("rb") as file:
        return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()


def hashes_in(value: Json) -> Iterator[str]:
    """Yield every SHA-256 a manifest names, wherever it stands and however it is prefixed."""
    if isinstance(value, str):
        if match := _HASH_ANYWHERE.fullmatch(value):
            yield "sha256:" + match[1]
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from hashes_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from hashes_in(item)
