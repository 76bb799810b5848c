"""`manage.py prepare`: bring a site, new or old, to where its first page can be shown."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import router

from kodipest.engines.media.operations import request_remakes
from kodipest.people import journal
from kodipest.web import catalogues, preparation
from kodipest.web.terminal import both
from kodipest.works.sanad import site_key

UNUSED_STATIC = ["django_htmx"]  # the library brings three htmx; the pages load our own


class Command(BaseCommand):
    """Do what is not done yet; running it twice changes nothing the second time."""

    help = "Make the state folder, the databases, messages, static files and the site key ready."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--demo", action="store_true", help="fill an empty site with demo people and works"
        )
        parser.add_argument(
            "--quiet", action="store_true", help="say nothing unless something fails"
        )
        parser.add_argument("--force", action="store_true", help="do every step again")

    def handle(self, *, demo: bool, quiet: bool, force: bool, **options: Any) -> None:
        home: Path = settings.HOME
        self.quiet = quiet
        preparation.make_folders(home)
        with preparation.alone(home, while_waiting=self.say_that_we_wait):
            if not force and preparation.is_ready(home, demo=demo):
                journal.reconcile()  # the database may have been put back by hand
                return
            self.prepare(home, demo=demo)

    def say_that_we_wait(self) -> None:
        """Tell why nothing happens, also when asked to be quiet: somebody may look at the clock."""
        self.stderr.write(
            both(
                "Persiapan lain untuk folder ini sedang berjalan; menunggu sampai selesai.",
                "Another preparation of this folder is at work; waiting for its end.",
            )
        )
        self.stderr.flush()

    def prepare(self, home: Path, *, demo: bool) -> None:
        """Do every step, and note that all are done."""
        self.step("Basis data", "databases", migrate)
        self.step("Pencabutan izin", "withdrawn consents", journal.reconcile)
        self.step("Kunci situs", "site key", site_key)
        self.step("Bahasa", "languages", lambda: catalogues.compile_all(preparation.ROOT))
        self.step("Berkas tampilan", "static files", lambda: collect_static(home))
        self.step("Buku lama", "older books", lambda: request_remakes(kinds=["document"]))
        if demo and not get_user_model().objects.exists():
            self.step("Contoh karya dan orang", "demo people and works", seed)
        preparation.mark_ready(home, database_files(), demo=demo)

    def step(self, indonesian: str, english: str, act: Callable[[], object]) -> None:
        """Do one step and say that it is done."""
        act()
        if not self.quiet:
            self.stdout.write(f"  {indonesian} ({english}): OK")
            self.stdout.flush()


def migrate() -> None:
    """Create or renew the tables, each app's in the file where the router sends it."""
    call_command("migrate", database="default", verbosity=0, interactive=False)
    for alias in settings.DATABASES:
        for label in _labels_at_home_in(alias) if alias != "default" else []:
            call_command("migrate", label, database=alias, verbosity=0, interactive=False)
        call_command("createcachetable", database=alias, verbosity=0)


def _labels_at_home_in(alias: str) -> list[str]:
    return [
        app.label
        for app in apps.get_app_configs()
        if any(router.allow_migrate_model(alias, model) for model in app.get_models())
    ]


def collect_static(home: Path) -> None:
    """Hash and compress the static files, if any changed since they were last collected."""
    mark = home / "static" / ".collected"
    digest = preparation.digest_of(
        [
            (preparation.ROOT / "kodipest", "**/static/**/*"),
            (preparation.ROOT / "requirements", "node.txt"),
        ]
    )
    if mark.exists() and mark.read_text() == digest:
        return
    shutil.rmtree(home / "static", ignore_errors=True)
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=UNUSED_STATIC)
    mark.write_text(digest)


def seed() -> None:
    """Fill an empty site; the films follow while the first page is already open."""
    call_command("seed_demo", "--without", "films")


def database_files() -> list[str]:
    """Name the databases that are files, so that a start notices when one is gone."""
    return [
        str(database["NAME"])
        for database in settings.DATABASES.values()
        if database["ENGINE"] == "django.db.backends.sqlite3"
    ]
