from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoachingConfig(AppConfig):
    name = "kodipest.stages.coaching"
    verbose_name = _("Coaching")

    def ready(self) -> None:
        from kodipest.stages.coaching import rules, studio  # noqa: F401 -- registers permissions

        studio.join()
