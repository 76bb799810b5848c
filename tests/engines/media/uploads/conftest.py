import pytest
from django.contrib.auth import get_user_model
from django.test import Client


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_RESERVE_BYTES = 0
    settings.ALLOWED_HOSTS = ["*"]


@pytest.fixture
def aisyah(db):
    return get_user_model().objects.create(username="aisyah")


@pytest.fixture
def client(aisyah):
    client = Client()
    client.force_login(aisyah)
    return client
