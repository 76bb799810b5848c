from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IncubationConfig(AppConfig):
    name = "kodipest.stages.incubation"
    verbose_name = _("Incubation")

    def ready(self) -> None:
        from kodipest.stages.incubation import rules, studio  # noqa: F401 -- registers permissions

        studio.join()
