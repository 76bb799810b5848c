"""The programme manager's desk over HTTP."""

import pytest
from django.urls import reverse

from kodipest.people.models import Purpose, Role
from kodipest.stages.curation.operations import send_back
from kodipest.stages.publication.models import Channel, Edition
from kodipest.works.journey import Stage
from tests.factories.people import cast, consent, somebody
from tests.factories.stages import ChannelFactory, passed, published, reopened, started_film

pytestmark = pytest.mark.django_db

SAY_NO = 422


@pytest.fixture
def people():
    return cast()


@pytest.fixture
def farid(client, people):
    client.force_login(people.farid)
    return client


def text_of(response):
    return response.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_desk_costs_the_same_for_one_and_for_three(
    farid, people, count, django_assert_num_queries
):
    for number in range(count):
        passed(people, started_film(people, title=f"Film {number}"))
        ChannelFactory()

    with django_assert_num_queries(12):
        page = farid.get(reverse("publication"))

    assert text_of(page).count('class="work-row"') == count


@pytest.mark.parametrize("count", [1, 3])
def test_what_is_out_costs_the_same_for_one_and_for_three(
    farid, people, count, django_assert_num_queries
):
    for number in range(count):
        published(people, started_film(people, title=f"Film {number}"))

    with django_assert_num_queries(6):
        page = farid.get(reverse("publication_out"))

    assert text_of(page).count("<tr>") == count + 1


@pytest.mark.parametrize("name", ["publication", "publication_out"])
def test_empty_lists_say_what_will_come(farid, name):
    assert 'class="empty"' in text_of(farid.get(reverse(name)))


def test_a_passed_work_comes_out_in_a_channel_once(farid, people):
    work, channel = passed(people), ChannelFactory(name="Kanal Santri")
    consent(people.aisyah, Purpose.PUBLIC)
    address = reverse("publication_publish", args=[work.pk])
    assert "Kanal Santri" in text_of(farid.get(address))

    sent = {"channel": channel.pk, "read": work.newest_revision.pk}
    first = farid.post(address, sent)
    second = farid.post(address, sent)

    assert (first.url, second.status_code) == (reverse("publication"), SAY_NO)
    assert 'class="note error"' in text_of(second)
    assert farid.get(address).status_code == 404
    assert [(each.work, each.channel, each.published_by) for each in Edition.objects.all()] == [
        (work, channel, people.farid)
    ]


def test_a_missing_consent_is_named_and_stops_the_work(farid, people):
    work, channel = passed(people), ChannelFactory()
    address = reverse("publication_publish", args=[work.pk])
    for page in (text_of(farid.get(reverse("publication"))), text_of(farid.get(address))):
        assert "Aisyah" in page
    assert 'name="channel"' not in text_of(farid.get(address))

    answer = farid.post(address, {"channel": channel.pk, "read": work.newest_revision.pk})

    assert answer.status_code == SAY_NO
    assert not Edition.objects.exists()


def test_a_version_that_came_since_the_page_was_opened_does_not_come_out_unread(farid, people):
    work, channel = passed(people), ChannelFactory()
    consent(people.aisyah, Purpose.PUBLIC)
    address = reverse("publication_publish", args=[work.pk])
    read = work.newest_revision
    assert f'name="read" value="{read.pk}"' in text_of(farid.get(address))
    send_back(work=work, by=people.farid, why="Shorter, please.")
    newer = reopened(people, work, body="Shorter.")
    passed(people, work)

    answer = farid.post(address, {"channel": channel.pk, "read": read.pk})

    page = text_of(answer)
    assert answer.status_code == SAY_NO
    assert 'class="note error"' in page
    assert not Edition.objects.exists()
    # The page shows the newer version now: what is pressed next is that one.
    assert f'name="read" value="{newer.pk}"' in page
    assert "Shorter." in page
    farid.post(address, {"channel": channel.pk, "read": newer.pk})
    assert Edition.objects.get().revision == newer


@pytest.mark.parametrize("sent", ["", "nonsense"])
def test_a_page_without_its_version_publishes_nothing_and_says_so(farid, people, sent):
    work, channel = passed(people), ChannelFactory()
    consent(people.aisyah, Purpose.PUBLIC)

    answer = farid.post(
        reverse("publication_publish", args=[work.pk]), {"channel": channel.pk, "read": sent}
    )

    assert answer.status_code == SAY_NO
    assert 'class="note error"' in text_of(answer)
    assert not Edition.objects.exists()


@pytest.mark.parametrize("sent", [{}, {"channel": ""}, {"channel": "nonsense"}])
def test_without_a_channel_nothing_comes_out(farid, people, sent):
    work = passed(people)
    consent(people.aisyah, Purpose.PUBLIC)
    ChannelFactory()

    answer = farid.post(reverse("publication_publish", args=[work.pk]), sent)

    assert answer.status_code == SAY_NO
    assert not Edition.objects.exists()


def test_before_the_first_channel_one_is_asked_for(farid, people):
    work = passed(people)
    consent(people.aisyah, Purpose.PUBLIC)

    page = text_of(farid.get(reverse("publication_publish", args=[work.pk])))

    assert reverse("publication_channel") in page.split('class="next"')[1]


@pytest.mark.parametrize(
    ("name", "status"), [("Kanal Santri", 302), ("", SAY_NO), ("  ", SAY_NO), ("x" * 121, SAY_NO)]
)
def test_a_channel_is_opened_by_name(farid, name, status):
    answer = farid.post(reverse("publication_channel"), {"name": name, "about": "For all."})

    assert answer.status_code == status
    assert Channel.objects.count() == (status == 302)
    if status == SAY_NO:
        assert "For all.</textarea>" in text_of(answer)


def test_what_is_held_back_is_marked_with_whose_consent(farid, people):
    work = published(people).work
    work.credits.create(person=somebody("Fauzan Rizqi", people.house, Role.SANTRI, age=17))

    row = text_of(farid.get(reverse("publication_out"))).split("<tbody>")[1]

    assert "Fauzan Rizqi" in row
    assert reverse("work", args=[work.slug]) not in row


def test_a_work_is_taken_off_when_its_title_is_typed(farid, people):
    edition = published(people)
    work = edition.work
    address = reverse("publication_withdraw", args=[work.pk])

    wrong = farid.post(address, {"why": "A mistake in it.", "title": "Something else"})
    assert (wrong.status_code, work.editions.get().withdrawn_at) == (SAY_NO, None)
    assert "A mistake in it.</textarea>" in text_of(wrong)

    right = farid.post(address, {"why": "A mistake in it.", "title": f" {work.title.upper()} "})
    again = farid.post(address, {"why": "Twice.", "title": work.title})

    work.refresh_from_db()
    edition.refresh_from_db()
    assert (right.status_code, again.status_code) == (302, SAY_NO)
    assert "Twice.</textarea>" in text_of(again)
    assert farid.get(address).status_code == 404
    assert (work.stage, edition.withdrawn_by) == (Stage.TRAINING, people.farid)
    assert farid.get(reverse("work", args=[work.slug])).status_code == 404


@pytest.mark.parametrize("why", ["", "   "])
def test_nothing_is_taken_off_without_a_reason(farid, people, why):
    work = published(people).work

    answer = farid.post(
        reverse("publication_withdraw", args=[work.pk]), {"why": why, "title": work.title}
    )

    assert answer.status_code == SAY_NO
    assert work.editions.get().withdrawn_at is None
