"""The key of a site: it signs here, and its public half lets anybody verify anywhere.

The library that signs is brought in by whoever signs or verifies, not by this module: it takes
8 MB, and a worker does neither.
"""

import base64
import binascii
import hashlib
import os
import secrets
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from kodipest.engines.sanad.errors import SanadError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

TEXT_PREFIX = "ed25519:"
RAW_LENGTH = 32


@dataclass(frozen=True)
class PublicKey:
    """The half of a site's key that is published, as 32 raw bytes."""

    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != RAW_LENGTH:
            raise SanadError("key_unreadable", f"{len(self.raw)} bytes, expected {RAW_LENGTH}")

    @property
    def key_id(self) -> str:
        """The short name of the key: the first 16 hex characters of its SHA-256."""
        return hashlib.sha256(self.raw).hexdigest()[:16]

    @property
    def text(self) -> str:
        """The key on one line, for a poster, a chat or a command line."""
        return TEXT_PREFIX + base64.urlsafe_b64encode(self.raw).decode().rstrip("=")

    @property
    def pem(self) -> str:
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        return (
            Ed25519PublicKey.from_public_bytes(self.raw)
            .public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
            .decode()
        )

    def has_signed(self, message: bytes, signature: bytes) -> bool:
        """Tell whether `signature` over `message` was made by the private half of this key."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except InvalidSignature:
            return False
        return True

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the PEM or the one-line form; SanadError `key_unreadable` for anything else."""
        text = text.strip()
        return cls._from_line(text) if text.startswith(TEXT_PREFIX) else cls._from_pem(text)

    @classmethod
    def _from_pem(cls, text: str) -> Self:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        try:
            key = serialization.load_pem_public_key(text.encode())
        except (ValueError, UnsupportedAlgorithm) as error:
            raise SanadError("key_unreadable", f"no public key: {error}") from error
        if not isinstance(key, Ed25519PublicKey):
            raise SanadError("key_unreadable", "a public key, but not Ed25519")
        return cls(key.public_bytes_raw())

    @classmethod
    def _from_line(cls, text: str) -> Self:
        try:
            raw = base64.urlsafe_b64decode(text.removeprefix(TEXT_PREFIX) + "=")
        except (binascii.Error, ValueError) as error:
            raise SanadError("key_unreadable", f"no public key: {error}") from error
        key = cls(raw)
        if key.text != text:  # base64 has spare bits: only one spelling of a key is accepted
            raise SanadError("key_unreadable", "a public key in an unusual spelling")
        return key


class SiteKey:
    """The private key of one site. It never leaves this object except into its own file."""

    def __init__(self, private: "Ed25519PrivateKey") -> None:
        self._private = private
        self.public = PublicKey(private.public_key().public_bytes_raw())

    def __repr__(self) -> str:
        return f"SiteKey({self.key_id})"

    @property
    def key_id(self) -> str:
        return self.public.key_id

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message)

    @classmethod
    def generate(cls) -> Self:
        """Make a key that lives in memory only."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def create(cls, path: Path) -> Self:
        """Make a key and write it to `path`, readable by its owner alone.

        Raises SanadError `key_exists` rather than overwrite: a lost key cannot be made again,
        and everything it signed would be orphaned.
        """
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        private = Ed25519PrivateKey.generate()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_once(path, _pem_of(private))
        return cls(private)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the key at `path`.

        Raises SanadError `key_missing`, `key_exposed` when group or others may touch the file,
        or `key_unreadable`.
        """
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        try:
            private = serialization.load_pem_private_key(_read_guarded(path), password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise SanadError("key_unreadable", f"{path}: no private key: {error}") from error
        if not isinstance(private, Ed25519PrivateKey):
            raise SanadError("key_unreadable", f"{path}: a private key, but not Ed25519")
        return cls(private)

    @classmethod
    def load_or_create(cls, path: Path) -> Self:
        """Return the key at `path`, making it first if need be; two processes get the same one."""
        if not path.exists():
            with suppress(SanadError):  # only `key_exists`: another process was first
                return cls.create(path)
        return cls.load(path)


def _pem_of(private: "Ed25519PrivateKey") -> bytes:
    from cryptography.hazmat.primitives import serialization

    return private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _read_guarded(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            # Asked of the open file, not of the path, so that the answer is about what is read.
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if mode & 0o077:
                raise SanadError("key_exposed", f"{path}: mode {mode:04o}, expected 0600")
            return file.read()
    except FileNotFoundError as error:
        raise SanadError("key_missing", f"{path}: no such key") from error
    except OSError as error:
        raise SanadError("key_unreadable", f"{path}: {error.strerror}") from error


def _write_once(path: Path, content: bytes) -> None:
    """Put `content` at `path` whole or not at all, and only if nothing is there yet.

    A hard link, unlike a rename, fails when the name is taken: atomic and never overwriting.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError as error:
        raise SanadError("key_exists", f"{path}: a key is already there") from error
    finally:
        draft.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
