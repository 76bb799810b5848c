"""Sets the stage: people, houses, channels and works of the catalogue, through operations alone.

Everything is looked up before it is made, so that a seeding broken off anywhere goes on where it
stopped, and one that is done changes nothing, not even what people did with the works since.
"""

import random
import secrets
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from django.conf import settings

from kodipest.engines.media.uploads import take_copy
from kodipest.kernel.time import today
from kodipest.people.models import Membership, Organisation, Person, Purpose, Role
from kodipest.people.operations import (
    found_organisation,
    found_site,
    give_role,
    record_consent,
    register_person,
)
from kodipest.people.queries import living_consents
from kodipest.stages.publication.models import Channel
from kodipest.stages.publication.operations import open_channel
from kodipest.web.demo import catalogue
from kodipest.web.demo.carry import Company, carry
from kodipest.works.journey import ORDER, Stage
from kodipest.works.models import Asset, Credit, Passage, Revision, Work
from kodipest.works.operations import attach_file, change_text, credit_person, start_work

FOUNDER = "pengelola"
# One person of each role gets a password; the others are met through the one-click sign-in.
WITH_PASSWORD = ("SAN-01", "UST-01", "KUR-01", "PM-01", "OPR-01", "KYA-01")


def founder() -> Person:
    """Return who runs the demo site."""
    found = Person.objects.filter(username=FOUNDER).first()
    return found or found_site(username=FOUNDER, name="Pengelola Demo")


class Cast:
    """The people, houses and channels of the catalogue as rows; made on first sight."""

    def __init__(self, script: catalogue.Catalogue) -> None:
        self.script = script
        self.boss = founder()
        self.passphrase = ""

    def raise_curtain(self) -> None:
        """Make sure that everybody is there, and write down who can sign in."""
        if not accounts_file().exists():
            self.passphrase = f"santri-{secrets.randbelow(10**6):06}"
        for key in self.script.houses:
            self.house(key)
        for key in self.script.people:
            self.person(key)
        for key in self.script.outlets:
            self.channel(key)
        if self.passphrase:
            self.write_accounts()

    def house(self, key: str) -> Organisation:
        """Return an organisation of the catalogue."""
        spec = self.script.houses[key]
        return Organisation.objects.filter(name=spec.name).first() or found_organisation(
            kind=Organisation.Kind(spec.kind),
            name=spec.name,
            by=self.boss,
            province=spec.province,
            place=spec.place,
            time_zone=spec.time_zone,
            about=spec.about,
        )

    def person(self, key: str) -> Person:
        """Return a person of the catalogue with roles and consents."""
        spec = self.script.people[key]
        if known := Person.objects.filter(username=spec.username).first():
            if not self.passphrase:
                return known
            person = known
        else:
            person = register_person(
                username=spec.username,
                name=spec.name,
                display_name=spec.nickname,
                birth_date=spec.birth_date(today()),
                language=spec.language,
                password=self.passphrase if key in WITH_PASSWORD and self.passphrase else None,
                by=self.boss,
            )
        for role in spec.roles:
            give_role(
                person=person, organisation=self.house(spec.house), role=Role(role), by=self.boss
            )
        self.consent(person, spec.choices)
        return person

    def consent(self, person: Person, choices: catalogue.Choices | None) -> None:
        """Record what the person, or the guardian, said yes to."""
        if choices is None:
            return
        wishes = {Purpose(purpose): "" for purpose in choices.purposes}
        age = person.age()
        if age is None or age >= 13:  # below it nothing but training is asked for
            wishes[Purpose.NAME] = choices.name
        for purpose, choice in wishes.items():
            if not living_consents(purpose).filter(person=person).exists():
                record_consent(
                    person=person,
                    purpose=purpose,
                    choice=choice,
                    guardian_name=choices.guardian,
                    by=self.boss,
                )

    def channel(self, key: str) -> Channel:
        """Return a channel of the catalogue."""
        spec = self.script.outlets[key]
        return Channel.objects.filter(name=spec.name).first() or open_channel(
            name=spec.name, about=spec.about, by=self.person(self.script.manager)
        )

    def write_accounts(self) -> None:
        """Write down sign-in names, roles and the one password, for the owner of the state folder."""
        lines = []
        for key in WITH_PASSWORD:
            spec = self.script.people[key]
            role = Membership.objects.filter(person__username=spec.username).first()
            title = role.get_role_display() if role else ""
            lines.append(f"{spec.username:<14} {title:<20} {self.passphrase}")
        scratch = accounts_file().with_suffix(".new")
        scratch.touch(mode=0o600)
        scratch.write_text("\n".join(lines) + "\n")
        scratch.replace(accounts_file())


def accounts_file() -> Path:
    """Say where the demo accounts are written down."""
    return Path(settings.HOME / "demo-accounts.txt")


def works_folder() -> Path:
    """Say where films and pictures are drawn before they are uploaded; it is there afterwards."""
    folder = Path(settings.HOME / "demo")
    folder.mkdir(exist_ok=True, mode=0o700)
    return folder


def chosen(
    script: catalogue.Catalogue, *, without: Collection[str], seed: int
) -> Iterator[catalogue.Piece]:
    """Yield the works to be set on stage, in an order that `seed` decides; films last, they take longest."""
    pieces = [piece for piece in script.pieces.values() if piece.kind not in without]
    random.Random(seed).shuffle(pieces)  # noqa: S311 -- an order of appearance, not a secret
    return iter(sorted(pieces, key=lambda piece: piece.kind == "video"))


def stage_work(
    cast: Cast, piece: catalogue.Piece, *, until: Stage, tell: Callable[[str], object]
) -> None:
    """Make one work of the catalogue and carry it as far as it came, or as far as `until`."""
    goal = min(Stage(piece.stage), until, key=ORDER.index)
    author = cast.person(piece.author)
    work = Work.objects.filter(created_by=author, kind=piece.kind, title=piece.title).first()
    if work and has_been_at(goal, work) and is_made(work, piece):
        return
    tell(f"{piece.title} …")
    if work is None:
        work = start_work(
            kind=Work.Kind(piece.kind),
            title=piece.title,
            organisation=cast.house(cast.script.people[piece.author].house),
            language=piece.language,
            by=author,
        )
    if work.newest_revision.is_open:
        make(cast, work, piece)
    carry(work, company_of(cast, piece), until=goal)


def has_been_at(goal: Stage, work: Work) -> bool:
    """Say whether a work came that far before, wherever people have taken it since."""
    return goal == Stage.TRAINING or Passage.objects.filter(work=work, to_stage=goal).exists()


def is_made(work: Work, piece: catalogue.Piece) -> bool:
    """Say whether everything the catalogue gives to a work has been put into it."""
    revision = Revision.objects.filter(work=work).latest()
    return not revision.is_open or len(revision.files) >= len(piece.files)


def make(cast: Cast, work: Work, piece: catalogue.Piece) -> None:
    """Give the open version its words, credits and files."""
    author = cast.person(piece.author)
    change_text(work=work, title=piece.title, synopsis=piece.synopsis, body=piece.body, by=author)
    for part in piece.parts:
        credit_person(
            work=work, person=cast.person(part.person), role=Credit.Role(part.role), by=author
        )
    there = {asset.file_name for asset in work.newest_revision.assets.all()}
    for file in piece.files:
        if file.name not in there:
            with take_copy(file.produce(works_folder())) as upload:
                attach_file(work=work, upload=upload, role=Asset.Role(file.role), by=author)


def company_of(cast: Cast, piece: catalogue.Piece) -> Company:
    """Gather who stands around a work."""
    review = piece.review
    return Company(
        author=cast.person(piece.author),
        coach=cast.person(piece.coach) if piece.coach else None,
        curator=cast.person(review.curator) if review else None,
        manager=cast.person(cast.script.manager),
        channel=cast.channel(piece.outlet) if piece.outlet else None,
        advice=piece.advice,
        note=piece.note,
        praise=review.praise if review else "",
        improve=review.improve if review else "",
        scores=dict(review.scores) if review else {},
        rests=piece.stage in {Stage.TRAINING, Stage.CURATION},
    )
