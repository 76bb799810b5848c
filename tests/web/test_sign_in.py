import pytest
from django.core.checks import run_checks
from django.test import Client
from django.urls import reverse

from kodipest.people.models import Membership, Person, Role
from kodipest.web.demo.cast import PEOPLE
from kodipest.web.sign_in import StaffOnly
from tests.factories.people import Cast, PersonFactory, cast, somebody

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(settings) -> None:
    settings.DEMO_SIGN_IN = True


def invented(people: Cast) -> Cast:
    """Give everyone but Eka the sign-in name of somebody of the stage set."""
    actors = [person for person in people if isinstance(person, Person) and person != people.eka]
    for person, spec in zip(actors, PEOPLE, strict=False):
        person.username = spec.username
        person.save()
    return people


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_demo_door_is_not_there_unless_it_was_asked_for(client: Client, method: str) -> None:
    person = cast().aisyah

    response = getattr(client, method)("/demo/masuk/", {"person": str(person.pk)})

    assert response.status_code == 404
    assert "_auth_user_id" not in client.session
    assert "/demo/masuk/" not in client.get("/").text


@pytest.mark.usefixtures("demo")
def test_the_demo_door_shows_everyone_by_role(client: Client) -> None:
    people = invented(cast())

    response = client.get("/demo/masuk/")

    groups = {
        str(label): [held.person for held in held] for label, held in response.context["groups"]
    }
    assert groups == {
        str(Role.SANTRI.label): [people.aisyah],
        str(Role.COACH.label): [people.budi],
        str(Role.CURATOR.label): [people.citra],
        str(Role.OPERATOR.label): [people.dewi],
        str(Role.PROGRAMME_MANAGER.label): [people.farid],
    }
    assert 'class="strip"' in response.text


@pytest.mark.usefixtures("demo")
def test_one_press_signs_in_and_goes_on(client: Client) -> None:
    person = invented(cast()).aisyah

    response = client.post("/demo/masuk/", {"person": str(person.pk), "next": "/studio/"})

    assert response.headers["Location"] == "/studio/"
    assert client.session["_auth_user_id"] == str(person.pk)


@pytest.mark.usefixtures("demo")
def test_somebody_with_two_roles_signs_in_as_one_person(client: Client) -> None:
    people = invented(cast())
    Membership.objects.create(person=people.budi, organisation=people.house, role=Role.CURATOR)

    client.post("/demo/masuk/", {"person": str(people.budi.pk)})

    assert client.session["_auth_user_id"] == str(people.budi.pk)


@pytest.mark.usefixtures("demo")
def test_nobody_is_led_to_another_site(client: Client) -> None:
    person = invented(cast()).aisyah

    response = client.post(
        "/demo/masuk/", {"person": str(person.pk), "next": "https://evil.example/"}
    )

    assert response.headers["Location"] == "/hari-ini/"


@pytest.mark.usefixtures("demo")
def test_the_demo_door_never_opens_for_who_runs_the_site(client: Client) -> None:
    people = invented(cast())
    chief = somebody("Chief", people.house, Role.OPERATOR)
    chief.username = PEOPLE[-1].username
    chief.is_superuser = True
    chief.save()
    gone = somebody("Gone", people.house, Role.COACH)
    gone.username = PEOPLE[-2].username
    gone.is_active = False
    gone.save()

    real = somebody("Rizal", people.house, Role.SANTRI, age=15)  # came when the site was in use

    for wanted in (*(str(who.pk) for who in (chief, gone, people.eka, real)), "nonsense", ""):
        assert client.post("/demo/masuk/", {"person": wanted}).status_code == 404


@pytest.mark.usefixtures("demo")
def test_the_demo_door_needs_a_true_form() -> None:
    person = invented(cast()).aisyah
    strict = Client(enforce_csrf_checks=True)

    assert strict.post("/demo/masuk/", {"person": str(person.pk)}).status_code == 403


@pytest.mark.usefixtures("demo")
def test_an_open_demo_door_is_warned_of() -> None:
    assert [found.id for found in run_checks(tags=["security"])].count("kodipest.W001") == 1


def test_a_shut_demo_door_is_not() -> None:
    assert "kodipest.W001" not in [found.id for found in run_checks(tags=["security"])]


def test_nobody_makes_an_account_alone(client: Client, rf) -> None:
    assert not StaffOnly().is_open_for_signup(rf.get("/"))
    assert client.post("/akun/signup/", {"username": "eka", "password1": "x"}).status_code == 200
    assert "account/signup_closed.html" in [
        template.name for template in client.get("/akun/signup/").templates
    ]


@pytest.mark.parametrize(
    "name", ["account_login", "account_change_password", "account_reauthenticate"]
)
def test_nobody_is_sent_to_a_letter_that_never_comes(client: Client, name: str) -> None:
    """Whoever has forgotten a password asks the operator: people of a pesantren have no e-mail here."""
    person = PersonFactory(username="dewi")
    person.set_password("sawah-hijau-92")
    person.save()
    if name != "account_login":
        client.force_login(person)

    page = client.get(reverse(name)).text

    assert reverse("account_reset_password") not in page
    assert "operator" in page


def test_staff_sign_in_with_their_password_and_out_again(client: Client) -> None:
    person = cast().budi
    person.set_password("a long pass phrase")
    person.save()

    inside = client.post(
        "/akun/login/", {"login": person.username, "password": "a long pass phrase"}
    )

    assert inside.headers["Location"] == "/hari-ini/"
    assert client.session["_auth_user_id"] == str(person.pk)

    assert client.post("/akun/logout/").headers["Location"] == "/"
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    "path",
    [
        "/akun/login/",
        "/akun/signup/",
        "/akun/password/reset/",
        "/en/akun/login/",
        "/zh-hans/akun/login/",
    ],
)
def test_the_pages_of_the_door_wear_the_look_of_the_house(client: Client, path: str) -> None:
    response = client.get(path)

    assert response.status_code == 200
    assert 'class="brand"' in response.text
    assert response.text.count("<h1") == 1


@pytest.mark.parametrize(
    "path",
    [
        "/akun/keamanan/",
        "/akun/keamanan/totp/activate/",
        "/akun/keamanan/webauthn/",
        "/akun/keamanan/webauthn/add/",
        "/akun/keamanan/recovery-codes/generate/",
        "/akun/password/change/",
        "/akun/logout/",
    ],
)
def test_the_pages_of_an_account_wear_the_look_of_the_house(client: Client, path: str) -> None:
    person = cast().budi
    person.set_password("a long pass phrase")
    person.save()
    client.post("/akun/login/", {"login": person.username, "password": "a long pass phrase"})

    response = client.get(path, follow=True)

    assert response.status_code == 200
    assert 'class="brand"' in response.text
    assert response.text.count("<h1") == 1
    assert response.headers["Cache-Control"].find("no-store") >= 0
