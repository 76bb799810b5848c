"""A node whose static files are hashed as on any other but not compressed: that costs three seconds a site."""

from config.settings.node import *

STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
}
