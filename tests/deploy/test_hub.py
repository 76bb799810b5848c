"""The main job on a hub: two machines that share a database and a bucket, and Caddy in front."""

import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import time

import pytest

from tests.deploy import bucket, caddy
from tests.engines.media.sites import ROOT, database_for
from tests.factories.media import film

pytestmark = pytest.mark.long
UPLOAD = """
from kodipest.web.management.commands.demo_film import *
from kodipest.engines.media.operations.shipping import bring_away
from pathlib import Path
script = catalogue.load()
cast = Cast(script)  # who is needed comes at first sight
santri = new_santri(cast)
work = uploaded(cast, santri, Path({film!r}))
bring_away(patiently=True)
print(json.dumps([str(work.pk), str(santri.pk)]))
"""
MAKE = """
from kodipest.engines.media.operations import transcode_next
import json
made = []
while row := transcode_next():
    made.append([row.part, row.state, row.error_code])
    if row.state == "waiting":
        break
print(json.dumps(made))
"""
PUBLISH = """
from kodipest.web.management.commands.demo_film import *
from kodipest.people.models import Person
cast = Cast(catalogue.load())
work = Work.objects.get(pk={work!r})
company = company_of(cast, Person.objects.get(pk={santri!r}))
carry(work, company, until=Stage.PUBLICATION)
transcode = work.newest_revision.files[0].transcode
print(json.dumps({{
    "folder": transcode.folder,
    "public": storage.public_url(transcode, "master.m3u8"),
    "private": storage.private_url(transcode, "master.m3u8"),
    "rungs": [rung["playlist"] for rung in transcode.manifest["rungs"]],
}}))
"""
WITHDRAW = """
from kodipest.web.management.commands.demo_film import *
from kodipest.stages.publication.operations import withdraw_work
from kodipest.works.models import Work
cast = Cast(catalogue.load())
manager = cast.person(cast.script.manager)
withdraw_work(work=Work.objects.get(pk={work!r}), by=manager, why="a test")
"""
EXAMINE = """
import json
from kodipest.engines.media import queries, stores
from kodipest.engines.media.models import Transcode
from kodipest.engines.media.operations.shipping import Database
from kodipest.web import doctor
print(json.dumps({
    "lost": [found.reason for found in queries.broken_originals(thorough=True)],
    "faults": [found.reason for found in queries.broken_transcodes()],
    "strays": list(stores.chosen().strays(Database())) + list(doctor.stray_files()),
    "public": list(doctor.public_files()),
    "opened": sorted(stores.chosen().opened()),
}))
"""
WORDS = """
import json
from django.utils import timezone
from kodipest.engines.media import messages
from kodipest.engines.media.models import Transcode
row = Transcode.objects.get(part="base")
print(json.dumps({
    "state": row.state, "attempts": row.attempts, "code": row.error_code, "rests": bool(row.waits_until),
    "words": str(messages.words_for_transcode(row.error_code)),
}))
Transcode.objects.update(not_before=timezone.now())
"""


class Machine:
    """A machine of a hub: a state folder of its own, the same database, bucket and secret key."""

    def __init__(self, home, database_url, shared):
        self.home = home
        home.mkdir()
        (home / "db").mkdir()
        self.environment = os.environ | shared
        self.environment |= {
            "DJANGO_SETTINGS_MODULE": "tests.deploy.hub_settings",
            "KODIPEST_HOME": str(home),
            "DATABASE_URL": database_url,
            "SECRET_KEY": "the-same-on-all-machines",
            "LOG_LEVEL": "WARNING",
        }

    def manage(self, *words):
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def run(self, program, **values):
        """Run a program there; return what its last line says."""
        said = self.manage(
            "shell", "--no-imports", "-c", program.format(**values) if values else program
        )
        return json.loads(said.split("\n")[-1]) if said else None

    def media(self, *pattern):
        return [path for each in pattern for path in (self.home / "media").glob(each)]

    @contextlib.contextmanager
    def serving(self):
        """Run the web server of a hub there; yield its host:port."""
        port = caddy.free_port()
        log = self.home / "web.log"
        with log.open("wb") as output:
            server = subprocess.Popen(
                [
                    *(
                        sys.executable,
                        "-m",
                        "granian",
                        "--interface",
                        "wsgi",
                        "--host",
                        "127.0.0.1",
                    ),
                    *("--port", str(port), "--workers", "1", "--no-ws", "config.wsgi:application"),
                ],
                cwd=ROOT,
                env=self.environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        try:
            caddy.wait_for(f"127.0.0.1:{port}", server, log)
            yield f"127.0.0.1:{port}"
        finally:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait(30)


@pytest.fixture
def hub(tmp_path, weed):
    """Two machines, one for people and one for films, and what they share."""
    name = f"b{secrets.token_hex(6)}"
    weed.new_bucket(name)
    shared = {
        "KODIPEST_BUCKET": name,
        "KODIPEST_BUCKET_URL": weed.url,
        "KODIPEST_BUCKET_KEY": bucket.OWNER[0],
        "KODIPEST_BUCKET_SECRET": bucket.OWNER[1],
        "KODIPEST_SHARED_CACHE": str(tmp_path / "cache"),
    }
    (tmp_path / "database" / "db").mkdir(parents=True)
    with database_for(tmp_path / "database") as url:
        web, worker = (Machine(tmp_path / name, url, shared) for name in ("web", "worker"))
        web.manage("prepare", "--quiet")
        yield web, worker


@pytest.fixture
def clip(tmp_path):
    return str(film(tmp_path / "clip.mp4", seconds=3, size="1280x720"))


@contextlib.contextmanager
def in_front_of(web, weed, folder):
    """Run Caddy before the web machine and the bucket."""
    folder.mkdir(exist_ok=True)
    with (
        web.serving() as program,
        caddy.running(
            folder,
            state=str(web.home),
            web=program,
            store="bucket",
            bucket=web.environment["KODIPEST_BUCKET"],
            bucket_url=weed.url,
            bucket_host=weed.address,
        ) as address,
    ):
        yield address


def watch(address, playlist):
    """Fetch all that a playlist leads to, as a player does; return the files by their path."""
    folder = playlist.rpartition("/")[0]
    found = {}
    waiting = [playlist.rpartition("/")[2]]
    while waiting:
        name = waiting.pop()
        answer = caddy.ask(address, f"{folder}/{name}")
        assert (answer.status, name) == (200, name)
        found[name] = answer
        if name.endswith(".m3u8"):
            base = name.rpartition("/")[0]
            waiting += [
                f"{base}/{link}" if base else link for link in links_in(answer.body.decode())
            ]
        waiting = [one for one in waiting if one not in found]
    return found


def links_in(text):
    for line in text.splitlines():
        if 'URI="' in line:
            yield line.split('URI="')[1].split('"')[0]
        elif line and not line.startswith("#"):
            yield line


def test_a_film_goes_its_whole_way_over_a_bucket(hub, weed, clip, tmp_path):
    web, worker = hub
    work, santri = web.run(UPLOAD, film=clip)
    made = worker.run(MAKE)
    assert [[part, state] for part, state, _code in made] == [["base", "done"], ["high", "done"]], (
        made
    )
    assert worker.media("renditions/*", "originals/*/*", "fetched/*") == []
    out = web.run(PUBLISH, work=work, santri=santri)

    found = web.run(EXAMINE)
    assert found == {
        "lost": [], "faults": [], "strays": [], "public": [], "opened": [out["folder"]],
    }  # fmt: skip
    with in_front_of(web, weed, tmp_path / "caddy") as address:
        files = watch(address, out["public"])
        assert set(out["rungs"]) < set(files)
        assert any(name.startswith("high/") for name in files)
        segment = next(name for name in files if name.endswith(".m4s"))
        address_of = out["public"].replace("master.m3u8", "{}").format
        check_headers(address, address_of(segment), files[segment])
        assert files["master.m3u8"].headers["cache-control"] == "public, max-age=60"
        assert caddy.ask(address, address_of("manifest.json")).status == 404
        assert watch(address, out["private"]).keys() == files.keys()
        private = caddy.ask(address, out["private"])
        assert (private.headers["cache-control"], private.status) == ("no-store", 200)
        head = caddy.ask(address, out["private"].replace("master.m3u8", segment), "HEAD")
        assert head.headers["content-length"] == str(len(files[segment].body))

        web.run(WITHDRAW, work=work)
        for name in files:
            assert caddy.ask(address, address_of(name)).status == 404
        assert caddy.ask(address, out["private"]).status == 404  # its lock was turned
        no = caddy.ask(address, address_of(segment))
        assert (no.headers["cache-control"], no.body) == ("no-store", b"")
    assert web.run(EXAMINE) | {"public": []} == found | {"opened": []}


def check_headers(address, path, whole):
    """Check a segment from the bucket as strictly as one from the disk."""
    headers = {
        "content-type": "video/iso.segment",
        "cache-control": "public, max-age=31536000, immutable, s-maxage=300",
        "x-content-type-options": "nosniff",
        "x-robots-tag": "noindex, noarchive",
        "cross-origin-resource-policy": "same-origin",
        "accept-ranges": "bytes",
    }
    assert headers.items() <= whole.headers.items()
    assert not [name for name in whole.headers if name.startswith(("x-amz", "seaweed"))]
    for query in ("?acl", "?response-content-type=text/html", "?uploads"):
        assert caddy.ask(address, path + query, X_Media_Query=query).body == whole.body
    some = caddy.ask(address, path, Range="bytes=10-19")
    assert (some.status, some.body) == (206, whole.body[10:20])
    assert caddy.ask(address, path, If_None_Match=whole.headers["etag"]).status == 304
    assert caddy.ask(address, path, "HEAD").headers["content-length"] == str(len(whole.body))
    assert caddy.ask(address, path, Range=f"bytes={len(whole.body)}-").status == 416


def test_a_bucket_that_refuses_lets_the_film_rest_in_words(hub, clip):
    web, worker = hub
    web.run(UPLOAD, film=clip)
    good = worker.environment
    name, secret = bucket.READER
    worker.environment = good | {"KODIPEST_BUCKET_KEY": name, "KODIPEST_BUCKET_SECRET": secret}
    assert worker.run(MAKE) == [["base", "waiting", "store_away"]]
    said = worker.run(WORDS)

    assert (said["state"], said["attempts"], said["code"]) == ("waiting", 0, "store_away")
    assert said["rests"]
    assert "berjalan lagi dengan sendirinya" in said["words"]
    worker.environment = good
    assert [state for _part, state, _code in worker.run(MAKE)] == ["done", "done"]
    assert worker.media("renditions/*", "fetched/*") == []


def test_a_film_rests_until_its_original_has_come(hub, clip):
    web, worker = hub
    web.run(UPLOAD.replace("bring_away(patiently=True)", ""), film=clip)
    worker.environment |= {"KODIPEST_BUCKET_PATIENCE": "0"}
    assert worker.run(MAKE) == [["base", "waiting", "store_away"]]
    worker.run(WORDS)
    web.manage("sweep")

    assert [state for _part, state, _code in worker.run(MAKE)] == ["done", "done"]


def test_a_growing_film_is_seen_from_another_machine(hub, weed, tmp_path):
    web, worker = hub
    clip = str(film(tmp_path / "long.mp4", seconds=40, size="640x360"))
    web.run(UPLOAD, film=clip)
    worker.environment |= {"KODIPEST_ENCODER_THREADS": "1"}
    program = [sys.executable, "manage.py", "shell", "--no-imports", "-c", MAKE]
    making = subprocess.Popen(
        program,
        cwd=ROOT,
        env=worker.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    look = (
        "from kodipest.engines.media.models import Transcode\n"
        "from kodipest.engines.media import storage\n"
        "import json\n"
        "row = Transcode.objects.get(part='base')\n"
        "print(json.dumps([row.state, row.is_playable, row.folder and storage.private_url(row, 'master.m3u8')]))"
    )
    try:
        with in_front_of(web, weed, tmp_path / "caddy") as address:
            state, is_playable, playlist = web.run(look)
            ends = time.monotonic() + 120
            while not is_playable and time.monotonic() < ends:
                state, is_playable, playlist = web.run(look)
            assert is_playable, state
            assert any(name.endswith(".m4s") for name in watch(address, playlist))
    finally:
        making.kill()
        making.wait()
