import base64

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

BODY = "application/offset+octet-stream"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_RESERVE_BYTES = 0
    settings.UPLOAD_TARGETS = "tests.engines.media.arrivals.house.group_of"


@pytest.fixture
def aisyah(db):
    return get_user_model().objects.create(username="aisyah")


@pytest.fixture
def eka(db):
    return get_user_model().objects.create(username="eka")


class Tus:
    """The requests of the protocol, by somebody who is signed in."""

    def __init__(self, person):
        self.client = Client()
        if person:
            self.client.force_login(person)

    def ask(self, method, address="/unggahan/", body=b"", **headers):
        named = {"Tus-Resumable": "1.0.0"}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        kind = named.pop("Content-Type", BODY if method == "PATCH" else "")
        headers = {name: value for name, value in named.items() if value is not None}
        return self.client.generic(
            method,
            address,
            body,
            kind,
            headers=headers,
            CONTENT_TYPE=kind,
            CONTENT_LENGTH=str(len(body)),
        )

    def begin(self, length, name="film.mp4", target="", body=b"", **headers):
        said = {"filename": name, "filetype": "video/mp4", "target": target}
        metadata = ",".join(
            f"{key} {base64.b64encode(it.encode()).decode()}" for key, it in said.items()
        )
        kind = {"Content_Type": BODY} if body else {}
        wanted = {"Upload_Length": str(length), "Upload_Metadata": metadata} | kind | headers
        return self.ask("POST", body=body, **wanted)

    def begun(self, length, **more):
        """Begin and return the address."""
        answer = self.begin(length, **more)
        assert answer.status_code == 201, answer.content
        return answer["Location"]

    def send(self, address, body, offset=0, **headers):
        return self.ask("PATCH", address, body, Upload_Offset=str(offset), **headers)

    def offset(self, address):
        return int(self.ask("HEAD", address)["Upload-Offset"])


@pytest.fixture
def tus(aisyah):
    return Tus(aisyah)
