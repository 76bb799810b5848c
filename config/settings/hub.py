"""The hub: the national site. PostgreSQL, Redis, HTTPS in front, workers on any number of machines."""

from config import sqlite

from .base import *

SECRET_KEY = env("SECRET_KEY")
ALLOWED_HOSTS = env.list("KODIPEST_HOSTS")
DATABASES = {"default": env.db("DATABASE_URL")}
for _database in DATABASES.values():
    sqlite.harden(_database, durable=True)
DATABASE_ROUTERS = []
REDIS_URL = env("REDIS_URL")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
INSTALLED_APPS = [app for app in INSTALLED_APPS if app != "django_tasks_db"] + [
    "django_rq",
    "django_tasks_rq",
]
RQ_QUEUES = {"default": {"URL": REDIS_URL, "DEFAULT_TIMEOUT": 24 * 3600}}
TASKS = {"default": {"BACKEND": "django_tasks_rq.RQBackend"}}

# With a bucket each machine has a disk of its own; with a folder all of them must mount the same one.
if env("KODIPEST_STORE", default="folder") == "bucket":
    MEDIA_STORE = "kodipest.engines.media.stores_bucket.Bucket"
    MEDIA_BUCKET = {
        "bucket_name": env("KODIPEST_BUCKET"),
        "endpoint_url": env("KODIPEST_BUCKET_URL"),
        "region_name": env("KODIPEST_BUCKET_REGION", default="us-east-1"),
        "access_key": env("KODIPEST_BUCKET_KEY"),
        "secret_key": env("KODIPEST_BUCKET_SECRET"),
    }

# Sign-ins are counted by the address that Caddy saw, not by Caddy's own: else ten wrong passwords
# anywhere shut out everybody. Each proxy more in front (a CDN) counts one more.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("KODIPEST_PROXIES", default=1)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
EMAIL_CONFIG = env.email("EMAIL_URL", default="smtp://localhost:25")
vars().update(EMAIL_CONFIG)
