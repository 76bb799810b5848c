"""Die at each declared failpoint, start again, and find the site as healthy as before."""

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from PIL import Image

from kodipest.kernel import failpoints
from tests.engines.media.sites import Site, database_for
from tests.factories.media import film, make_old

pytestmark = pytest.mark.long
PEOPLE = """
from kodipest.engines.media.models import *
from kodipest.engines.media.operations import *
from kodipest.engines.media.operations.arrivals import Part, begin_arrival, take_part, told_offset
from kodipest.engines.media.uploads import take_copy
from kodipest.people.models import *
from kodipest.people.operations import withdraw_consent
from kodipest.people.queries import living_consents
from kodipest.stages.publication.operations import publish_work
from kodipest.works.models import *
from kodipest.works.operations import *
from pathlib import Path
from tests.factories.people import consent
from tests.factories.stages import ChannelFactory, passed
path = Path(PATH)
Cast = __import__("tests.factories.people", fromlist=["Cast"]).Cast
names = ("Aisyah binti Umar", "Budi Santoso", "Citra Lestari", "Dewi Anggraini", "Eka Putri", "Farid Rahman")
actors = [Person.objects.get(name=name) for name in names]
people = Cast(actors[0].memberships.get().organisation, *actors)
def make_all():
    while transcode_next():
        pass
def poster():
    return start_work(kind="poster", title=path.stem, organisation=people.house, by=people.aisyah)
"""
CAST = "from tests.factories.people import cast; cast()"
# What a start of the site does, then its worker, then whoever was cut off tries once more.
START_AGAIN = """
from django.core.management import call_command
from kodipest.people import journal
from kodipest.web import doctor
def require_health():
    faults = doctor.examine(deep=True).faults
    assert faults == [], faults
journal.reconcile()
call_command("sweep")
make_all()
call_command("sweep")
require_health()
TRY_AGAIN
make_all()
require_health()
"""


class Story(NamedTuple):
    """What leads to a place, what is interrupted there, and what holds afterwards."""

    prepare: str
    act: str
    again: str
    seconds: int = 0  # of the film that PATH names; 0: a picture


SEND = """
work = poster()
target = target_of(work, Asset.Role.MAIN)
arrival = begin_arrival(by=people.aisyah, length=path.stat().st_size, name="p.png", target=target)
"""
FIND = """
arrival = Arrival.objects.get(settled_at=None)
work = Work.objects.get(title=path.stem)
"""
TAKE = "take_part(arrival=arrival, part=Part(0, arrival.length, path.open('rb').read))\n"
ATTACH = "attach_arrival(work=work, arrival=arrival, by=people.aisyah)\n"
HAS_IT = (
    "assert Asset.objects.get(revision__work=work).original.path.read_bytes() == path.read_bytes()"
)

ASK = "request_transcode(original=adopt_file(path=path))\n"
ASK_AND_MAKE_BASE = f"""
{ASK}
while Transcode.objects.filter(part="base").exclude(state="done"):
    transcode_next()
"""
ALL_MADE = """
assert {row.state for row in Transcode.objects.all()} == {"done"}
assert not Section.objects.exists()
"""
MADE = Story(ASK_AND_MAKE_BASE, "make_all()", ALL_MADE, seconds=4)

CONSENT = "consent(people.eka, Purpose.PUBLIC)"
WITHDRAW = """
for given in living_consents(Purpose.PUBLIC).filter(person=people.eka):
    withdraw_consent(consent=given, by=people.eka)
"""
LIVING = "assert living_consents(Purpose.PUBLIC).filter(person=people.eka).count() == {}\n"
IS_WITHDRAWN = Story(CONSENT, WITHDRAW, LIVING.format(0))

PASS = """
work = poster()
with take_copy(path) as upload:
    attach_file(work=work, upload=upload, by=people.aisyah)
make_all()
passed(people, work)
consent(people.aisyah, Purpose.PUBLIC)
"""
PUBLISH = """
work = Work.objects.get(title=path.stem)
read = work.newest_revision.pk
publish_work(work=work, read=read, channel=ChannelFactory(), by=people.farid)
"""
IS_OPEN = """
from kodipest.engines.media import storage
from kodipest.stages.publication.queries import public_folders
assert public_folders()
assert {folder.name for folder in storage.public().iterdir()} == public_folders()
"""

STORIES = {
    "part_on_disk": Story(
        SEND, FIND + TAKE, FIND + "assert told_offset(arrival=arrival) == 0\n" + TAKE + ATTACH + HAS_IT
    ),
    "original_named": Story(SEND + TAKE, FIND + ATTACH, FIND + ATTACH + HAS_IT),
    "before_section_is_told": Story(ASK, "make_all()", ALL_MADE, seconds=9),
    "before_join": MADE,
    "after_join": MADE,
    "before_join_is_told": MADE,
    "public_files_unset": Story(PASS, PUBLISH, IS_OPEN),
    "withdrawal_uncommitted": Story(CONSENT, WITHDRAW, LIVING.format(1) + WITHDRAW + LIVING.format(0)),
    "withdrawal_committed": IS_WITHDRAWN,
    "withdrawal_journaled": IS_WITHDRAWN,
}  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("site") / "home"
    (home / "db").mkdir(parents=True)
    with database_for(home) as url:
        site = Site(home, url)
        site.environment |= {
            "DJANGO_SETTINGS_MODULE": "tests.factories.node_settings",
            "KODIPEST_ENCODER_ADDITIONS": "high",
            "KODIPEST_ENCODER_LONG_SECONDS": "8",
            "KODIPEST_ENCODER_SECTION_SECONDS": "4",
        }
        site.manage("prepare", "--quiet")
        site.run(CAST)
        yield site


def given(folder: Path, seconds: int) -> Path:
    """Return a film or a picture that nobody has seen before."""
    name = secrets.token_hex(8)
    if seconds:
        return film(folder / f"{name}.mp4", seconds=seconds, size="1280x720", note=name)
    Image.frombytes("RGB", (64, 64), secrets.token_bytes(64 * 64 * 3)).save(folder / f"{name}.png")
    return folder / f"{name}.png"


@pytest.mark.parametrize("place", sorted(failpoints.PLACES))
def test_who_dies_there_leaves_a_site_that_heals(site: Site, tmp_path: Path, place: str) -> None:
    story = STORIES[place]  # a new place needs its story
    people = PEOPLE.replace("PATH", repr(str(given(tmp_path, story.seconds))))
    site.run(people + story.prepare)

    site.die_at(place, people + story.act)

    for path in (site.home / "media").rglob("*"):
        make_old(path)  # so that neither sweep nor doctor is patient with what was left
    site.run(people + START_AGAIN.replace("TRY_AGAIN", story.again))
    assert site.processes() == []
