"""The suite. DATABASE_URL chooses SQLite (default) or PostgreSQL."""

import os
import tempfile

os.environ.setdefault("KODIPEST_HOME", tempfile.mkdtemp(prefix="kodipest-test-"))
os.environ.setdefault("SECRET_KEY", "not-secret-in-tests")

from .base import *

SECRET_KEY = env("SECRET_KEY")
FAILPOINT = env("KODIPEST_FAILPOINT", default="")
PACKS_OF_PUBLISHED = {}
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
DATABASES = {"default": DATABASES["default"]}
DATABASE_ROUTERS = []
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
WHITENOISE_AUTOREFRESH = True
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
