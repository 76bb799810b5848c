from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CurationConfig(AppConfig):
    name = "kodipest.stages.curation"
    verbose_name = _("Curation")

    def ready(self) -> None:
        from kodipest.stages.curation import rules, studio  # noqa: F401 -- registers permissions

        studio.join()
