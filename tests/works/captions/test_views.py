"""The desk of captions over HTTP, and who may read them."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from kodipest.engines.media.captions import Cue
from kodipest.people.models import Role
from kodipest.works.captions.operations import save_captions
from tests.factories.people import OrganisationFactory, cast, somebody
from tests.factories.stages import handed_in, started, started_film, submitted

pytestmark = pytest.mark.django_db

CUES = [Cue(0.5, 2.9, "Assalamu alaikum & selamat datang"), Cue(3.0, 3.2, "<b>Ini</b>")]
SRT = "1\n00:00:01,000 --> 00:00:02,500\nبسم الله\n"
SAY_NO = 422


@pytest.fixture
def people():
    return cast()


@pytest.fixture
def film(people):
    work = started_film(people)
    save_captions(work=work, language="id", cues=CUES, by=people.aisyah)
    return work


@pytest.fixture
def aisyah(client, people):
    client.force_login(people.aisyah)
    return client


def edit(work, language="id"):
    return reverse("captions_edit", args=[work.pk, language])


def text_of(answer):
    return answer.content.decode()


def test_the_desk_shows_what_is_there_and_what_readers_will_not_manage(aisyah, film):
    page = aisyah.get(edit(film))
    assert page.context["form"].initial["after"] == 1
    assert "Assalamu alaikum &amp;amp; selamat datang" in text_of(
        page
    )  # escaped once for each reader
    assert [doubt["number"] for doubt in page.context["doubts"]] == [2]
    assert page.context["preview"].film.captions[0].src in text_of(page)


def test_what_is_typed_is_saved(aisyah, film):
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\nSatu &amp; dua\n"
    answer = aisyah.post(edit(film, "en"), {"text": text, "after": "0"}, follow=True)
    assert answer.redirect_chain == [(edit(film, "en"), 302)]
    assert film.newest_revision.captions.get(language="en").cues == [[1.0, 2.0, "Satu & dua"]]
    assert "1 takarir disimpan" in text_of(answer) or "disimpan" in text_of(answer)


def test_empty_text_takes_them_out(aisyah, film):
    aisyah.post(edit(film), {"text": "WEBVTT\n\n", "after": "1"})
    assert not film.newest_revision.captions.exists()


def test_text_without_times_is_refused_and_kept(aisyah, film):
    answer = aisyah.post(edit(film), {"text": "halo dunia", "after": "1"})
    assert answer.status_code == SAY_NO
    assert "halo dunia" in text_of(answer)
    assert answer.context["form"].errors.as_data()["text"][0].code == "not_captions"
    assert len(film.newest_revision.captions.get().cues) == 2


def test_what_another_tab_saved_is_not_overwritten(aisyah, film, people):
    save_captions(work=film, language="id", cues=CUES[:1], by=people.aisyah)
    mine = "WEBVTT\n\n00:01.000 --> 00:02.000\nTulisan saya\n"
    answer = aisyah.post(edit(film), {"text": mine, "after": "1"})
    assert answer.status_code == SAY_NO
    assert "Tulisan saya" in text_of(answer)
    assert answer.context["form"].non_field_errors().as_data()[0].code == "saved_meanwhile"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1256"])
def test_a_file_takes_their_place(aisyah, film, encoding):
    file = SimpleUploadedFile("../teks عربي.srt", SRT.encode(encoding), "application/x-subrip")
    answer = aisyah.post(reverse("captions_bring", args=[film.pk, "id"]), {"file": file})
    assert answer.status_code == 302
    assert film.newest_revision.captions.get().cues == [[1.0, 2.5, "بسم الله"]]


@pytest.mark.parametrize(
    ("content", "code"), [(b"bukan teks", "not_captions"), (b"x" * 2_200_000, "captions_too_large")]
)
def test_a_file_that_is_no_captions_changes_nothing(aisyah, film, content, code):
    file = io.BytesIO(content)
    file.name = "film.srt"
    answer = aisyah.post(reverse("captions_bring", args=[film.pk, "id"]), {"file": file})
    assert answer.status_code == SAY_NO
    assert answer.context["bring_form"].errors.as_data()["file"][0].code == code
    assert len(film.newest_revision.captions.get().cues) == 2


def test_the_player_gets_webvtt(aisyah, film):
    answer = aisyah.get(reverse("captions_vtt", args=[film.newest_revision.pk, "id"]))
    assert answer.headers["Content-Type"] == "text/vtt; charset=utf-8"
    assert text_of(answer) == (
        "WEBVTT\n\n00:00:00.500 --> 00:00:02.900\nAssalamu alaikum &amp; selamat datang\n"
        "\n00:00:03.000 --> 00:00:03.200\n&lt;b&gt;Ini&lt;/b&gt;\n"
    )


def test_whoever_may_not_write_reads(client, people, film):
    handed_in(people, film)
    for person in (people.aisyah, people.budi):
        client.force_login(person)
        page = client.get(edit(film))
        assert page.context["form"] is None
        assert "Assalamu alaikum &amp; selamat datang" in text_of(page)


def test_times_of_another_language_are_a_beginning(aisyah, film):
    page = aisyah.get(edit(film, "en") + "?from=id")
    assert "Assalamu alaikum" in page.context["form"].initial["text"]
    assert page.context["form"].initial["after"] == 0
    assert not film.newest_revision.captions.filter(language="en").exists()


@pytest.mark.parametrize("language", ["xx", "en-GB"])
def test_a_language_the_house_does_not_know_has_no_page(aisyah, film, language):
    assert aisyah.get(edit(film, language)).status_code == 404


def test_an_article_has_no_such_desk(aisyah, people):
    assert aisyah.get(edit(started(people))).status_code == 404


def test_each_address_for_each_person(client, people, film):
    """The desk is for those of the house and the programme, the words for curators in their turn too."""
    submitted(people, film)
    far = OrganisationFactory()
    everybody = {
        "anonymous": None,
        "aisyah": people.aisyah,
        "budi": people.budi,
        "citra": people.citra,
        "dewi": people.dewi,
        "farid": people.farid,
        "eka": people.eka,
        "far_coach": somebody("Hasan Basri", far, Role.COACH),
        "kin_curator": somebody("Kurniawan", people.house, Role.CURATOR),
    }
    addresses = {
        "edit": edit(film),
        "vtt": reverse("captions_vtt", args=[film.newest_revision.pk, "id"]),
    }
    found = {}
    for name, address in addresses.items():
        for who, person in everybody.items():
            client.logout()
            if person:
                client.force_login(person)
            found[name, who] = client.get(address).status_code
    assert {key: status for key, status in found.items() if status != 404} == {
        ("edit", "anonymous"): 302,
        ("edit", "aisyah"): 200,
        ("edit", "budi"): 200,
        ("edit", "dewi"): 200,
        ("edit", "farid"): 200,
        ("vtt", "anonymous"): 302,
        ("vtt", "aisyah"): 200,
        ("vtt", "budi"): 200,
        ("vtt", "citra"): 200,
        ("vtt", "dewi"): 200,
        ("vtt", "farid"): 200,
    }


def test_others_write_nothing(client, people, film):
    for person in (people.budi, people.dewi, people.farid):
        client.force_login(person)
        answer = client.post(edit(film), {"text": "WEBVTT\n\n", "after": "1"})
        assert answer.status_code == 403
    client.force_login(people.eka)
    assert client.post(edit(film), {"text": "", "after": "1"}).status_code == 404
    assert len(film.newest_revision.captions.get().cues) == 2
