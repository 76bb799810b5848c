"""The addresses of uploads in parts, for everybody: one table, compared whole."""

import base64

import pytest
from django.urls import reverse

from kodipest.engines.media.models import Arrival
from kodipest.engines.media.operations import begin_arrival
from kodipest.works.models import Asset
from kodipest.works.operations import target_of
from tests.factories.stages import started
from tests.web.test_who_may import everybody, people, table  # noqa: F401 -- fixtures

pytestmark = pytest.mark.django_db
BODY = "application/offset+octet-stream"
OUT, NO, NONE = 401, 403, 404
LEADING = dict.fromkeys(["budi", "dewi", "kiai", "farid"], NO)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_RESERVE_BYTES = 0


def statuses(client, everybody, ask):  # noqa: F811
    """Ask as everybody, Aisyah last; return what each was answered."""
    found = {}
    for who in sorted(everybody, key=lambda who: who == "aisyah"):
        client.logout()
        if everybody[who]:
            client.force_login(everybody[who])
        found[who] = ask().status_code
    return found


def tus(client, method, address, body=b"", **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.generic(method, address, body, BODY, headers={"Tus-Resumable": "1.0.0"} | named)


def test_a_file_for_a_draft_is_begun_by_its_makers(client, people, everybody):  # noqa: F811
    work = started(people)
    target = base64.b64encode(target_of(work, Asset.Role.COVER).encode()).decode()

    def begin():
        return tus(
            client,
            "POST",
            reverse("arrivals"),
            Upload_Length="10",
            Upload_Metadata=f"target {target}",
        )

    found = statuses(client, everybody, begin)

    assert found == table(rest=NONE, aisyah=201, **LEADING) | {"anonymous": OUT}
    assert Arrival.objects.get().owner == people.aisyah


@pytest.mark.parametrize(
    ("method", "sent", "answered"),
    [("HEAD", {}, 200), ("PATCH", {"body": b"x", "Upload_Offset": "0"}, 204), ("DELETE", {}, 204)],
)
def test_an_upload_is_its_owners_alone(client, people, everybody, method, sent, answered):  # noqa: F811
    work = started(people)
    arrival = begin_arrival(
        by=people.aisyah, length=10, name="f", target=target_of(work, Asset.Role.COVER)
    )
    address = reverse("arrival", args=[arrival.pk])

    found = statuses(client, everybody, lambda: tus(client, method, address, **sent))

    assert found == table(rest=NONE, aisyah=answered) | {"anonymous": OUT}


def test_everybody_sees_their_own_uploads_only(client, people, everybody):  # noqa: F811
    work = started(people)
    begin_arrival(by=people.aisyah, length=10, name="f", target=target_of(work, Asset.Role.COVER))
    seen = {}

    def look():
        answer = client.get(reverse("arrivals"))
        seen[answer.wsgi_request.user.pk] = len(answer.json().get("arrivals", []))
        return answer

    found = statuses(client, everybody, look)

    assert found == table(rest=200) | {"anonymous": OUT}
    assert {who for who, count in seen.items() if count} == {people.aisyah.pk}
