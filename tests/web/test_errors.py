import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.test import Client

from kodipest.kernel.errors import Refusal
from kodipest.web import errors
from kodipest.web.middleware import Refusals
from tests.factories.people import cast

WAY_OUT = {"": 'href="/"', "/en": 'href="/en/"', "/zh-hans": 'href="/zh-hans/"'}


@pytest.fixture
def request_of_a_stranger(rf):
    def make(path: str = "/"):
        request = rf.get(path)
        request.user = AnonymousUser()
        return request

    return make


@pytest.mark.django_db
@pytest.mark.parametrize("prefix", ["", "/en", "/zh-hans"])
def test_a_missing_page_offers_a_way_out_in_the_language_of_its_address(
    client: Client, prefix: str
) -> None:
    response = client.get(f"{prefix}/karya/nothing-here/")

    assert response.status_code == 404
    assert WAY_OUT[prefix] in response.text
    assert f'lang="{prefix[1:] or "id"}"' in response.text
    assert not response.cookies


@pytest.mark.django_db
def test_a_forbidden_page_gives_the_reason_and_the_door(
    client: Client, request_of_a_stranger
) -> None:
    response = errors.forbidden(request_of_a_stranger("/studio/"), PermissionDenied("Ask Dewi."))

    assert response.status_code == 403
    assert "Ask Dewi." in response.content.decode()
    assert "/akun/login/?next=/studio/" in response.content.decode()


@pytest.mark.django_db
def test_a_forbidden_page_without_a_reason_still_says_something(request_of_a_stranger) -> None:
    response = errors.forbidden(request_of_a_stranger())

    assert response.status_code == 403
    assert response.content.decode().count("<p>") >= 1


@pytest.mark.django_db
def test_a_wrong_host_is_refused_without_repeating_it(client: Client) -> None:
    response = client.get("/", headers={"host": "evil.example"})

    assert response.status_code == 400
    assert "evil.example" not in response.text
    assert 'href="/"' in response.text


@pytest.mark.django_db
def test_too_much_text_is_413_and_names_the_limit(client: Client, settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    person = cast().aisyah
    client.force_login(person)

    response = client.post("/studio/baru/", {"title": "x" * 100})

    assert response.status_code == 413


@pytest.mark.django_db
def test_too_much_to_read_is_413_wherever_it_is_noticed(request_of_a_stranger) -> None:
    wrong = RequestDataTooBig("too much")
    inside = Refusals(errors.not_found).process_exception(request_of_a_stranger(), wrong)

    assert inside is not None
    assert inside.status_code == 413
    assert errors.bad_request(request_of_a_stranger(), wrong).status_code == 413


@pytest.mark.django_db
def test_a_refusal_shows_each_of_its_reasons(request_of_a_stranger) -> None:
    refusal = Refusal([Refusal("First.", code="one"), Refusal("Second.", code="two")])

    text = errors.refused(request_of_a_stranger(), refusal).content.decode()

    assert "First." in text
    assert "Second." in text


@pytest.mark.django_db
def test_a_form_left_open_too_long_says_what_to_do() -> None:
    strict = Client(enforce_csrf_checks=True)

    response = strict.post("/akun/login/", {"login": "aisyah", "password": "x"})

    assert response.status_code == 403
    assert response.headers["Cache-Control"] == "no-store"
    assert "403_csrf.html" in [template.name for template in response.templates]


@pytest.fixture
def fresh_count():
    """Count tries from none, and leave none to the next test."""
    cache.clear()
    yield
    cache.clear()


@pytest.mark.django_db
@pytest.mark.usefixtures("fresh_count")
def test_too_many_tries_at_the_door_are_429(client: Client) -> None:
    for _try in range(40):
        response = client.post("/akun/login/", {"login": "aisyah", "password": "wrong"})

    assert response.status_code == 429
    assert "429.html" in [template.name for template in response.templates]


@pytest.mark.parametrize(
    ("path", "language"), [("/", "id"), ("/en/karya/", "en"), ("/zh-hans/", "zh-hans")]
)
def test_the_page_of_a_broken_site_asks_nothing_of_what_may_be_broken(
    rf, path: str, language: str
) -> None:
    """No database mark: any query here would fail the test."""
    response = errors.broken(rf.get(path))

    assert response.status_code == 500
    assert f'lang="{language}"' in response.content.decode()
    assert response.headers["Cache-Control"] == "no-store"
    assert settings.SITE_NAME in response.content.decode()
