"""A true web server on the database of the test, and somebody who sends files to it."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest
from django.conf import settings as site
from django.db import connection
from django.test import Client
from django.urls import reverse

from kodipest.web.backup import databases
from kodipest.works.models import Work
from kodipest.works.operations import start_work
from tests.factories import homes
from tests.factories.people import cast
from tests.together import together  # noqa: F401 -- a fixture

TOKEN = "t" * 32


class Server:
    """The web server of a node in a process of its own."""

    def __init__(self, home, port):
        self.home, self.port = home, port
        self.address = f"http://127.0.0.1:{port}"
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "config.web", "--port", str(self.port)],
            cwd=homes.ROOT, env=self.environment(), start_new_session=True,
        )  # fmt: skip
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                urllib.request.urlopen(f"{self.address}/healthz", timeout=5).close()
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.1)
            else:
                return
        pytest.fail("the server does not answer")

    def environment(self):
        clean = homes.environment(self.home, database=address_of_the_test())
        return clean | {
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
            "SECRET_KEY": site.SECRET_KEY,
            "KODIPEST_MEDIA_RESERVE_BYTES": "0",
        }

    def kill(self):
        """End it as a power cut does: nobody gets to say goodbye."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(20)

    def stop(self):
        self.process.terminate()
        self.process.wait(20)


def address_of_the_test():
    name = connection.settings_dict["NAME"]
    return databases.address_of(name) if connection.vendor == "postgresql" else f"sqlite:///{name}"


@pytest.fixture
def server(together, settings, tmp_path):  # noqa: F811
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    home = homes.move_into(tmp_path / "home", settings)
    server = Server(home, port)
    yield server
    server.stop()


class Maker:
    """A santri with a film to be made, and what signs her requests in."""

    def __init__(self):
        self.people = cast()
        self.work = start_work(
            kind=Work.Kind.VIDEO,
            title="Dapur",
            organisation=self.people.house,
            by=self.people.aisyah,
        )
        self.client = Client()
        self.client.force_login(self.people.aisyah)
        session = self.client.cookies[site.SESSION_COOKIE_NAME].value
        self.headers = {
            "Cookie": f"{site.SESSION_COOKIE_NAME}={session}; csrftoken={TOKEN}",
            "X-CSRFToken": TOKEN,
        }
        self.target = f"work:{self.work.pk}:main"
        self.page = reverse("studio_upload", args=[self.work.pk])


@pytest.fixture
def maker(server):
    return Maker()
