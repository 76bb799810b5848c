"""What the stage set is made of, as plain data: houses, people, channels and works.

Codes (roles, kinds, stages, purposes, parts, criteria) are those of the models; `seed_demo` turns
them into rows through operations. The lists themselves stand in `cast` and `repertoire`.
"""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

NameForm = Literal["full", "nickname", "initials"]
Purpose = Literal["training", "voice", "face", "public", "abroad"]
Kind = Literal["video", "audio", "article", "poster", "comic", "ebook"]
Stage = Literal["training", "coaching", "incubation", "curation", "publication"]
FileRole = Literal["main", "cover"]


@dataclass(frozen=True)
class House:
    """A pesantren, company or community; `province` is an ISO 3166-2:ID code."""

    key: str
    name: str
    kind: str
    place: str
    province: str = ""
    time_zone: str = "Asia/Jakarta"
    about: str = ""


@dataclass(frozen=True)
class Choices:
    """What a person, or the guardian named here, said yes to. What is not listed is a no."""

    name: NameForm
    purposes: tuple[Purpose, ...]
    guardian: str = ""


@dataclass(frozen=True)
class Someone:
    """A person of the stage set. `age` is None where a role already says that they are adults."""

    key: str
    username: str
    name: str
    nickname: str
    house: str
    roles: tuple[str, ...]
    age: int | None = None
    language: str = "id"
    choices: Choices | None = None

    def birth_date(self, on: date) -> date | None:
        """A birth date that makes the person `age` years old for the next three weeks at least.

        The day is the person's own, so that no two share a birthday by accident.
        """
        if self.age is None:
            return None
        days_since_birthday = zlib.crc32(self.key.encode()) % 300 + 20
        birthday = on - timedelta(days=days_since_birthday)
        return birthday.replace(year=birthday.year - self.age, day=min(birthday.day, 28))


@dataclass(frozen=True)
class Outlet:
    """A channel."""

    key: str
    name: str
    about: str


@dataclass(frozen=True)
class Part:
    """One line of the credits."""

    person: str
    role: str


@dataclass(frozen=True)
class Review:
    """A curator's verdict: scores from 1 to 4 by criterion, one thing praised, one to fix."""

    curator: str
    scores: Mapping[str, int]
    praise: str
    improve: str


def scores(message: int, craft: int, adab: int) -> dict[str, int]:
    """Spell the scores of a verdict."""
    return {"message": message, "craft": craft, "adab": adab}


@dataclass(frozen=True)
class FileSpec:
    """One file of a work and how it is made; `make(path, draft)` writes it."""

    role: FileRole
    name: str
    make: Callable[[Path, bool], Path]

    def produce(self, folder: Path, *, draft: bool = False) -> Path:
        """Write the file into `folder` (kept when it is there already) and return its path."""
        path = folder / self.name
        if path.exists():
            return path
        # A seed that was broken off must not leave half a film under the final name.
        unfinished = folder / f"unfinished-{self.name}"
        self.make(unfinished, draft)
        return unfinished.replace(path)


@dataclass(frozen=True)
class Piece:
    """A work: who made it, what it says, who stood around it, and how far it has come."""

    key: str
    kind: Kind
    title: str
    synopsis: str
    author: str
    stage: Stage
    coach: str = ""
    language: str = "id"
    body: str = ""
    parts: tuple[Part, ...] = ()
    files: tuple[FileSpec, ...] = ()
    advice: str = ""
    note: str = ""
    review: Review | None = None
    outlet: str = ""


@dataclass(frozen=True)
class Catalogue:
    """All of it, each thing findable by its key."""

    houses: Mapping[str, House]
    people: Mapping[str, Someone]
    outlets: Mapping[str, Outlet]
    pieces: Mapping[str, Piece]
    manager: str = field(default="PM-01")

    def house_of(self, piece: Piece) -> House:
        """The house a work belongs to: its author's."""
        return self.houses[self.people[piece.author].house]


def load() -> Catalogue:
    """The catalogue; the same objects at every call."""
    from kodipest.web.demo import cast, repertoire

    return Catalogue(
        houses={house.key: house for house in cast.HOUSES},
        people={person.key: person for person in cast.PEOPLE},
        outlets={outlet.key: outlet for outlet in repertoire.OUTLETS},
        pieces={piece.key: piece for piece in repertoire.PIECES},
    )
