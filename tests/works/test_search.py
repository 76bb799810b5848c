"""A title is found however it is typed, alike on both databases."""

import importlib

import pytest
from django.apps import apps
from django.urls import reverse

from kodipest.stages.publication.queries import count_editions_like, editions_like
from kodipest.works.models import Revision, Work
from kodipest.works.operations import begin_revision, change_text, start_work
from kodipest.works.queries import works_by, works_like
from tests.factories.people import cast
from tests.factories.stages import handed_in, published, reopened, started
from tests.factories.works import WorkFactory

pytestmark = pytest.mark.django_db
TITLES = {
    "Kisah Nabi Ibrāhīm": ["ibrahim", "IBRĀHĪM", "nabi  ib"],
    "ÉCOLE du soir": ["école", "ecole", "ÉCOLE DU"],
    "الرَّحْمٰنُ عَلَّمَ الْقُرْآنَ": ["الرحمن", "القران", "القُرآن"],
    "Adab al-Qur’an": ["quran", "Qur'an", "al-qur'ān"],
    "江户的清真寺": ["清真寺"],
}


@pytest.mark.parametrize(("title", "typed"), TITLES.items())
def test_a_work_is_found_by_its_makers_and_by_everybody(client, title, typed):
    people = cast()
    edition = published(people, started(people, title=title))
    published(cast())

    for text in typed:
        assert [*works_like(works_by(people.aisyah), q=text)] == [edition.work]
        assert [*editions_like(text)] == [edition]
        assert count_editions_like(text) == 1
        page = client.get(reverse("works"), {"q": text}).content.decode()
        assert edition.work.slug in page


@pytest.mark.parametrize("text", ["zzz", "%", "_", "ibrahim nabi"])
def test_what_is_not_in_a_title_is_not_found(text):
    people = cast()
    published(people, started(people, title="Kisah Nabi Ibrāhīm"))

    assert not editions_like(text).exists()
    assert not works_like(works_by(people.aisyah), q=text).exists()


@pytest.mark.parametrize("text", ["", "  ", "'", "\u064e", "\x00"])
def test_what_says_nothing_narrows_nothing(text):
    edition = published(cast())

    assert [*editions_like(text)] == [edition]


def test_each_verb_that_writes_a_title_folds_it():
    people = cast()
    work = start_work(
        kind=Work.Kind.ARTICLE, title="Ādāb", organisation=people.house, by=people.aisyah
    )
    assert folds() == [("adab", ["adab"])]

    change_text(work=work, by=people.aisyah, title="Ṣalawāt", body="One verse.")
    assert folds() == [("salawat", ["salawat"])]

    handed_in(people, work)
    work.refresh_from_db()
    Work.objects.update(stage="training")
    work.refresh_from_db()
    begin_revision(work=work, by=people.aisyah)
    assert folds() == [("salawat", ["salawat", "salawat"])]


def folds() -> list[tuple[str, list[str]]]:
    return [
        (
            work.title_folded,
            [*work.revisions.order_by("number").values_list("title_folded", flat=True)],
        )
        for work in Work.objects.all()
    ]


def test_the_old_title_of_what_is_out_is_found_while_a_new_one_is_made():
    people = cast()
    edition = published(people, started(people, title="Ādāb"))
    Work.objects.update(stage="training")
    edition.work.refresh_from_db()
    reopened(people, edition.work)
    change_text(work=edition.work, by=people.aisyah, title="Ṣalawāt", body="One verse.")

    assert [*editions_like("adab")] == [edition]
    assert not editions_like("salawat").exists()


def test_titles_that_were_there_before_are_folded_by_the_migration(monkeypatch):
    migration = importlib.import_module("kodipest.works.migrations.0003_titles_folded")
    monkeypatch.setattr(migration, "AT_ONCE", 2)
    for title in ("Ādāb", "Ṣalawāt", "École"):
        WorkFactory(title=title)
    Work.objects.update(title_folded="")
    Revision.objects.update(title_folded="")

    migration.fold_titles(apps, None)

    for model in (Work, Revision):
        assert {*model.objects.values_list("title_folded", flat=True)} == {
            "adab", "salawat", "ecole",
        }  # fmt: skip
