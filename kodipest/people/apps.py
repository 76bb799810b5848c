from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = "kodipest.people"
    verbose_name = _("People")

    def ready(self) -> None:
        from kodipest.kernel.signals import sweep_due
        from kodipest.people import journal, rules  # noqa: F401 -- registers permissions
        from kodipest.people.operations import withdraw_consent_again
        from kodipest.people.queries import WITHDRAW_CONSENT, consents_alive, withdrawn_consents

        journal.learn(
            journal.Kind(
                WITHDRAW_CONSENT, withdrawn_consents, consents_alive, withdraw_consent_again
            )
        )

        def look_again(**_facts: Any) -> None:
            journal.look_again()

        # Before whoever opens files to the public, who comes later in the order of the apps.
        sweep_due.connect(look_again, weak=False, dispatch_uid="people")
