from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "kodipest.web"

    def ready(self) -> None:
        """Register the checks of the web."""
        from kodipest.web import checks  # noqa: F401 -- registration by import
