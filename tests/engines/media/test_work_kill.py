"""Workers killed at random instants, in films and in what is added to them: nothing is lost."""

import json
import random
import secrets
import signal
import sys
import time
from pathlib import Path

import pytest

from kodipest.engines.media.playlists import read_durations
from tests.engines.media.sites import MAKE_NEXT, PATIENCE_SECONDS, Row, Site, database_for
from tests.factories.media import film

pytestmark = pytest.mark.long
KILLS = 20  # each of them meets a worker that has something running
KILLS_OF_THE_BASE = 14  # the others meet it among the additions
PLACES = ("before_join", "after_join", "before_join_is_told")
PREPARE = """
from pathlib import Path
from kodipest.engines.media.operations import adopt_file, request_transcode
original = adopt_file(path=Path({film!r}))
request_transcode(original=original)
print(original.sha256)
"""
FORGET = """
import shutil
from kodipest.engines.media import storage
from kodipest.engines.media.models import Original, Transcode
Transcode.objects.all().delete()
Original.objects.all().delete()
shutil.rmtree(storage.media_root())
"""
RACE = """
import json, threading
from django.db import connections
from kodipest.engines.media.models import Original, Transcode
from kodipest.engines.media.operations import claim_next
original = Original.objects.create(
    sha256="f" * 64, size_bytes=1, mime="video/mp4", kind="video", probe={}
)
for number in range(24):
    Transcode.objects.create(original=original, fingerprint=f"{number:032x}")
start, claimed, failed = threading.Barrier(8), [], []
def work(worker):
    start.wait()
    try:
        while row := claim_next(worker=worker):
            claimed.append((str(row.pk), worker))
    except Exception as error:
        failed.append(repr(error))
    connections.close_all()
threads = [threading.Thread(target=work, args=[f"w/{number}"]) for number in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
held = [(str(pk), by) for pk, by in Transcode.objects.values_list("pk", "lease_by")]
print(json.dumps([failed, sorted(claimed) == sorted(held), len(claimed)]))
Transcode.objects.all().delete()
original.delete()
"""
LOOK = """
import json
from kodipest.engines.media import queries
from kodipest.engines.media.models import Transcode
row = Transcode.objects.get(part="base")
print(json.dumps({
    "state": row.state, "interruptions": row.interruptions, "attempts": row.attempts,
    "runs": row.runs, "folder": row.folder, "error": row.error_code,
    "parts": (row.manifest or {}).get("parts"),
    "additions": sorted(row.additions.values_list("part", "state", "attempts", "error_code")),
    "faults": [found.reason for found in queries.broken_transcodes()],
    "lost": [found.reason for found in queries.broken_originals(thorough=True)],
}))
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    home = tmp_path_factory.mktemp("site") / "home"
    (home / "db").mkdir(parents=True)
    with database_for(home) as url:
        site = Site(home, url)
        site.manage("migrate", "--verbosity", "0")
        site.manage("migrate", "--verbosity", "0", "--database", "queue")
        yield site


@pytest.fixture
def seconds():
    """How long the film is: long enough that every kill meets the worker at it."""
    return 20


@pytest.fixture
def asked(site, tmp_path, seconds):
    """A film that has all parts, taken in and asked for; gives its SHA-256."""
    path = film(tmp_path / "film.mp4", seconds=seconds, size="1280x720", note=secrets.token_hex(8))
    yield site.run(PREPARE.format(film=str(path)))
    if site.worker and site.worker.poll() is None:
        site.kill()
    site.run(FORGET)


def require_whole(site, asked) -> dict:
    """Check all that is promised of a finished film and its folders; return what the rows say."""
    found = json.loads(site.run(LOOK))
    site.manage("sweep")
    media = site.home / "media"
    assert found["faults"] == found["lost"] == []
    assert (found["state"], found["error"], found["attempts"]) == ("done", "", 0)
    assert sorted(found["parts"]) == ["base", "high", "thrift"]  # who was killed joins later
    assert found["additions"] == [["high", "done", 0, ""], ["thrift", "done", 0, ""]]
    assert [path.name for path in (media / "renditions").iterdir()] == [found["folder"]]
    assert [path.name for path in (media / "originals").glob("*/*")] == [asked]
    assert list((media / "incoming").iterdir()) == []
    assert site.processes() == []
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_worker_begins_anew_when_all_is_made_and_goes_on(site, tmp_path):
    """What a film brought into the process is gone; the next film is made all the same."""
    worker = site.start("--rest", "0.5")
    for name in ("first", "second"):
        path = film(tmp_path / f"{name}.mp4", seconds=1, note=name)
        site.run(PREPARE.format(film=str(path)))
        site.wait_until_all_is_done()
        end = time.monotonic() + PATIENCE_SECONDS
        while "/PIL/" in Path(f"/proc/{worker.pid}/maps").read_text():
            assert time.monotonic() < end
            time.sleep(0.1)
    assert worker.poll() is None
    site.kill()
    site.run(FORGET)


@pytest.mark.once
def test_many_kills_lose_nothing(site, asked):
    seed = secrets.randbits(32)
    print(f"random seed {seed}")  # noqa: T201 -- shown with a failure
    chance = random.Random(seed)
    killed = []
    for kill in range(KILLS):
        before = site.at_work()
        site.start()
        if kill == KILLS_OF_THE_BASE:
            site.wait_until(lambda row: row.state == "done")
        site.wait_at_work(but=before, progress=0 if kill % 3 == 0 else -1)
        site.wait_for(chance.uniform(0, 1.5), or_progress=chance.uniform(0, 0.5))
        site.kill()
        (at,) = site.at_work()  # the dead are swept by the next worker: this one died at it
        assert [at] != before
        killed.append(at)
        if kill >= KILLS_OF_THE_BASE:
            found = json.loads(site.run(LOOK))
            assert (found["state"], found["faults"], found["lost"]) == ("done", [], [])
    print(killed)  # noqa: T201
    assert [it.part == "base" for it in killed] == [
        kill < KILLS_OF_THE_BASE for kill in range(KILLS)
    ]
    assert max(it.progress for it in killed) > 0

    site.start()
    site.wait_until_all_is_done()
    site.worker.send_signal(signal.SIGTERM)
    assert site.worker.wait(timeout=30) == 0

    found = require_whole(site, asked)
    assert (found["interruptions"], found["runs"]) == (KILLS_OF_THE_BASE, KILLS_OF_THE_BASE + 1)
    assert site.ask("select sum(interruptions) from media_transcode") == [(KILLS,)]


@pytest.fixture
def in_sections(site):
    """The film is cut at 4, 8, 12 and 16 seconds, and two workers share what is between."""
    usual = dict(site.environment)
    site.environment |= {
        "KODIPEST_ENCODER_LONG_SECONDS": "8",
        "KODIPEST_ENCODER_SECTION_SECONDS": "4",
    }
    yield
    site.environment = usual


@pytest.mark.once
def test_kills_among_sections_lose_nothing(site, asked, in_sections):
    seed = secrets.randbits(32)
    print(f"random seed {seed}")  # noqa: T201 -- shown with a failure
    chance = random.Random(seed)
    site.die_at("before_section_is_told")
    assert site.ask("select number, runs from media_section where state = 'running'") == [(0, 1)]
    most = 0
    for _kill in range(5):
        helper = site.start()
        site.start()
        time.sleep(chance.uniform(0, 2.5))
        site.kill()
        helper.kill()
        helper.wait()
        made = site.ask("select count(*) from media_section where state = 'done'")[0][0]
        assert made >= most or site.row().state == "done"  # what was made is never made again
        most = made
        found = json.loads(site.run(LOOK))
        assert found["faults"] == found["lost"] == []
    site.start()
    site.wait_until_all_is_done()
    site.worker.send_signal(signal.SIGTERM)
    assert site.worker.wait(timeout=30) == 0

    found = require_whole(site, asked)
    assert site.ask("select count(*) from media_section") == [(0,)]
    playlist = site.home / "media" / "renditions" / found["folder"] / "240p" / "index.m3u8"
    assert sum(read_durations(playlist)) == pytest.approx(20)


@pytest.mark.parametrize("seconds", [4])  # who dies at a failpoint dies in the shortest film
def test_kills_while_joining_lose_nothing(site, asked):
    site.run(MAKE_NEXT)
    for place in PLACES:
        site.die_at(place)
        found = json.loads(site.run(LOOK))
        assert (found["parts"], found["faults"]) == (["base"], [])
        assert ["high", "running", 0, ""] in found["additions"]
        site.manage("sweep")
        assert json.loads(site.run(LOOK))["faults"] == []
    site.start()
    site.wait_until_all_is_done()
    site.worker.send_signal(signal.SIGTERM)
    assert site.worker.wait(timeout=30) == 0
    require_whole(site, asked)


def test_a_worker_that_is_told_to_stop_puts_its_film_back_at_once(site, asked):
    site.start()
    site.wait_until(lambda row: row.state == "running" and row.progress > 0)
    beat = json.loads((site.home / "run" / "worker.json").read_text())
    told = time.monotonic()
    site.worker.send_signal(signal.SIGTERM)

    assert site.worker.wait(timeout=60) == 0
    assert time.monotonic() - told < 30  # on a computer with much else to do
    assert site.row() == Row("waiting", 1, 0, 0)
    assert list((site.home / "media" / "renditions").iterdir()) == []
    assert site.processes() == []
    assert (beat["pid"], beat["busy"]) == (site.worker.pid, True)

    site.start()  # the sweep at its start rings for the row: nobody else does
    site.wait_until(lambda row: row.runs == 2 and row.state in {"running", "done"})


def test_of_eight_who_claim_at_once_each_row_has_one(site):
    assert json.loads(site.run(RACE)) == [[], True, 24]


def test_an_idle_worker_is_small_and_ends_at_once(site):
    site.start()
    beat = site.home / "run" / "worker.json"
    end = time.monotonic() + PATIENCE_SECONDS
    while not beat.exists() or json.loads(beat.read_text())["pid"] != site.worker.pid:
        assert time.monotonic() < end
        time.sleep(0.05)
    time.sleep(1)
    maps = Path(f"/proc/{site.worker.pid}/maps").read_text()
    site.worker.send_signal(signal.SIGTERM)

    assert site.worker.wait(timeout=30) == 0
    assert not [name for name in ("libavcodec", "_imaging", "PIL") if name in maps]
