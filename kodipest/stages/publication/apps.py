from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PublicationConfig(AppConfig):
    name = "kodipest.stages.publication"
    verbose_name = _("Publication")

    def ready(self) -> None:
        from kodipest.stages.publication import rules  # noqa: F401, PLC0415 -- registers permissions
