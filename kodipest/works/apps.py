from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorksConfig(AppConfig):
    name = "kodipest.works"
    verbose_name = _("Works")

    def ready(self) -> None:
        from kodipest.works import rules  # noqa: F401 -- registers permissions
        from kodipest.works.preparations import rules as more_rules  # noqa: F401
