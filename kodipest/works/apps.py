from typing import Any
from uuid import UUID

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorksConfig(AppConfig):
    name = "kodipest.works"
    verbose_name = _("Works")

    def ready(self) -> None:
        from kodipest.kernel.signals import consent_changed, sweep_due
        from kodipest.works.operations import end_addresses_of
        from kodipest.works.queries import works_crediting
        from kodipest.works.renewal import use_remade

        def end_addresses(person_id: UUID, **_facts: Any) -> None:
            end_addresses_of(works_crediting(person_id))

        def follow(**_facts: Any) -> None:
            use_remade()

        consent_changed.connect(end_addresses, weak=False, dispatch_uid="works")
        sweep_due.connect(follow, weak=False, dispatch_uid="works")
        from kodipest.works import rules  # noqa: F401 -- registers permissions
        from kodipest.works.preparations import rules as more_rules  # noqa: F401
