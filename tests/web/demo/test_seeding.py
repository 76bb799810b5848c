"""The stage is set through operations, may be broken off anywhere, and is never set against people."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from kodipest.engines.media.models import Transcode
from kodipest.people.models import AuditEntry, Consent, Person, Purpose
from kodipest.people.queries import has_consent
from kodipest.stages.curation.queries import verdicts_on
from kodipest.stages.publication.models import Edition
from kodipest.stages.publication.operations import withdraw_work
from kodipest.web.demo import catalogue
from kodipest.web.demo.carry import Preparing
from kodipest.web.demo.seeding import Cast, accounts_file, chosen, stage_work
from kodipest.works.journey import Stage
from kodipest.works.models import Work
from tests.factories.homes import move_into
from tests.factories.media import film

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Settings) -> Path:
    return move_into(tmp_path, settings)


@pytest.fixture
def script() -> catalogue.Catalogue:
    return catalogue.load()


@pytest.fixture
def cast(script: catalogue.Catalogue) -> Cast:
    """The people of the catalogue, who come on stage when they are needed."""
    return Cast(script)


@pytest.fixture
def whole_cast(cast: Cast) -> Cast:
    cast.raise_curtain()
    return cast


def piece(script: catalogue.Catalogue, key: str) -> catalogue.Piece:
    """A work of the catalogue without its pictures: they have tests of their own."""
    return replace(script.pieces[key], files=())


def set_stage(cast: Cast, spec: catalogue.Piece, until: Stage = Stage.PUBLICATION) -> Work:
    stage_work(cast, spec, until=until, tell=lambda _line: None)
    return Work.objects.get(title=spec.title)


def test_everybody_is_there_with_roles_and_consents(whole_cast: Cast) -> None:
    assert Person.objects.count() == len(whole_cast.script.people) + 1
    halimah, fahrul = (Person.objects.get(username=name) for name in ("halimah", "fahrul"))
    assert has_consent(halimah, Purpose.VOICE)
    assert not has_consent(halimah, Purpose.FACE)
    assert [consent.purpose for consent in fahrul.consents.all()] == [Purpose.TRAINING]


def test_the_curtain_rises_once(whole_cast: Cast) -> None:
    before = (AuditEntry.objects.count(), Consent.objects.count(), accounts_file().read_text())

    Cast(whole_cast.script).raise_curtain()

    assert before == (
        AuditEntry.objects.count(),
        Consent.objects.count(),
        accounts_file().read_text(),
    )


def test_accounts_are_written_for_the_owner_only_and_open_the_door(whole_cast: Cast) -> None:
    assert accounts_file().stat().st_mode & 0o777 == 0o600
    for line in accounts_file().read_text().splitlines():
        username, *_title, password = line.split()
        assert Person.objects.get(username=username).check_password(password)


def test_a_work_goes_as_far_as_the_catalogue_says(cast: Cast) -> None:
    work = set_stage(cast, piece(cast.script, "A-1"))

    assert work.stage == Stage.PUBLICATION
    assert [link.act for link in work.attestations.all()] == [
        "made",
        "approved",
        "passed",
        "published",
    ]


def test_until_stops_on_the_way_and_a_later_run_goes_on(cast: Cast) -> None:
    spec = piece(cast.script, "A-1")

    assert set_stage(cast, spec, Stage.CURATION).stage == Stage.CURATION
    assert not Edition.objects.exists()
    assert set_stage(cast, spec).stage == Stage.PUBLICATION


def test_setting_the_stage_again_changes_nothing(cast: Cast) -> None:
    spec = piece(cast.script, "A-1")
    set_stage(cast, spec)
    before = AuditEntry.objects.count()

    set_stage(cast, spec)

    assert AuditEntry.objects.count() == before


def test_what_people_took_off_stays_off(cast: Cast) -> None:
    spec = piece(cast.script, "A-1")
    work = set_stage(cast, spec)
    withdraw_work(work=work, by=cast.person(cast.script.manager), why="A guardian asked.")

    assert set_stage(cast, spec).stage == Stage.TRAINING
    assert not Edition.objects.filter(withdrawn_at=None).exists()


def test_some_works_rest_with_an_answer(cast: Cast) -> None:
    returned = set_stage(cast, piece(cast.script, "A-7"))
    assert returned.stage == Stage.TRAINING
    assert [passage.why for passage in returned.passages.all()] == [
        "",
        cast.script.pieces["A-7"].advice,
    ]

    waiting = replace(piece(cast.script, "A-1"), stage="curation", outlet="")
    passed = set_stage(cast, waiting)
    assert passed.stage == Stage.CURATION
    assert [verdict.outcome for verdict in verdicts_on(passed)] == ["passed"]


def test_the_seed_decides_the_order_and_films_come_last(script: catalogue.Catalogue) -> None:
    def order(seed: int) -> list[str]:
        return [spec.key for spec in chosen(script, without=(), seed=seed)]

    assert order(1) == order(1)
    assert order(1) != order(2)
    kinds = [script.pieces[key].kind for key in order(7)]
    assert kinds.index("video") == len(kinds) - kinds.count("video")
    assert "video" not in {spec.kind for spec in chosen(script, without={"video"}, seed=1)}


@pytest.mark.django_db(transaction=True)
def test_one_film_from_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], client: object
) -> None:
    call_command("demo_film", str(film(tmp_path / "Sawah kami.mp4")))

    said = json.loads(capsys.readouterr().out)
    assert said["title"] == "Sawah kami"
    assert said["rungs"], "the whole film was prepared"
    assert set(said["seconds"]) >= {"santri", "upload", "transcode", "to_publication"}
    for address in ("watch_url", "playlist_url", "sanad_url"):
        assert client.get(said[address]).status_code == 200  # type: ignore[attr-defined]


@pytest.mark.parametrize("content", [b"", b"not a film at all\n"])
def test_what_is_no_film_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.mp4"
    path.write_bytes(content)

    with pytest.raises(CommandError, match=r"x\.mp4: \w+"):
        call_command("demo_film", str(path))
    assert not Edition.objects.exists()


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"none\.mp4"):
        call_command("demo_film", str(tmp_path / "none.mp4"))


def test_preparing_that_fails_says_why(cast: Cast, tmp_path: Path) -> None:
    source = film(tmp_path / "half.mp4", seconds=1)
    spec = replace(
        piece(cast.script, "V-1"),
        files=(catalogue.FileSpec("main", "half.mp4", lambda path, _draft: source.rename(path)),),
    )
    stage_work(cast, spec, until=Stage.TRAINING, tell=lambda _line: None)
    Transcode.objects.update(
        state="failed", error_code="damaged", error_detail="no moov", finished_at=timezone.now()
    )

    with pytest.raises(Preparing, match="no moov"):
        stage_work(cast, spec, until=Stage.COACHING, tell=lambda _line: None)
