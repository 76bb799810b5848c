"""A node: one laptop in one pesantren. SQLite, files on disk, no internet needed."""

from config import node_identity

from .base import *

SECRET_KEY = node_identity.secret_key(HOME)
ALLOWED_HOSTS = env.list("KODIPEST_HOSTS", default=[]) or node_identity.OwnNames()
# A node speaks plain HTTP on its own cable: secure cookies would lock everybody out.
SESSION_COOKIE_SECURE = env.bool("KODIPEST_HTTPS", default=False)
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE
if SESSION_COOKIE_SECURE:  # Caddy stands in front; on a bare node anybody could claim these headers
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1  # or everybody's tries would count as those of Caddy
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = HOME / "mail"
