"""Captions as verbs: written while a version is open, sealed with it, never overwritten unseen."""

import pytest
from django.core.exceptions import PermissionDenied

from kodipest.engines.media.captions import MAX_CUES, Cue
from kodipest.kernel.errors import Refusal
from kodipest.people.models import AuditEntry
from kodipest.works.captions.operations import save_captions
from kodipest.works.models import Caption
from kodipest.works.operations import begin_revision, seal_revision
from kodipest.works.sanad import hash_of, manifest_of
from tests.factories.people import cast
from tests.factories.stages import started, started_film

pytestmark = pytest.mark.django_db

CUES = [Cue(3.0, 4.5, "dua"), Cue(0.5, 2.0, "satu")]


@pytest.fixture
def people():
    return cast()


@pytest.fixture
def film(people):
    return started_film(people)


def test_captions_are_kept_in_order_and_told_to_the_version(people, film):
    save_captions(work=film, language="en", cues=[Cue(0, 1, "one")], by=people.aisyah)
    kept = save_captions(work=film, language="id", cues=CUES, by=people.aisyah)
    assert kept
    assert kept.cues == [[0.5, 2.0, "satu"], [3.0, 4.5, "dua"]]
    film.newest_revision.refresh_from_db()
    assert film.newest_revision.caption_languages == ["id", "en"]
    entry = AuditEntry.objects.filter(act="save_captions").latest("sequence")
    assert entry.facts == {"language": "id", "cues": "2"}


def test_saving_nothing_takes_them_out(people, film):
    save_captions(work=film, language="id", cues=CUES, by=people.aisyah)
    assert save_captions(work=film, language="id", cues=[], by=people.aisyah) is None
    film.newest_revision.refresh_from_db()
    assert film.newest_revision.caption_languages == []
    assert not Caption.objects.exists()


def test_two_who_write_at_once_do_not_overwrite_each_other(people, film):
    save_captions(work=film, language="id", cues=CUES, by=people.aisyah, after=0)
    with pytest.raises(Refusal) as refused:
        save_captions(work=film, language="id", cues=CUES[:1], by=people.aisyah, after=0)
    assert refused.value.codes == ["saved_meanwhile"]
    kept = save_captions(work=film, language="id", cues=CUES[:1], by=people.aisyah, after=1)
    assert kept
    assert (kept.saves, len(kept.cues)) == (2, 1)


@pytest.mark.parametrize("who", ["budi", "citra", "dewi", "eka", "farid"])
def test_only_authors_write_them(people, film, who):
    with pytest.raises(PermissionDenied):
        save_captions(work=film, language="id", cues=CUES, by=getattr(people, who))
    assert not Caption.objects.exists()


@pytest.mark.parametrize(
    ("language", "cues", "code"),
    [
        ("xx", CUES, "language_unknown"),
        ("id", [Cue(n, n + 1, "a") for n in range(MAX_CUES + 1)], "too_many_cues"),
    ],
)
def test_what_cannot_be_is_refused(people, film, language, cues, code):
    with pytest.raises(Refusal) as refused:
        save_captions(work=film, language=language, cues=cues, by=people.aisyah)
    assert refused.value.codes == [code]


def test_an_article_has_none(people):
    with pytest.raises(Refusal) as refused:
        save_captions(work=started(people), language="id", cues=CUES, by=people.aisyah)
    assert refused.value.codes == ["no_captions"]


def test_a_sealed_version_keeps_its_captions_and_the_next_begins_with_them(people, film):
    without = hash_of(film.newest_revision)
    save_captions(work=film, language="id", cues=CUES, by=people.aisyah)
    sealed = seal_revision(work=film, by=people.aisyah)
    assert sealed.content_hash == hash_of(sealed) != without
    assert set(manifest_of(sealed)["captions"]) == {"id"}
    with pytest.raises(Refusal) as refused:
        save_captions(work=film, language="id", cues=[], by=people.aisyah)
    assert refused.value.codes == ["sealed"]
    copy = begin_revision(work=film, by=people.aisyah)
    assert copy.caption_languages == ["id"]
    save_captions(work=film, language="id", cues=CUES[:1], by=people.aisyah, after=1)
    assert len(sealed.captions.get().cues) == 2
    assert len(copy.captions.get().cues) == 1
    assert sealed.content_hash == hash_of(sealed)
