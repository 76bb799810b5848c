"""`manage.py demo_film [FILE]`: the main job without a browser, one JSON line at the end."""

import json
import secrets
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from kodipest.engines.media import storage
from kodipest.engines.media.uploads import take_copy
from kodipest.kernel.errors import Refusal
from kodipest.kernel.time import today
from kodipest.people.models import Person, Purpose, Role
from kodipest.people.operations import give_role, record_consent, register_person
from kodipest.stages.curation.rubric import CRITERIA, HIGHEST
from kodipest.stages.publication.models import Edition
from kodipest.web.demo import catalogue
from kodipest.web.demo.carry import Company, Preparing, carry, wait_until_done
from kodipest.web.demo.seeding import Cast, works_folder
from kodipest.works.journey import Stage
from kodipest.works.models import Work
from kodipest.works.operations import attach_file, change_text, start_work

HOUSE, COACH, CURATOR, CHANNEL = "PES-01", "UST-01", "KUR-01", "santri"


class Command(BaseCommand):
    """Create a santri, upload, transcode, approve, review, publish; time each step."""

    help = "Carry one film through all stages and print where to watch it, as one JSON line."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="a film; without one, a demo film")

    def handle(self, *, file: Path | None, **options: Any) -> None:
        if file is not None and not file.is_file():
            raise CommandError(f"{file}: tidak ada berkas itu / there is no such file")
        self.seconds: dict[str, float] = {}
        script = catalogue.load()
        cast = Cast(script)
        cast.raise_curtain()
        source = file or self.timed("render", lambda: rendered(script))
        santri = self.timed("santri", lambda: new_santri(cast))
        try:
            work = self.timed("upload", lambda: uploaded(cast, santri, source))
            self.timed("transcode", lambda: wait_until_done(work))
            company = company_of(cast, santri)
            self.timed("carry", lambda: carry(work, company, until=Stage.PUBLICATION))
        except Refusal as refusal:
            raise CommandError(f"{source}: {' '.join(refusal.messages)}") from refusal
        except Preparing as reason:
            raise CommandError(f"{source}: {reason}") from reason
        self.stdout.write(json.dumps(self.report(work), ensure_ascii=False))

    def timed(self, name: str, act: Any) -> Any:
        """Do one step, note its seconds; a step that returns seconds of its own brings them along."""
        began = time.perf_counter()
        result = act()
        if isinstance(result, dict):
            self.seconds |= result
        else:
            self.seconds[name] = round(time.perf_counter() - began, 3)
        return result

    def report(self, work: Work) -> dict[str, Any]:
        """Say where the film can be watched, fetched and checked."""
        edition = Edition.objects.select_related("revision").get(work=work, withdrawn_at=None)
        transcode = edition.revision.files[0].transcode
        page = reverse("work", args=[work.slug])
        return {
            "work": str(work.pk),
            "title": work.title,
            "watch_url": page,
            "playlist_url": storage.public_url(transcode, "master.m3u8"),
            "sanad_url": reverse("work_sanad", args=[work.slug]),
            "rungs": [rung["name"] for rung in (transcode.manifest or {}).get("rungs", [])],
            "seconds": self.seconds,
        }


def rendered(script: catalogue.Catalogue) -> Path:
    """Draw the first film of the catalogue, or find it drawn."""
    films = (piece for piece in script.pieces.values() if piece.kind == "video")
    return next(films).files[0].produce(works_folder())


def new_santri(cast: Cast) -> Person:
    """Enter a santri of 16 whose guardian agrees, as an operator would."""
    tail = secrets.token_hex(3)
    santri = register_person(
        username=f"santri-{tail}",
        name=f"Santri Demo {tail}",
        display_name=f"Santri {tail}",
        birth_date=today() - timedelta(days=16 * 366),
        organisation=cast.house(HOUSE),
        by=cast.boss,
    )
    give_role(person=santri, organisation=cast.house(HOUSE), role=Role.SANTRI, by=cast.boss)
    for purpose in (Purpose.TRAINING, Purpose.VOICE, Purpose.PUBLIC, Purpose.NAME):
        choice = "nickname" if purpose == Purpose.NAME else ""
        record_consent(
            person=santri, purpose=purpose, choice=choice, guardian_name="Wali Demo", by=cast.boss
        )
    return santri


def uploaded(cast: Cast, santri: Person, source: Path) -> Work:
    """Start a work and put the film into it."""
    work = start_work(
        kind=Work.Kind.VIDEO,
        title=storage.clean_name(source.name).rpartition(".")[0] or source.name,
        organisation=cast.house(HOUSE),
        by=santri,
    )
    change_text(work=work, title=work.title, synopsis="make demo", by=santri)
    with take_copy(source) as upload:
        attach_file(work=work, upload=upload, by=santri)
    return work


def company_of(cast: Cast, santri: Person) -> Company:
    """Gather the people of the demo around the new santri."""
    return Company(
        author=santri,
        coach=cast.person(COACH),
        curator=cast.person(CURATOR),
        manager=cast.person(cast.script.manager),
        channel=cast.channel(CHANNEL),
        praise="Terima kasih.",
        scores={each.key: HIGHEST for each in CRITERIA},
    )
