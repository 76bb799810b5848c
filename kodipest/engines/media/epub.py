"""Check an EPUB: a zip with a law of its own (EPUB 3.3, OCF) and all the traps of a zip.

The traps are those of any zip: `check_zip` looks at a comic (CBZ) too.
"""

import re
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from kodipest.engines.media.errors import Unusable

MAX_MEMBERS = 10_000
MAX_UNPACKED = 1024**3
MAX_RATIO = 200
RATIO_FROM_BYTES = 1024**2  # small members of repeated text compress well and harm nobody
_CHUNK = 256 * 1024
_ROOT_FILE = re.compile(rb"""<(?:\w+:)?rootfile\s[^>]*full-path\s*=\s*["']([^"']+)["']""")
_ENCRYPTED = 0x1


def check_epub(path: Path) -> None:
    """Raise Unusable unless the file is a whole, harmless EPUB."""
    try:
        with zipfile.ZipFile(path) as book:
            members = book.infolist()
            if not members or members[0].filename != "mimetype":
                raise Unusable("damaged", "the first member is not `mimetype`")
            check_zip(book)
            _check_type(book)
            root_file(book)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, KeyError) as error:
        raise Unusable("damaged", f"{type(error).__name__}: {error}") from error


def check_zip(archive: zipfile.ZipFile) -> None:
    """Raise Unusable unless every member is harmless, whole and of a fitting size."""
    members = archive.infolist()
    _check_shape(members)
    _check_members(members)
    _check_contents(archive, members)


def _check_shape(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MAX_MEMBERS:
        raise Unusable("too_large", f"{len(members)} members, at most {MAX_MEMBERS}")
    names = [member.filename for member in members]
    if len(set(names)) != len(names):
        raise Unusable("damaged", "two members share a name")
    unpacked = sum(member.file_size for member in members)
    if unpacked > MAX_UNPACKED:
        raise Unusable("too_large", f"{unpacked} bytes unpacked, at most {MAX_UNPACKED}")


def _check_members(members: list[zipfile.ZipInfo]) -> None:
    for member in members:
        place = PurePosixPath(member.filename)
        if place.is_absolute() or ".." in place.parts or "\\" in member.filename:
            raise Unusable("damaged", f"a member points outside: {member.filename[:80]!r}")
        if stat.S_ISLNK(member.external_attr >> 16):
            raise Unusable("damaged", f"a symbolic link: {member.filename[:80]!r}")
        if member.flag_bits & _ENCRYPTED:
            raise Unusable("unsupported", "an encrypted member")
        packed = max(member.compress_size, 1)
        if member.file_size > RATIO_FROM_BYTES and member.file_size / packed > MAX_RATIO:
            raise Unusable("too_large", f"{member.filename[:80]!r} unpacks {MAX_RATIO}-fold")


def _check_contents(book: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> None:
    """Read every member in pieces: sums are verified, and no header is believed about sizes."""
    total = 0
    for member in members:
        with book.open(member) as stream:
            while piece := stream.read(_CHUNK):
                total += len(piece)
                if total > MAX_UNPACKED:
                    raise Unusable("too_large", f"more than {MAX_UNPACKED} bytes unpacked")


def _check_type(book: zipfile.ZipFile) -> None:
    if book.read("mimetype").strip() != b"application/epub+zip":
        raise Unusable("damaged", "the `mimetype` member says something else")


def root_file(book: zipfile.ZipFile) -> str:
    """Return the path of the package inside the book. Raises Unusable, KeyError when it is absent."""
    with book.open("META-INF/container.xml") as stream:
        container = stream.read(_CHUNK)
    found = _ROOT_FILE.search(container)
    if found is None:
        raise Unusable("damaged", "container.xml names no root file")
    return book.getinfo(found[1].decode("utf-8", "replace")).filename
