"""A bundle: one zip with its members named by a signed manifest. Backups and caravans are bundles.

    manifest.json   canonical JSON: what the bundle is for, facts, every member with size and SHA-256
    manifest.sig    the signature over exactly those bytes
    ...             the members, stored as they are

It is written under a scratch name and read with distrust: a path that climbs out, a link, a bomb, a
member too many or too few, a changed byte, each is refused before anything is written elsewhere.
"""

import hashlib
import json
import os
import re
import stat
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self

import rfc8785

FORMAT, VERSION = "kodipest-bundle", 1
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
MEMBER = re.compile(r"[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)*")
MANIFEST_LIMIT_BYTES = 256 * 2**20
MEMBERS_LIMIT = 5_000_000
BLOCK_BYTES = 2**20


class BundleError(Exception):
    """The bundle is refused. `code` is stable: unreadable, unsafe, incomplete, changed, unsigned."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class Member:
    """One file of a bundle."""

    name: str
    bytes: int
    sha256: str


def write_bundle(
    target: Path,
    members: Iterable[tuple[str, Path | bytes]],
    *,
    purpose: str,
    facts: dict[str, Any],
    signer: str,
    sign: Callable[[bytes], str],
) -> list[Member]:
    """Write `members` (name, content) into a new file `target`, flushed to the disk.

    The caller chooses a scratch name and renames when it has proved the bundle. `signer` is the
    public key that verifies what `sign` returns. Raises FileExistsError.
    """
    written: list[Member] = []
    with target.open("xb") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
            written.extend(_add(archive, name, content) for name, content in members)
            manifest = rfc8785.dumps(
                {
                    "format": FORMAT,
                    "version": VERSION,
                    "purpose": purpose,
                    "signer": signer,
                    "facts": facts,
                    "members": [vars(member) for member in written],
                }
            )
            archive.writestr(MANIFEST, manifest)
            archive.writestr(SIGNATURE, sign(manifest))
        file.flush()
        os.fsync(file.fileno())
    return written


def _add(archive: zipfile.ZipFile, name: str, content: Path | bytes) -> Member:
    _require_safe(name)
    digest, size = hashlib.sha256(), 0
    with archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as into:
        for block in _blocks(content):
            digest.update(block)
            size += len(block)
            into.write(block)
    return Member(name, size, digest.hexdigest())


def _blocks(content: Path | bytes) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    with content.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            yield block


def _require_safe(name: str) -> None:
    if not MEMBER.fullmatch(name) or any(part in {".", ".."} for part in name.split("/")):
        raise BundleError("unsafe", f"member name {name!r}")


class Bundle:
    """An opened bundle whose manifest is signed and whose members are all there, not yet read."""

    def __init__(self, archive: zipfile.ZipFile, manifest: dict[str, Any]) -> None:
        self._archive = archive
        self.purpose: str = manifest["purpose"]
        self.signer: str = manifest["signer"]
        self.facts: dict[str, Any] = manifest["facts"]
        self.members = {member["name"]: Member(**member) for member in manifest["members"]}

    @classmethod
    def open(cls, path: Path, *, has_signed: Callable[[str, bytes, str], bool]) -> Self:
        """Open `path`; `has_signed(signer, message, signature)` judges the manifest.

        Raises BundleError. What the members hold is verified by `verify`, or as they are read.
        """
        try:
            archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError) as error:
            raise BundleError("unreadable", f"{path.name}: {error}") from error
        try:
            bundle = cls(archive, _read_manifest(archive, has_signed))
            bundle._require_exactly_listed()
        except BundleError:
            archive.close()
            raise
        except (KeyError, TypeError, ValueError, zipfile.BadZipFile) as error:
            archive.close()
            raise BundleError("unreadable", f"the manifest of {path.name}: {error}") from error
        return bundle

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    def verify(self) -> None:
        """Read every member once. Raises BundleError `changed` for the first that differs."""
        for name in self.members:
            for _block in self.blocks(name):
                pass

    def read(self, name: str) -> bytes:
        """Return a small member whole."""
        return b"".join(self.blocks(name))

    def extract(self, name: str, target: Path) -> None:
        """Write a member to `target`, durably; a changed member leaves no file behind."""
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with target.open("xb") as file:
            os.fchmod(file.fileno(), 0o600)
            try:
                for block in self.blocks(name):
                    file.write(block)
            except BundleError:
                target.unlink()
                raise
            file.flush()
            os.fsync(file.fileno())

    def blocks(self, name: str) -> Iterator[bytes]:
        """Yield a member in blocks; raises at its end when it is not what the manifest names."""
        member = self.members[name]
        digest, size = hashlib.sha256(), 0
        try:
            with self._archive.open(name) as file:
                while block := file.read(BLOCK_BYTES):
                    digest.update(block)
                    size += len(block)
                    if size > member.bytes:
                        break
                    yield block
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
            raise BundleError("changed", f"{name}: {error}") from error
        if (size, digest.hexdigest()) != (member.bytes, member.sha256):
            raise BundleError(
                "changed",
                f"{name}: {size} bytes, {digest.hexdigest()}; expected {member.bytes} bytes, {member.sha256}",
            )

    def _require_exactly_listed(self) -> None:
        """Refuse members that the manifest does not name, twice there, missing, links or bombs."""
        found = self._archive.infolist()
        if len(found) > MEMBERS_LIMIT:
            raise BundleError("unsafe", f"{len(found)} members, at most {MEMBERS_LIMIT}")
        names = [info.filename for info in found]
        expected = {*self.members, MANIFEST, SIGNATURE}
        if len(names) != len(set(names)) or set(names) != expected:
            odd = sorted(set(names) ^ expected)[:3]
            raise BundleError(
                "incomplete", f"{len(names)} members, {len(expected)} expected: {odd}"
            )
        for info in found:
            _require_safe(info.filename)
            if stat.S_ISLNK(info.external_attr >> 16) or info.is_dir():
                raise BundleError("unsafe", f"{info.filename} is a link or a folder")
            listed = self.members.get(info.filename)
            if listed and info.file_size != listed.bytes:
                raise BundleError(
                    "changed", f"{info.filename}: {info.file_size} bytes, expected {listed.bytes}"
                )


def _read_manifest(
    archive: zipfile.ZipFile, has_signed: Callable[[str, bytes, str], bool]
) -> dict[str, Any]:
    if MANIFEST not in archive.namelist() or SIGNATURE not in archive.namelist():
        raise BundleError("unreadable", "it has no signed manifest")
    text = _read_limited(archive.open(MANIFEST))
    signature = _read_limited(archive.open(SIGNATURE)).decode("ascii", "replace")
    manifest: dict[str, Any] = json.loads(text)
    if (manifest["format"], manifest["version"]) != (FORMAT, VERSION):
        raise BundleError("unreadable", f"format {manifest['format']!r} {manifest['version']!r}")
    if not has_signed(manifest["signer"], text, signature):
        raise BundleError("unsigned", f"the signature is not one of {manifest['signer']}")
    return manifest


def _read_limited(file: IO[bytes]) -> bytes:
    with file:
        text = file.read(MANIFEST_LIMIT_BYTES + 1)
    if len(text) > MANIFEST_LIMIT_BYTES:
        raise BundleError("unsafe", f"a manifest of more than {MANIFEST_LIMIT_BYTES} bytes")
    return text
