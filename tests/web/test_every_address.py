"""Every address of the site is declared public, or is asked here by strangers and refuses them.

The tables beside this one say what each role is answered. This one walks the resolver, so that an
address which somebody adds and forgets is found without anybody having written it down.
"""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path, reverse

from config.urls import urlpatterns
from kodipest.engines.media.operations import begin_arrival
from kodipest.engines.media.storage import private_url
from kodipest.people.models import Person
from kodipest.works.models import Asset, Revision
from kodipest.works.operations import target_of
from tests.factories.media import fill_folder
from tests.factories.people import Cast, cast
from tests.factories.stages import started_film, submitted

pytestmark = pytest.mark.django_db

# For everybody; what of a person or a work may be seen there is tested where it is made.
PUBLIC = {
    *("home", "about", "manifest", "healthz", "demo_sign_in"),
    *("organisations", "organisation", "person"),
    *("works", "work", "work_read", "work_sanad", "work_captions", "channels", "channel"),
}
# The ways in: before them nobody is anybody.
DOOR = {
    *("account_login", "account_logout", "account_signup", "account_inactive"),
    *("account_reset_password", "account_reset_password_done"),
    *("account_reset_password_from_key", "account_reset_password_from_key_done"),
    *("account_confirm_email", "account_email_verification_sent", "account_confirm_login_code"),
    *("mfa_authenticate", "mfa_login_webauthn"),
}
# For whoever signed in, and about nobody else; of accounts, that is allauth's to keep.
OWN = {
    *("today", "today_language", "studio", "studio_new", "studio_all", "arrivals"),
    *("account_change_password", "account_set_password", "account_reauthenticate"),
    *("account_email", "mfa_index", "mfa_reauthenticate", "mfa_activate_totp"),
    *("mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes"),
    *("mfa_download_recovery_codes", "mfa_list_webauthn", "mfa_add_webauthn"),
    *("mfa_reauthenticate_webauthn", "mfa_remove_webauthn", "mfa_edit_webauthn"),
}
# What a draft has none of; strangers ask for it where it is made: test_who_may, works/reading, works/captions.
OF_LATER = {"publication_packs", "publication_withdraw", "read_version", "captions_vtt"}
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
LOGIN, OUT, NO, NONE, METHOD = 302, 401, 403, 404, 405
TUS = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0"}  # what a file on its way is asked for with
World = dict[str, object]


def addresses(
    patterns=None, space: str = "", before: frozenset[str] = frozenset()
) -> Iterator[tuple[str, set[str]]]:
    """Walk the resolver: the name of each address and what it must be given."""
    for each in get_resolver().url_patterns if patterns is None else patterns:
        given = before | set(each.pattern.converters) | set(each.pattern.regex.groupindex)
        if isinstance(each, URLResolver):
            inner = f"{space}{each.namespace}:" if each.namespace else space
            yield from addresses(each.url_patterns, inner, given)
        elif isinstance(each, URLPattern):
            name = f"{space}{each.name}" if each.name else f"without a name: {each.pattern}"
            yield name, set(given)


@pytest.fixture
def people() -> Cast:
    return cast()


@pytest.fixture
def world(people: Cast, settings, tmp_path) -> World:
    """Something for every parameter, all of it Aisyah's and none of it out."""
    settings.HOME, settings.MEDIA_ROOT = tmp_path, tmp_path / "media"
    settings.MEDIA_RESERVE_BYTES = 0
    work = started_film(people)
    revision = Revision.objects.get(work=work)
    transcode = revision.main.transcode
    fill_folder(transcode, master_m3u8=b"#EXTM3U", manifest_json=b"{}")
    token, *_rest = private_url(transcode, "master.m3u8").partition("/media/s/")[2].split("/")
    target = target_of(work, Asset.Role.COVER)
    return {
        "work_id": work.pk,
        "revision_id": revision.pk,
        "asset_id": revision.main.pk,
        "transcode_id": transcode.pk,
        "credit_id": work.credits.create(person=people.budi, role="actor").pk,
        "submission_id": submitted(people).pk,
        "arrival_id": begin_arrival(by=people.aisyah, length=10, name="f", target=target).pk,
        "language": "id",
        "folder": transcode.folder,
        "name": "master.m3u8",
        "token": token[:-1] + ("A" if token[-1] != "A" else "B"),  # a guess
        "pk": 1,
    }


def is_refusal(answer: HttpResponse) -> bool:
    """Tell whether nothing was shown and nothing was done."""
    if answer.status_code == LOGIN:
        return answer.headers["Location"].startswith(reverse("account_login"))
    return answer.status_code in {OUT, NO, NONE, METHOD}


def open_to(person: Person | None, name: str, needs: set[str], world: World) -> list[str]:
    """Ask `name` in every way as `person`; return what was not refused, in words."""
    if unknown := sorted(needs - set(world)):
        return [f"{name}: nobody knows what to give for {', '.join(unknown)}"]
    try:
        address = reverse(name, kwargs={need: world[need] for need in needs})
    except Exception as problem:  # noqa: BLE001 -- told with the name
        return [f"{name}: {problem}"]
    client = Client(raise_request_exception=False, headers=TUS)
    with transaction.atomic():
        if person:
            client.force_login(person)
        answers = {method: client.generic(method, address) for method in METHODS}
        transaction.set_rollback(True)  # the next one finds everything as it was
    found = [
        f"{name}: {method} as {person or 'nobody'} was answered {answer.status_code}"
        for method, answer in answers.items()
        if not is_refusal(answer) and not (method in {"PUT", "PATCH", "DELETE"} and person is None)
    ]
    if {answer.status_code for answer in answers.values()} == {METHOD}:
        found.append(f"{name}: in none of the ways that were tried")
    return found


def open_doors(people: Cast, world: World) -> list[str]:
    """List every address that is neither declared nor refuses a stranger."""
    found = []
    for name, needs in addresses():
        if name not in PUBLIC | DOOR:
            found += open_to(None, name, needs, world)
            found += [] if name in OWN else open_to(people.eka, name, needs, world)
    return found


def test_every_address_is_public_or_refuses_strangers(people: Cast, world: World) -> None:
    assert open_doors(people, world) == []


def test_nothing_is_declared_that_is_not_there() -> None:
    assert {name for name, _needs in addresses()} >= PUBLIC | DOOR | OWN | OF_LATER


def test_the_world_is_one_that_exists(people: Cast, world: World) -> None:
    """Else every address would answer 404 to anybody, and the walk would prove nothing."""
    closed = []
    for name, needs in addresses():
        if name in PUBLIC | DOOR | OWN | OF_LATER or name.startswith("media:"):
            continue
        persons = [people.aisyah, people.budi, people.citra, people.dewi, people.farid]
        if not any(open_to(person, name, needs, world) for person in persons):
            closed.append(name)

    assert closed == []


FORGOTTEN = {
    "a page about a work": (
        "rahasia/<uuid:work_id>/",
        "forgotten",
        lambda *_, **__: HttpResponse(),
    ),
    "a list": ("rahasia/", "forgotten", lambda *_, **__: HttpResponse()),
    "an act": (
        "rahasia/<uuid:work_id>/hapus/",
        "forgotten",
        lambda request, **_: HttpResponse(status=204 if request.method == "POST" else METHOD),
    ),
    "a page that breaks": ("rahasia/<uuid:work_id>/", "forgotten", lambda *_, **__: 1 / 0),
    "of something new": ("rahasia/<int:letter_id>/", "forgotten", lambda *_, **__: HttpResponse()),
    "without a name": ("rahasia/", None, lambda *_, **__: HttpResponse()),
}


@pytest.mark.parametrize("kind", FORGOTTEN)
def test_a_forgotten_address_is_found(people: Cast, world: World, settings, kind: str) -> None:
    route, name, view = FORGOTTEN[kind]
    module = type("urls", (), {"urlpatterns": [path(route, view, name=name), *urlpatterns]})
    settings.ROOT_URLCONF = module

    assert [said.partition(":")[0] for said in open_doors(people, world)][:1] == [
        "forgotten" if name else "without a name"
    ]


def test_a_stranger_asks_for_what_is_not_there_and_is_told_no_more(
    people: Cast, world: World
) -> None:
    """What exists and what does not are answered alike."""
    nothing = world | {"work_id": uuid4(), "arrival_id": uuid4(), "asset_id": uuid4()}
    eka = Client()
    eka.force_login(people.eka)
    for name, needs in addresses():
        if needs & {"work_id", "arrival_id", "asset_id"}:
            answers = [
                eka.get(reverse(name, kwargs={need: each[need] for need in needs})).status_code
                for each in (world, nothing)
            ]
            assert answers[0] == answers[1], name
