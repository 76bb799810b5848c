"""What published works are taken away in: asked for by the sweep, offered on the page, gone with it."""

import base64
import io

import pytest
from django.urls import reverse
from PIL import Image

from kodipest.engines.media.models import Transcode
from kodipest.stages.publication.last_card import HEIGHT, INK, PAPER, WIDTH, last_card
from kodipest.stages.publication.operations import ask_for_packs, withdraw_work
from tests.factories.people import cast
from tests.factories.stages import passed, published, started_film

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def packed(settings):
    settings.PACKS_OF_PUBLISHED = {"video": ["whatsapp"]}


@pytest.fixture
def people():
    return cast()


@pytest.fixture
def edition(people):
    return published(people, started_film(people))


def packs():
    return Transcode.objects.exclude(part="base")


def test_a_sweep_asks_once_for_what_is_out(edition):
    assert ask_for_packs() == 1
    asked = packs().get()
    assert (asked.part, asked.base) == ("whatsapp", edition.revision.main.transcode)
    assert asked.wishes["title"] == edition.revision.title
    assert asked.wishes["artist"] == edition.work.organisation.name
    assert set(asked.wishes) == {"title", "artist", "card"}
    assert ask_for_packs() == 0


def test_what_is_not_out_is_not_packed(people):
    passed(people, started_film(people))
    assert ask_for_packs() == 0


def test_what_was_taken_off_is_not_packed(people, edition):
    withdraw_work(work=edition.work, by=people.farid, why="A song without permission.")
    assert ask_for_packs() == 0


def test_no_person_is_named(people, edition):
    ask_for_packs()
    said = str(packs().get().wishes | {"card": ""})
    assert not any(name in said for name in (people.aisyah.name, people.aisyah.nickname))


def test_the_page_offers_what_is_there(client, edition):
    transcode = edition.revision.main.transcode
    file = {"role": "film", "file": "whatsapp/0a0b0c0d/film.mp4", "bytes": 3_400_000}
    sound = {"role": "sound", "file": "whatsapp/0a0b0c0d/sound.m4a", "bytes": 400_000}
    transcode.manifest |= {"packs": {"whatsapp": {"files": [sound, file]}}}
    transcode.save()
    page = client.get(reverse("work", args=[edition.work.slug]))
    kinds = [download.kind for download in page.context["film"].downloads]
    assert [kind.split(" · ")[1].replace("\xa0", " ") for kind in kinds] == ["390,6 KB", "3,2 MB"]
    assert "whatsapp/0a0b0c0d/film.mp4" in page.content.decode()


def drawn(*words):
    return Image.open(io.BytesIO(base64.b64decode(last_card(*words)))).convert("RGB")


def colours(picture):
    return {colour for _count, colour in picture.getcolors(1 << 24)}


def test_the_card_tells_title_and_house():
    picture = drawn("Sumur di Halaman", "Pondok Pesantren Nurul Qalam")
    assert picture.size == (WIDTH, HEIGHT)
    assert INK in colours(picture.crop((0, 0, WIDTH, 200)))


def test_letters_that_the_typeface_lacks_are_left_out():
    picture = drawn("بئر في الفناء", "学生之家")
    assert colours(picture.crop((0, 0, WIDTH, 200))) == {PAPER}
