"""What one link says: a body of eight fields, in canonical JSON, and the name kept beside it."""

import datetime
import hashlib
import re
import secrets
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Self, TypedDict, TypeGuard, cast

from kodipest.engines.sanad.canonical import Json, canonical, is_hash, sha256_of
from kodipest.engines.sanad.errors import SanadError

VERSION = 1
MOMENT_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
SIGNING_PREFIX = b"kodipest-sanad-v1\n"
NAME_PREFIX = b"kodipest-sanad-name-v1\n"
SALT_BYTES = 16
MAX_PREVIOUS = 32
MAX_FACTS = 16
MAX_FACT_LENGTH = 200
MAX_FACT_NUMBER = 2**53 - 1  # beyond it JSON readers disagree

_WORD = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_KEY_ID = re.compile(r"[0-9a-f]{16}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_COMMITMENT = re.compile(r"[0-9a-f]{64}")
_SALT = re.compile(r"[0-9a-f]{32}")


class PersonSeal(TypedDict):
    """Who vouched, as far as it is signed: a role, and a commitment to a name."""

    role: str
    commitment: str


class Body(TypedDict):
    """The signed fields of an attestation; `read_body` is the only way in."""

    v: int
    site: str
    act: str
    content: str
    at: str
    person: PersonSeal
    previous: list[str]
    facts: dict[str, str | int]


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What somebody vouches for: `act` on `content`, at a moment, in a role.

    `facts` are public for ever: small words and whole numbers, nothing about a person. The fact
    `revises` names the content that this one replaces.
    """

    act: str
    content: str
    at: datetime.datetime
    role: str
    facts: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True)
class Disclosure:
    """The name behind a commitment, kept apart from it.

    Without the salt the commitment tells nothing: destroying salt *and* name forgets the person,
    while every signature stays valid.
    """

    salt: str
    name: str

    @property
    def commitment(self) -> str:
        salted = NAME_PREFIX + bytes.fromhex(self.salt) + self.name.encode()
        return hashlib.sha256(salted).hexdigest()

    @classmethod
    def of(cls, name: str) -> Self:
        """Put a fresh salt to `name`, so that two links by one person cannot be matched."""
        name = unicodedata.normalize("NFC", name).strip()
        if not name:
            raise SanadError("name_empty", "a link needs a name, a pen name or a pseudonym")
        return cls(secrets.token_hex(SALT_BYTES), name)

    @classmethod
    def read(cls, value: Json) -> Self:
        """Accept `{"salt": …, "name": …}` as exported; SanadError `malformed` otherwise."""
        if not isinstance(value, Mapping) or value.keys() != {"salt", "name"}:
            raise SanadError("malformed", "disclosure: expected salt and name")
        salt, name = value["salt"], value["name"]
        if _matches(salt, _SALT) and isinstance(name, str):
            return cls(salt, name)
        raise SanadError("malformed", "disclosure: expected a salt of 32 hex digits and a name")

    def as_dict(self) -> dict[str, str]:
        return {"salt": self.salt, "name": self.name}


def compose_body(*, site: str, statement: Statement, commitment: str, previous: list[str]) -> Body:
    """Lay out the body that will be signed; SanadError `malformed` if a field breaks the format."""
    if statement.at.tzinfo is None:
        raise SanadError("malformed", "at: a time without a zone")
    return read_body(
        {
            "v": VERSION,
            "site": site,
            "act": statement.act,
            "content": statement.content,
            "at": statement.at.astimezone(datetime.UTC).strftime(MOMENT_FORMAT),
            "person": {"role": statement.role, "commitment": commitment},
            "previous": sorted(previous),
            "facts": dict(statement.facts),
        }
    )


def read_body(value: Json) -> Body:
    """Accept a body that follows the format to the letter.

    Raises SanadError `version_unknown` for a later format, `malformed` for anything else.
    """
    if not isinstance(value, Mapping):
        raise SanadError("malformed", "body: not an object")
    version = value.get("v")
    if type(version) is int and version > VERSION:
        raise SanadError("version_unknown", f"v: found {version}, this program knows {VERSION}")
    if value.keys() != _FIELDS.keys():
        raise SanadError("malformed", f"body: fields {sorted(value)}")
    for name, is_well_formed in _FIELDS.items():
        if not is_well_formed(value[name]):
            raise SanadError("malformed", f"{name}: not as the format asks")
    return cast("Body", value)


def body_bytes(body: Body) -> bytes:
    return canonical(cast("Json", body))


def body_id(text: bytes) -> str:
    """Name an attestation: the hash of its canonical body."""
    return sha256_of(text)


def moment_of(body: Body) -> datetime.datetime:
    return datetime.datetime.strptime(body["at"], MOMENT_FORMAT).replace(tzinfo=datetime.UTC)


def _matches(value: Json, pattern: re.Pattern[str]) -> TypeGuard[str]:
    # fullmatch, because "$" would let a trailing newline through.
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _is_moment(value: Json) -> bool:
    if _matches(value, _MOMENT):
        try:
            datetime.datetime.strptime(value, MOMENT_FORMAT).replace(tzinfo=datetime.UTC)
        except ValueError:
            return False
        return True
    return False


def _is_person(value: Json) -> bool:
    return (
        isinstance(value, Mapping)
        and value.keys() == {"role", "commitment"}
        and _matches(value["role"], _WORD)
        and _matches(value["commitment"], _COMMITMENT)
    )


def _is_previous(value: Json) -> bool:
    if not isinstance(value, list) or len(value) > MAX_PREVIOUS:
        return False
    # Sorted and without repeats, so that one set of links has one spelling.
    return all(is_hash(item) for item in value) and value == sorted(set(value))


def _is_facts(value: Json) -> bool:
    return (
        isinstance(value, Mapping)
        and len(value) <= MAX_FACTS
        and all(_matches(key, _WORD) and _is_fact(fact) for key, fact in value.items())
    )


def _is_fact(value: Json) -> bool:
    if isinstance(value, str):
        return len(value) <= MAX_FACT_LENGTH
    return type(value) is int and abs(value) <= MAX_FACT_NUMBER  # type(): True is an int too


_FIELDS: dict[str, Callable[[Json], bool]] = {
    "v": lambda value: type(value) is int and value == VERSION,
    "site": lambda value: _matches(value, _KEY_ID),
    "act": lambda value: _matches(value, _WORD),
    "content": is_hash,
    "at": _is_moment,
    "person": _is_person,
    "previous": _is_previous,
    "facts": _is_facts,
}
