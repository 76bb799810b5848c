"""What a pesantren may keep, told at both doors before the first byte of a file."""

import base64
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation
from PIL import Image

from kodipest.engines.media import uploads
from kodipest.engines.media.models import Arrival, Original
from kodipest.works.models import Asset
from tests.factories.stages import handed_in, started
from tests.works.studio_views.hands import text_of

pytestmark = pytest.mark.django_db


def picture():
    out = io.BytesIO()
    Image.new("RGB", (640, 360), "green").save(out, "PNG")
    return out.getvalue()


def browser_of(person):
    """Return a browser whose forms are protected: then a file comes before its view runs."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(person)
    browser.get(reverse("studio_new"))
    return browser


def send_by_form(browser, work):
    file = SimpleUploadedFile("serambi.png", picture(), "image/png")
    token = browser.cookies["csrftoken"].value
    with translation.override("en"):
        return browser.post(
            reverse("studio_upload", args=[work.pk]),
            {"csrfmiddlewaretoken": token, "role": "cover", "upload": file},
        )


def begin_in_parts(browser, work):
    target = base64.b64encode(f"work:{work.pk}:cover".encode()).decode()
    return browser.post(
        reverse("arrivals"),
        headers={
            "x-csrftoken": browser.cookies["csrftoken"].value,
            "tus-resumable": "1.0.0",
            "upload-length": str(len(picture())),
            "upload-metadata": f"target {target}",
        },
    )


@pytest.fixture
def aisyah(people):
    return browser_of(people.aisyah)


@pytest.fixture
def nothing_comes(monkeypatch):
    """Fail as soon as a first byte would be written."""
    monkeypatch.setattr(uploads, "Part", None)


def test_a_pesantren_without_room_is_told_at_the_form(aisyah, people, settings, nothing_comes):
    settings.UPLOAD_QUOTA_PER_GROUP = 100

    answer = send_by_form(aisyah, started(people))

    assert answer.status_code == 413
    assert "together you may keep 100" in text_of(answer)
    assert not Original.objects.exists()


def test_a_pesantren_without_room_is_told_in_parts(aisyah, people, settings, nothing_comes):
    settings.UPLOAD_QUOTA_PER_GROUP = 100

    answer = begin_in_parts(aisyah, started(people))

    assert (answer.status_code, answer.json()["code"]) == (413, "quota_group")
    assert not Arrival.objects.exists()


def test_what_one_door_took_the_other_counts(aisyah, people, settings):
    work = started(people)
    settings.UPLOAD_QUOTA_PER_GROUP = 2 * len(picture()) - 1
    assert begin_in_parts(aisyah, work).status_code == 201

    assert send_by_form(aisyah, work).status_code == 413
    Arrival.objects.all().delete()
    assert send_by_form(aisyah, work).status_code == 302
    assert begin_in_parts(aisyah, work).status_code == 413


def test_an_article_has_room_for_its_cover(aisyah, people, settings):
    settings.UPLOAD_QUOTA_PER_GROUP = 2**20

    assert send_by_form(aisyah, started(people)).status_code == 302
    assert Asset.objects.get().role == "cover"


@pytest.mark.parametrize(("who", "status"), [("eka", 404), ("citra", 404), ("budi", 403)])
def test_whoever_may_not_change_a_work_sends_it_nothing(people, nothing_comes, who, status):
    browser = browser_of(getattr(people, who))

    assert send_by_form(browser, started(people)).status_code == status


def test_a_sealed_version_is_told_before_the_first_byte(aisyah, people, nothing_comes):
    answer = send_by_form(aisyah, handed_in(people))

    assert answer.status_code == 409
    assert not Original.objects.exists()
