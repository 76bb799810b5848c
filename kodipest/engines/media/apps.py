from django.apps import AppConfig


class MediaConfig(AppConfig):
    name = "kodipest.engines.media"
    label = "media"
