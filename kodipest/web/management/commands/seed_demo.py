"""`manage.py seed_demo`: people, pesantren and works to look at, built only through operations."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from kodipest.web.demo import catalogue
from kodipest.web.demo.seeding import Cast, accounts_file, chosen, stage_work
from kodipest.works.journey import Stage

KINDS = {"films": "video"}


class Command(BaseCommand):
    """Set the stage; what is there already stays as it is."""

    help = "Fill the site with demo people and works. Safe to break off and to run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--until", choices=Stage.values, default=Stage.PUBLICATION.value)
        parser.add_argument("--seed", type=int, default=1, help="decides the order of appearance")
        parser.add_argument("--without", choices=KINDS, action="append", default=[])
        parser.add_argument("--accounts", action="store_true", help="only say who can sign in")

    def handle(
        self, *, until: str, seed: int, without: list[str], accounts: bool, **options: Any
    ) -> None:
        if accounts:
            self.stdout.write(accounts_file().read_text() if accounts_file().exists() else "")
            return
        script = catalogue.load()
        cast = Cast(script)
        cast.raise_curtain()
        tell = self.stdout.write if options["verbosity"] > 1 else lambda _line: None
        for piece in chosen(script, without={KINDS[name] for name in without}, seed=seed):
            stage_work(cast, piece, until=Stage(until), tell=tell)
