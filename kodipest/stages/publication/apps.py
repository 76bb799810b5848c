from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PublicationConfig(AppConfig):
    name = "kodipest.stages.publication"
    verbose_name = _("Publication")

    def ready(self) -> None:
        from kodipest.kernel.signals import consent_changed, sweep_due
        from kodipest.people import journal
        from kodipest.stages.publication import rules, studio  # noqa: F401 -- registers permissions
        from kodipest.stages.publication.operations import (
            ask_for_packs,
            open_public_files,
            withdraw_work_again,
        )
        from kodipest.stages.publication.queries import (
            WITHDRAW_WORK,
            editions_alive,
            withdrawn_editions,
        )

        studio.join()
        journal.learn(
            journal.Kind(WITHDRAW_WORK, withdrawn_editions, editions_alive, withdraw_work_again)
        )

        def look_again(**_facts: Any) -> None:
            open_public_files()

        def pack(**_facts: Any) -> None:
            ask_for_packs()

        consent_changed.connect(look_again, weak=False, dispatch_uid="publication")
        sweep_due.connect(look_again, weak=False, dispatch_uid="publication")
        sweep_due.connect(pack, weak=False, dispatch_uid="publication-packs")
