import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from kodipest.web.key_forms import AddKey, RenameKey
from tests.factories.people import cast

pytestmark = pytest.mark.django_db
WORDS = [("id", "Nama kunci ini"), ("en", "Name of the key"), ("zh-hans", "密钥名称")]


@pytest.mark.parametrize(("language", "label"), WORDS)
def test_a_key_is_added_in_the_readers_language(client: Client, language: str, label: str) -> None:
    person = cast().budi
    person.set_password("a long pass phrase")
    person.save()
    with translation.override(language):
        again, page = reverse("account_reauthenticate"), reverse("mfa_add_webauthn")
    client.post("/akun/login/", {"login": person.username, "password": "a long pass phrase"})
    client.post(again, {"password": "a long pass phrase"})

    response = client.get(page, secure=True)

    assert isinstance(response.context["form"], AddKey)
    assert label in response.text


@pytest.mark.parametrize(("language", "label"), WORDS)
def test_a_key_is_renamed_in_the_readers_language(language: str, label: str) -> None:
    with translation.override(language):
        assert str(RenameKey.base_fields["name"].label) == label
