"""The catalogue keeps the laws of the house: consents, ages, conflicts of interest, held errors."""

import unicodedata
from collections import Counter
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from kodipest.kernel.time import age_on
from kodipest.people.models import NameForm, Organisation, Purpose, Role
from kodipest.people.provinces import PROVINCES
from kodipest.stages.curation import rubric
from kodipest.web.demo import catalogue, props
from kodipest.web.demo.books import TEXTS
from kodipest.works.journey import Stage
from kodipest.works.models import LANGUAGES, Credit, Work

ALL = catalogue.load()
PIECES = list(ALL.pieces.values())
PUBLISHED = [piece for piece in PIECES if piece.stage == "publication"]
MISSING_IN_ART_3 = "اٰمَنُوْا مِنْكُمْ وَالَّذِيْنَ"


def people_in(piece):
    """Everyone in the credits of a work."""
    return [ALL.people[key] for key in (piece.author, *(part.person for part in piece.parts))]


def test_every_kind_and_every_stage_is_there():
    assert {piece.kind for piece in PIECES} == set(Work.Kind.values)
    assert {piece.stage for piece in PIECES} == set(Stage.values)
    assert len(PIECES) >= 14
    assert len(PUBLISHED) >= 9
    assert {piece.kind for piece in PUBLISHED} == set(Work.Kind.values)
    assert sum(piece.kind == "video" for piece in PIECES) == 3


def test_keys_titles_names_and_addresses_are_unique():
    for values in (
        [piece.title for piece in PIECES],
        [person.username for person in ALL.people.values()],
        [house.name for house in ALL.houses.values()],
        [spec.name for piece in PIECES for spec in piece.files if spec.role == "main"],
    ):
        assert max(Counter(values).values()) == 1
    assert len(ALL.pieces) == 19


def test_codes_are_those_of_the_models():
    for person in ALL.people.values():
        assert set(person.roles) <= set(Role.values)
        assert person.house in ALL.houses
        if person.choices:
            assert person.choices.name in NameForm.values
            assert set(person.choices.purposes) <= set(Purpose.values)
    for house in ALL.houses.values():
        assert house.kind in Organisation.Kind.values
        assert house.province in {"", *dict(PROVINCES)}
        assert ZoneInfo(house.time_zone)
    for piece in PIECES:
        assert piece.language in dict(LANGUAGES)
        assert {part.role for part in piece.parts} <= set(Credit.Role.values)


def test_five_pesantren_each_with_two_sentences_a_mentor_and_an_operator():
    pesantren = [house for house in ALL.houses.values() if house.kind == "pesantren"]
    assert len(pesantren) == 5
    for house in pesantren:
        assert house.about.count(". ") == 1
        roles = {
            role
            for person in ALL.people.values()
            if person.house == house.key
            for role in person.roles
        }
        assert {"santri", "coach", "operator"} <= roles


@pytest.mark.parametrize("piece", PIECES, ids=lambda piece: piece.key)
def test_a_work_is_made_and_guided_in_its_own_house(piece):
    author = ALL.people[piece.author]
    assert "santri" in author.roles
    assert ALL.house_of(piece).key == author.house
    assert ALL.people[piece.coach].house == author.house
    assert "coach" in ALL.people[piece.coach].roles
    assert {person.house for person in people_in(piece)} == {author.house}
    assert len(piece.synopsis) >= 40


@pytest.mark.parametrize("piece", PIECES, ids=lambda piece: piece.key)
def test_a_work_has_what_its_kind_needs(piece):
    mains = [spec for spec in piece.files if spec.role == "main"]
    covers = [spec for spec in piece.files if spec.role == "cover"]
    assert len(covers) <= 1
    if piece.kind == "article":
        assert piece.body
        assert not mains
    else:
        assert len(mains) == (4 if piece.kind == "comic" else 1)
    assert unicodedata.is_normalized("NFC", piece.body)


@pytest.mark.parametrize("piece", PIECES, ids=lambda piece: piece.key)
def test_each_stage_has_left_its_words(piece):
    reached = list(Stage).index(Stage(piece.stage))
    assert bool(piece.advice) == (
        reached >= list(Stage).index(Stage.COACHING) or piece.key == "A-7"
    )
    assert bool(piece.note) == (reached >= list(Stage).index(Stage.CURATION))
    assert bool(piece.review) == (piece.stage == "publication" or piece.key == "P-3")
    assert (piece.outlet in ALL.outlets) == (piece.stage == "publication")


@pytest.mark.parametrize("piece", PUBLISHED, ids=lambda piece: piece.key)
def test_a_published_work_was_passed_by_a_stranger_with_praise_and_advice(piece):
    curator = ALL.people[piece.review.curator]
    assert "curator" in curator.roles
    assert curator.house != ALL.house_of(piece).key
    assert set(piece.review.scores) == {each.key for each in rubric.CRITERIA}
    assert rubric.total(piece.review.scores) >= rubric.PASS_MARK
    assert not rubric.failed_gates(piece.review.scores)
    assert piece.review.praise
    assert piece.review.improve


@pytest.mark.parametrize("piece", PUBLISHED, ids=lambda piece: piece.key)
def test_nothing_public_without_consent(piece):
    for person in people_in(piece):
        assert "public" in person.choices.purposes
        parts = {part.role for part in piece.parts if part.person == person.key}
        if parts & {"voice", "speaker", "actor"}:
            assert "voice" in person.choices.purposes
        if "actor" in parts:
            assert "face" in person.choices.purposes


@pytest.mark.parametrize("person", ALL.people.values(), ids=lambda person: person.key)
def test_ages_hold_whatever_the_day_of_the_seed(person):
    for start in (date(2026, 11, 23), date(2024, 2, 29), date(2027, 1, 1)):
        born = person.birth_date(start)
        if person.age is None:
            assert born is None
            assert "santri" not in person.roles
            continue
        for later in (0, 1, 20):
            assert age_on(start + timedelta(days=later), born) == person.age


def test_a_minor_has_a_guardian_and_an_adult_decides_alone():
    for person in ALL.people.values():
        if person.choices:
            assert bool(person.choices.guardian) == (person.age is not None and person.age < 18)


def test_halimah_may_be_heard_but_not_seen():
    purposes = ALL.people["SAN-02"].choices.purposes
    assert "voice" in purposes
    assert "face" not in purposes


def test_a_child_under_thirteen_is_never_public():
    children = [p for p in ALL.people.values() if p.age is not None and p.age < 13]
    assert [child.key for child in children] == ["SAN-05"]
    assert children[0].choices.purposes == ("training",)
    assert [p.stage for p in PIECES if children[0] in people_in(p)] == ["training"]


def test_the_article_with_the_missing_words_is_held_in_curation():
    held = ALL.pieces["A-3"]
    assert held.stage == "curation"
    assert held.review is None
    assert "يَرْفَعِ اللّٰهُ الَّذِيْنَ اُوْتُوا الْعِلْمَ دَرَجٰتٍ" in held.body
    assert MISSING_IN_ART_3 not in held.body
    assert not any("اُوْتُوا الْعِلْمَ" in piece.body for piece in PUBLISHED)


@pytest.mark.parametrize("name", ["art-1.md", "art-2.md", "art-3.md"])
def test_the_shared_articles_stand_in_full(name):
    whole = (TEXTS / name).read_text(encoding="utf-8")
    piece = next(each for each in PIECES if each.title == whole.splitlines()[0])
    assert f"{piece.title}\n\n{piece.body}\n" == whole


@pytest.mark.parametrize("key", ["A-4", "A-5"])
def test_our_own_articles_have_150_to_250_words(key):
    assert 150 <= len(ALL.pieces[key].body.split()) <= 250


def test_a_text_under_a_wrong_heading_is_refused():
    with pytest.raises(ValueError, match=r"art-1\.md is headed"):
        props.text("art-1.md", "Judul lain")


def test_a_file_is_made_once_and_kept(tmp_path):
    spec = ALL.pieces["P-1"].files[0]
    path = spec.produce(tmp_path, draft=True)
    made = path.stat().st_mtime_ns
    assert spec.produce(tmp_path, draft=True).stat().st_mtime_ns == made
    assert [each.name for each in tmp_path.iterdir()] == [spec.name]


def test_a_file_that_failed_leaves_no_final_name(tmp_path):
    def broken(path, draft):
        path.write_bytes(b"half")
        raise OSError("disk full")

    spec = catalogue.FileSpec("main", "film.mp4", broken)
    with pytest.raises(OSError, match="disk full"):
        spec.produce(tmp_path)
    assert not (tmp_path / "film.mp4").exists()


@pytest.mark.parametrize(
    "spec",
    [spec for key in ("S-1", "K-1", "B-1", "B-2") for spec in ALL.pieces[key].files],
    ids=lambda spec: spec.name,
)
def test_every_other_file_can_be_produced(spec, tmp_path):
    assert spec.produce(tmp_path, draft=True).stat().st_size > 5_000
