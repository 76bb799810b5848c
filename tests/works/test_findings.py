from typing import Any

import pytest
from django.urls import reverse

from kodipest.engines.media.models import Examination, Original
from kodipest.people.models import Person, Role
from kodipest.works.findings import noticed_in
from kodipest.works.journey import Stage
from kodipest.works.models import Caption, Revision, Work
from tests.factories.people import MembershipFactory, PersonFactory
from tests.factories.works import RevisionFactory, WorkFactory, asset

pytestmark = pytest.mark.django_db

FINDINGS = [
    {"code": "silence", "severity": "advice", "start": 12.25, "end": 31.5},
    {"code": "silence", "severity": "advice", "start": 65.0, "end": 80.0},
    {"code": "nudity", "severity": "advice", "start": 4.0, "value": 0.8},
]
CURVES = {
    "loudness": {"step": 1.0, "values": [-20.0, -18.0, -16.0]},
    "bit_rate": {"step": 4.0, "values": [900.0, 400.0]},
}


def film(author: Person | None = None, **fields: Any) -> Revision:
    fields |= {"authors": [author]} if author else {}
    work = WorkFactory(kind="video", **fields)
    revision: Revision = work.revisions.get()
    asset(revision)
    return revision


def examined(revision: Revision, **fields: Any) -> Examination:
    """Write an examination of the main file of `revision` down."""
    report = {"findings": FINDINGS, "curves": CURVES, "looked": True, "loudness": None}
    original = revision.main.original
    original.probe |= {"has_audio": True}
    original.save()
    defaults = {"report": report | fields.pop("report", {}), "likeness": {}} | fields
    return Examination.objects.create(original=original, **defaults)


def alike(original: Original, **more: Any) -> dict[str, Any]:
    return {"original": str(original.pk), "picture": 0.9, "sound": None} | more


def picture(**fields: Any) -> dict[str, Any]:
    return {"code": "small", "severity": "note", "value": 600, "text": "picture"} | fields


def codes(revision: Revision, reader: Person) -> list[str]:
    noticed = noticed_in(revision, reader=reader)
    return [topic.about.code for topic in noticed.topics] if noticed else []


def test_nothing_is_said_before_it_was_measured() -> None:
    revision = film()

    assert noticed_in(revision, reader=revision.made_by) is None


def test_nothing_is_said_of_what_is_read() -> None:
    work = WorkFactory(kind="ebook")
    revision = work.revisions.get()
    asset(revision, "document")
    examined(revision)

    assert noticed_in(revision, reader=revision.made_by) is None
    assert noticed_in(WorkFactory().revisions.get(), reader=revision.made_by) is None


def test_findings_come_in_words_with_both_curves() -> None:
    revision = film()
    examined(revision)

    noticed = noticed_in(revision, reader=revision.made_by)

    assert noticed is not None
    assert [(topic.about.code, len(topic.places)) for topic in noticed.topics] == [
        ("nudity", 1),
        ("silence", 2),
        ("captions_missing", 0),
    ]
    assert [plot.name for plot in noticed.plots] == ["loudness", "bit_rate"]


def test_captions_are_judged_as_they_are_now() -> None:
    revision = film()
    examined(revision, report={"findings": []})
    english = "Every morning we sweep the yard, and in the evening we read together in the hall."
    Caption.objects.create(
        revision=revision, language="id", cues=[[0, 4, english]], changed_by=revision.made_by
    )
    revision.caption_languages = ["id"]

    assert codes(revision, revision.made_by) == ["captions_language"]


def test_a_similar_work_is_named_only_to_whoever_may_see_it() -> None:
    author, stranger = PersonFactory(), PersonFactory()
    there, here = film(author, title="Sungai kami"), film()
    sound = {"start": 3.0, "end": 60.0, "alike": 0.9}
    examined(here, similar=[alike(there.main.original, sound=sound)], report={"findings": []})

    assert codes(here, stranger) == ["similar_picture", "similar_sound", "captions_missing"]
    known, unknown = (noticed_in(here, reader=reader) for reader in (author, stranger))
    assert known is not None
    assert unknown is not None
    assert [work.title for work in known.similar] == ["Sungai kami"]
    assert list(unknown.similar) == []


def test_the_same_bytes_in_another_work_are_told() -> None:
    there, here = film(title="Sungai kami"), film()
    here.main.delete()
    asset(here, transcode=there.main.transcode)
    here.__dict__.pop("files", None)
    examined(here, report={"findings": []})

    examined_first = codes(Revision.objects.get(pk=there.pk), PersonFactory())

    assert codes(here, PersonFactory()) == ["similar_picture", "similar_sound", "captions_missing"]
    assert examined_first == ["captions_missing"]  # it was there before the other one


def test_makers_hear_of_what_is_out_and_of_no_drafts_elsewhere() -> None:
    there, here = film(), film()
    examined(here, similar=[alike(there.main.original)], report={"findings": []})

    assert codes(here, here.made_by) == ["captions_missing"]
    Work.objects.filter(pk=there.work_id).update(stage=Stage.PUBLICATION)
    assert codes(here, here.made_by) == ["similar_picture", "captions_missing"]


def test_whoever_was_first_is_not_told_of_copies_when_examined_anew() -> None:
    first, copy = film(), film()
    examined(first, similar=[alike(copy.main.original)], report={"findings": []})

    assert codes(first, PersonFactory()) == ["captions_missing"]


def test_pages_that_nobody_looked_at_yet_are_counted(client: Any) -> None:
    revision = WorkFactory(kind="comic").revisions.get()
    pages = [asset(revision, "image", position=position) for position in range(3)]
    report = {"looked": True, "findings": []}
    Examination.objects.create(original=pages[1].original, report=report, likeness={})
    client.force_login(revision.made_by)

    page = client.get(reverse("studio_work", args=[revision.work_id])).content.decode()

    assert "1 dari 3 halaman sudah dilihat" in page
    assert "Tidak ada yang mengganggu" not in page


def test_the_pages_of_a_comic_are_told_by_their_number() -> None:
    work = WorkFactory(kind="comic")
    revision = work.revisions.get()
    for position in range(3):
        page = asset(revision, "image", position=position)
        report = {"looked": position != 1, "findings": [picture()] if position else []}
        Examination.objects.create(original=page.original, report=report, likeness={})

    noticed = noticed_in(revision, reader=revision.made_by)

    assert noticed is not None
    assert [(topic.about.code, [one.page for one in topic.places]) for topic in noticed.topics] == [
        ("small", [2, 3])
    ]
    assert noticed.is_seen
    assert not noticed.is_played
    assert not noticed.has_looked


def test_an_earlier_version_and_a_film_nobody_uses_are_not_alike() -> None:
    first, unused = film(), film()
    original = unused.main.original
    unused.main.delete()
    second = RevisionFactory(work=first.work, number=2, sealed=True)
    asset(second)
    examined(second, similar=[alike(first.main.original), alike(original)])

    assert "similar_picture" not in codes(second, second.made_by)


# On the pages


def test_the_desk_shows_it_with_places_to_jump_to(client: Any) -> None:
    revision = film()
    examined(revision)
    client.force_login(revision.made_by)

    page = client.get(reverse("studio_work", args=[revision.work_id])).content.decode()

    assert 'data-jump="12.25"' in page
    assert "0.12" in page or "0:12" in page
    assert "<polyline" in page
    assert "style=" not in page


def test_a_poster_is_told_without_times_and_a_comic_with_pages(client: Any) -> None:
    poster, comic = (WorkFactory(kind=kind).revisions.get() for kind in ("poster", "comic"))
    pages = [asset(poster, "image"), asset(comic, "image"), asset(comic, "image", position=1)]
    report = {"looked": True, "findings": [picture()]}
    for page in pages:
        Examination.objects.create(original=page.original, report=report, likeness={})

    client.force_login(poster.made_by)
    told = client.get(reverse("studio_work", args=[poster.work_id])).content.decode()
    client.force_login(comic.made_by)
    paged = client.get(reverse("studio_work", args=[comic.work_id])).content.decode()

    assert 'data-code="small"' in told
    assert "Gambarnya kecil" in told
    assert "halaman" not in told.partition('data-code="small"')[2].partition("</li>")[0]
    assert "halaman 1" in paged
    assert "halaman 2" in paged
    assert "data-jump" not in told + paged


def test_a_stranger_sees_nothing_of_it(client: Any) -> None:
    revision = film()
    examined(revision)
    client.force_login(PersonFactory())

    answer = client.get(reverse("studio_work", args=[revision.work_id]))

    assert answer.status_code in {403, 404}
    assert b"data-jump" not in answer.content


def test_a_mentor_sees_it_beside_the_work(client: Any) -> None:
    revision = film(stage="coaching")
    examined(revision)
    coach = MembershipFactory(role=Role.COACH, organisation=revision.work.organisation).person
    client.force_login(coach)

    page = client.get(reverse("coaching_review", args=[revision.work_id])).content.decode()

    assert 'data-code="silence"' in page
    assert 'data-jump="65.0"' in page
