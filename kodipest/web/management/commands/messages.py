"""`manage.py messages extract|check|compile`: the words of the interface in three languages."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kodipest.web import catalogues
from kodipest.web.preparation import ROOT


class Command(BaseCommand):
    """Bring new strings into locale/, check that nothing is missing, compile what pages read."""

    help = "extract: bring new strings into locale/; check: fail on missing ones; compile: write .mo files"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["extract", "check", "compile"])

    def handle(self, *, action: str, **options: Any) -> None:
        {"extract": self.extract, "check": self.check_all, "compile": self.compile}[action]()

    def extract(self) -> None:
        """Write the catalogues anew, keeping every translation."""
        found = catalogues.gather(ROOT)
        for language in catalogues.LANGUAGES:
            catalogues.renew(ROOT, language, found)
            waiting = sum(
                fault.startswith("untranslated")
                for fault in catalogues.faults(ROOT, language, found)
            )
            self.stdout.write(
                f"{language}: {len(found)} messages, {waiting} wait for a translation"
            )

    def check_all(self) -> None:
        """Fail, naming each message that is missing, fuzzy, obsolete or has lost a placeholder."""
        found = catalogues.gather(ROOT)
        faults = [
            f"{language}: {fault}"
            for language in catalogues.LANGUAGES
            for fault in catalogues.faults(ROOT, language, found)
        ]
        for fault in faults:
            self.stderr.write(fault)
        if faults:
            raise CommandError(
                f"{len(faults)} faults in locale/; `make messages` brings new strings in."
            )
        self.stdout.write(f"{len(found)} messages, complete in {', '.join(catalogues.LANGUAGES)}")

    def compile(self) -> None:
        """Write the compiled catalogues that are missing or older than their source."""
        for path in catalogues.compile_all(ROOT):
            self.stdout.write(str(path.relative_to(ROOT)))
