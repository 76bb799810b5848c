"""The keys of a site inside a copy: sealed with a recovery code that stays on paper.

Without them a restored site could not go on signing as itself, and open they would let whoever finds
the flash drive sign in its name. So they travel encrypted, and the code does not travel with them.
"""

import base64
import json
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from kodipest.web.backup.errors import CopyError

MEMBER = "keys/sealed"
CODE_FILE = "recovery_code"
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # 32 signs, none mistaken for another on paper
GROUPS, GROUP_LENGTH = 4, 4  # 80 bits
SALT_BYTES, NONCE_BYTES = 16, 12


def recovery_code(home: Path) -> str:
    """Return the code of this site, made at its first backup."""
    path = home / "keys" / CODE_FILE
    if not path.exists():
        groups = (
            "".join(secrets.choice(ALPHABET) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS)
        )
        write_key(path, "-".join(groups).encode())
    return path.read_text()


def seal(home: Path, code: str) -> bytes:
    """Return all keys of a site as one encrypted file."""
    keys = {
        path.name: base64.b64encode(path.read_bytes()).decode()
        for path in sorted((home / "keys").iterdir())
        if path.is_file() and path.name != CODE_FILE
    }
    salt, nonce = os.urandom(SALT_BYTES), os.urandom(NONCE_BYTES)
    return (
        salt + nonce + AESGCM(_stretch(code, salt)).encrypt(nonce, json.dumps(keys).encode(), None)
    )


def unseal(sealed: bytes, code: str) -> dict[str, bytes]:
    """Return the keys by file name. Raises CopyError when the code does not open them."""
    salt, rest = sealed[:SALT_BYTES], sealed[SALT_BYTES:]
    try:
        text = AESGCM(_stretch(code, salt)).decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], None)
    except InvalidTag:
        raise CopyError(
            "The recovery code does not open the keys of this copy; check each sign."
        ) from None
    keys = {name: base64.b64decode(value) for name, value in json.loads(text).items()}
    if any(Path(name).name != name for name in keys):
        raise CopyError("The keys of this copy have impossible names.")
    return keys


def write_key(path: Path, content: bytes) -> None:
    """Write a key that only its owner may read."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _stretch(code: str, salt: bytes) -> bytes:
    signs = "".join(sign for sign in code.upper() if sign in ALPHABET)
    return Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(signs.encode())
