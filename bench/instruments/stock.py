"""Fills a site with published works as rows: what the operations would have left, without their toil.

Every work has credits with consents, sealed content, prepared files, a signed chain of four links
and an edition. Some people have withdrawn their consent, so that the gate has something to hold back.
"""

import hashlib
import itertools
import random
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from kodipest.engines.media import storage
from kodipest.engines.media.models import Original, Transcode
from kodipest.engines.sanad.chain import Statement, vouch
from kodipest.kernel import freshness
from kodipest.kernel.text import folded
from kodipest.people.models import Consent, Organisation, Person, Purpose, Withdrawal
from kodipest.stages.publication.models import Channel, Edition
from kodipest.stages.publication.queries import all_published_editions
from kodipest.works.journey import Stage
from kodipest.works.models import Act, Asset, Attestation, Credit, Revision, Work
from kodipest.works.sanad import hash_of, site_key

SEED = 7
CHUNK = 1000
FEWEST_HOUSES = 40
WORKS_PER_HOUSE = 50
WITHDRAWN_SHARE = 0.02  # of people; holds back about twice as many works
KINDS = {"video": 45, "article": 25, "audio": 12, "poster": 10, "comic": 4, "ebook": 4}
WITH_PICTURES = 60  # newest works whose posters exist as files, so that a browser can show them
NAMES = (
    "Aisyah Fatimah Ahmad Nur Siti Halimah Budi Umar Hasan Zainab Ridwan Salma Yusuf Maryam Faiz Laila "
    "Hidayat Rahma Ilham Khadijah Rizki Wahyu Putri Hafiz Anisa Bilal Dewi Farid Gilang Intan"
).split()
WORDS = (
    "serambi kitab bedug pesantren sawah hujan subuh dapur kopi ngaji santri kakek pasar senja wudu "
    "nadham kiai halaman cahaya sarung perahu laut gunung masjid petang guru bambu surau lampu jalan"
).split()
FOREIGN = ("وَقُلْ رَبِّ زِدْنِي عِلْمًا", "江户的清真寺与茶馆")
RUNGS = ((240, 426, 450), (360, 640, 800), (480, 854, 1500), (720, 1280, 3200), (1080, 1920, 6200))


def fill_once(count: int) -> int:
    """Fill the site unless an earlier run did; return how many works the public sees."""
    if not Edition.objects.exists():
        fill(count)
    return all_published_editions().count()


def fill(count: int) -> None:
    """Write `count` published works."""
    dice = random.Random(SEED)
    with transaction.atomic():
        houses, channels = list(make_houses(count)), list(make_channels())
        staff = make_staff()
        makers = make_people(max(30, count // 4), dice)
        for start in range(0, count, CHUNK):
            numbers = range(start, min(start + CHUNK, count))
            save([rows_of(n, count, dice, houses, channels, staff, makers) for n in numbers])
        freshness.bump()
    if connection.vendor == "postgresql":
        connection.cursor().execute("ANALYZE")
    draw_newest()


def make_houses(works: int) -> Iterable[Organisation]:
    """Open forty pesantren, more when there are many works."""
    return Organisation.objects.bulk_create(
        Organisation(
            kind="pesantren",
            slug=f"pesantren-{number}",
            name=f"Pesantren {WORDS[number % len(WORDS)].title()} {number}",
            province="JI",
            place="Jombang",
        )
        for number in range(max(FEWEST_HOUSES, works // WORKS_PER_HOUSE))
    )


def make_channels() -> Iterable[Channel]:
    """Open eight channels."""
    return Channel.objects.bulk_create(
        Channel(slug=f"kanal-{number}", name=f"Kanal {number}", about="Karya santri.")
        for number in range(8)
    )


def person(number: int, birth: date, name: str) -> Person:
    """Describe somebody who cannot sign in."""
    return Person(username=f"orang-{number}", name=name, birth_date=birth, password="!")


def make_staff() -> dict[str, Person]:
    """Make those who stand in every sanad, with their names in public."""
    roles = ("coach", "curator", "manager")
    people = [person(-n, date(1980, 1, 1), f"Ustaz {NAMES[n]}") for n in range(1, 4)]
    Person.objects.bulk_create(people)
    Consent.objects.bulk_create(consent(one, Purpose.NAME) for one in people)
    return dict(zip(roles, people, strict=True))


def make_people(count: int, dice: random.Random) -> list[Person]:
    """Make santri who consented; a few took it back."""
    born = timezone.localdate().replace(day=1)
    people = [
        person(
            number,
            born.replace(year=born.year - dice.randint(14, 22)),
            " ".join(dice.sample(NAMES, 3)),
        )
        for number in range(1, count + 1)
    ]
    Person.objects.bulk_create(people, batch_size=CHUNK)
    given = [consent(one, purpose) for one in people for purpose in (Purpose.PUBLIC, Purpose.NAME)]
    Consent.objects.bulk_create(given, batch_size=CHUNK)
    Withdrawal.objects.bulk_create(
        Withdrawal(consent=one, recorded_by=one.person)
        for one in given
        if one.purpose == Purpose.PUBLIC and dice.random() < WITHDRAWN_SHARE
    )
    return people


def consent(one: Person, purpose: Purpose) -> Consent:
    """Describe a consent by a guardian, for the name in full."""
    form = "full" if purpose == Purpose.NAME else ""
    return Consent(
        person=one,
        purpose=purpose,
        choice=form,
        giver="guardian",
        giver_name="Wali",
        recorded_by=one,
    )


def rows_of(
    number: int,
    count: int,
    dice: random.Random,
    houses: list[Organisation],
    channels: list[Channel],
    staff: dict[str, Person],
    makers: list[Person],
) -> list[Model]:
    """Describe one published work in all its rows."""
    at = timezone.now().replace(microsecond=0) - timedelta(hours=count - number)
    kind = dice.choices(list(KINDS), list(KINDS.values()))[0]
    authors = dice.sample(makers, dice.randint(1, 3))
    title = dice.choice(FOREIGN) if dice.random() < 0.1 else " ".join(dice.sample(WORDS, 5)).title()
    work = Work(
        kind=kind,
        title=title,
        title_folded=folded(title),
        slug=f"karya-{number}",
        organisation=dice.choice(houses),
        stage=Stage.PUBLICATION,
        stage_since=at,
        created_at=at,
        created_by=authors[0],
    )
    revision = Revision(
        work=work,
        number=1,
        title=title,
        title_folded=folded(title),
        synopsis=" ".join(dice.choices(WORDS, k=30)).capitalize() + ".",
        body=text_of(dice) if kind == "article" else "",
        made_at=at,
        made_by=authors[0],
        sealed_at=at,
    )
    files = list(files_of(revision, kind, number, dice))
    revision.files = [one for one in files if isinstance(one, Asset)]
    revision.content_hash = hash_of(revision)
    parts = [
        Credit(work=work, person=one, role=role, position=place)
        for place, (one, role) in enumerate(
            zip(authors, ("author", "camera", "editor"), strict=False)
        )
    ]
    signers = [authors[0], staff["coach"], staff["curator"], staff["manager"]]
    edition = Edition(
        work=work,
        revision=revision,
        channel=dice.choice(channels),
        kind=kind,
        published_by=staff["manager"],
        published_at=at,
    )
    return [work, revision, *files, *parts, *chain_of(revision, signers), edition]


def text_of(dice: random.Random) -> str:
    """Write an article of eight paragraphs."""
    return "\n\n".join(" ".join(dice.choices(WORDS, k=60)).capitalize() + "." for _ in range(8))


def files_of(revision: Revision, kind: str, number: int, dice: random.Random) -> Iterator[Model]:
    """Describe the prepared files of a work: film, sound, picture, pages or book, and covers."""
    main = {"video": "video", "audio": "audio", "ebook": "document"}.get(kind, "image")
    places = [(main, "main")] * (6 if kind == "comic" else 1)
    if kind == "article":
        places = [("image", "cover")] if dice.random() < 0.5 else []
    if main in {"audio", "document"}:
        places.append(("image", "cover"))
    for place, (what, role) in enumerate(places):
        sha256 = hashlib.sha256(f"{number}/{place}".encode()).hexdigest()
        seconds = dice.uniform(20, 900)
        manifest = manifest_of(what, seconds)
        original = Original(
            sha256=sha256,
            size_bytes=10**6,
            mime=f"{what}/x",
            kind=what,
            probe=probe_of(what, seconds),
        )
        now = revision.made_at
        transcode = Transcode(
            original=original,
            fingerprint=sha256[:32],
            state="done",
            folder=f"{sha256[:32]}-1",
            runs=1,
            progress=1,
            started_at=now,
            first_playable_at=now,
            finished_at=now,
            manifest=manifest,
        )
        yield original
        yield transcode
        yield Asset(
            revision=revision,
            original=original,
            transcode=transcode,
            role=role,
            position=place,
            file_name=f"karya-{number}.{what}",
        )


def probe_of(what: str, seconds: float) -> dict[str, Any]:
    """Describe what a probe would have found."""
    found = {"kind": what, "mime": f"{what}/x", "width": 1920, "height": 1080, "fps": 25.0}
    return found | {"duration_seconds": seconds if what in {"video", "audio"} else None}


def manifest_of(what: str, seconds: float) -> dict[str, Any]:
    """Describe what the encoder would have made, as long as a true manifest is."""
    manifest: dict[str, Any] = {
        "version": 1,
        "kind": what,
        "width": 1920,
        "height": 1080,
        "bytes": 10**7,
        "rungs": [],
        "master": None,
        "storyboard": None,
        "images": [],
        "file": None,
        "poster": None,
    }
    if what in {"video", "image"}:
        manifest |= {"poster": "poster.jpg", "poster_small": "poster-480.jpg"}
    if what in {"video", "audio"}:
        manifest |= {"master": "master.m3u8", "duration_seconds": seconds}
    if what == "video":
        manifest["storyboard"] = {"image": "storyboard.jpg", "vtt": "storyboard.vtt"}
        manifest["rungs"] = [
            {
                "name": f"{height}p",
                "width": width,
                "height": height,
                "bandwidth": rate * 1000,
                "codecs": "avc1.640028,mp4a.40.2",
                "playlist": f"{height}p.m3u8",
                "bytes": rate * 1000,
            }
            for height, width, rate in RUNGS
        ]
    if what == "image":
        manifest["images"] = [
            {"file": f"{width}.{form}", "width": width, "height": width * 9 // 16}
            for width, form in itertools.product((480, 960, 1600), ("webp", "jpg"))
        ]
    files = {"audio": "sound.m4a", "document": "document.pdf"}
    return manifest | {"file": files.get(what)}


def chain_of(revision: Revision, signers: list[Person]) -> Iterator[Attestation]:
    """Sign the four links of a published work."""
    links = []
    for number, (act, signer) in enumerate(zip(Act.values, signers, strict=True), start=1):
        said = Statement(act=act, content=revision.content_hash, at=revision.made_at, role="santri")
        link = vouch(key=site_key(), statement=said, name=signer.name, after=links[-1:])
        links.append(link)
        yield Attestation(
            work=revision.work,
            revision=revision,
            number=number,
            act=act,
            person=signer,
            at=revision.made_at,
            body=link.text,
            digest=link.id,
            signature=link.signature,
            salt=link.disclosure.salt,
            name=link.disclosure.name,
        )


def save(works: list[list[Model]]) -> None:
    """Write the rows of many works, each table at once, in the order of their references."""
    order = (Work, Revision, Original, Transcode, Asset, Credit, Attestation, Edition)
    rows = [row for work in works for row in work]
    for model in order:
        model.objects.bulk_create([row for row in rows if isinstance(row, model)], batch_size=CHUNK)


def draw_newest() -> None:
    """Put posters where a browser will ask for those of the newest works."""
    from PIL import Image

    picture = settings.HOME / "poster.jpg"
    Image.effect_mandelbrot((480, 270), (-2, -1, 1, 1), 60).convert("RGB").save(picture, quality=70)
    newest = Edition.objects.order_by("-published_at").values("revision")[: WITH_PICTURES * 2]
    shown = Transcode.objects.filter(
        pk__in=Asset.objects.filter(
            revision__in=list(newest.values_list("revision", flat=True))
        ).values("transcode")
    )
    for transcode in shown:
        folder = storage.rendition_path(transcode.folder)
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("poster.jpg", "poster-480.jpg"):
            (folder / name).unlink(missing_ok=True)
            (folder / name).hardlink_to(picture)
        storage.link_public(transcode.folder)
