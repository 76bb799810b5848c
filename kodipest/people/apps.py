from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = "kodipest.people"
    verbose_name = _("People")

    def ready(self) -> None:
        from kodipest.people import rules  # noqa: F401 -- registers permissions
