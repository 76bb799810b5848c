"""What a node and a hub share. Every value an operator may change is read from the environment."""

import re
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from config import sqlite

ROOT = Path(__file__).resolve().parents[2]
env = environ.FileAwareEnv()  # FOO_FILE=/run/secrets/foo works for every FOO
VERSION = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)[1]  # type: ignore[index]

# All state of a site stands in this one folder.
HOME = Path(env("KODIPEST_HOME", default=str(ROOT / "var"))).resolve()
DEBUG = env.bool("DEBUG", default=False)
SITE_NAME = env("KODIPEST_SITE_NAME", default="KodiPest")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "template_partials",
    "rules",
    "django_tasks",
    "django_tasks_db",
    "kodipest.kernel",
    "kodipest.engines.media",
    "kodipest.people",
    "kodipest.works",
    "kodipest.stages.coaching",
    "kodipest.stages.incubation",
    "kodipest.stages.curation",
    "kodipest.stages.publication",
    "kodipest.web",
]
MIDDLEWARE = [
    "kodipest.web.middleware.PublicPages",  # first: a kept page has all its headers already
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "kodipest.web.middleware.Refusals",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # Before the apps: the sign-in pages of allauth wear our look.
        "DIRS": [ROOT / "kodipest" / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "kodipest.web.context.site",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]

DATABASES = {
    "default": env.db("DATABASE_URL", default=f"sqlite:///{HOME / 'db' / 'kodipest.sqlite3'}"),
    "queue": env.db("QUEUE_URL", default=f"sqlite:///{HOME / 'db' / 'queue.sqlite3'}"),
    "sessions": env.db("SESSIONS_URL", default=f"sqlite:///{HOME / 'db' / 'sessions.sqlite3'}"),
    "cache": env.db("CACHE_DB_URL", default=f"sqlite:///{HOME / 'db' / 'cache.sqlite3'}"),
}
for _alias, _database in DATABASES.items():
    sqlite.harden(_database, durable=_alias == "default")
# For a trial on a PostgreSQL that answers before its disk has it: `doctor` notes it and finds no fault.
DATABASE_MAY_FORGET = env.bool("KODIPEST_DATABASE_MAY_FORGET", default=False)
DATABASE_ROUTERS = ["config.routers.Beside"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "site_cache",
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "today"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "kodipest.web.sign_in.StaffOnly"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = SITE_NAME
MFA_TOTP_TOLERANCE = 1  # of 30 s each: the clock of a laptop without internet drifts
MFA_ADAPTER = "allauth.mfa.adapter.DefaultMFAAdapter"
MFA_FORMS = {
    "add_webauthn": "kodipest.web.key_forms.AddKey",
    "edit_webauthn": "kodipest.web.key_forms.RenameKey",
}

LANGUAGE_CODE = "id"
LANGUAGES = [("id", _("Indonesian")), ("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [ROOT / "locale"]
USE_I18N = True
TIME_ZONE = env("TIME_ZONE", default="Asia/Jakarta")
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 3600
MEDIA_ROOT = HOME / "media"
MEDIA_URL = "/media/"
FILE_UPLOAD_HANDLERS = ["kodipest.engines.media.uploads.StraightToDisk"]
UPLOAD_MAX_BYTES = env.int("KODIPEST_UPLOAD_MAX_BYTES", default=64 * 2**30)
# Who may send a file for what, and for whose quota it counts: asked before the first byte.
UPLOAD_TARGETS = "kodipest.works.targets.group_of"
# What a person, and all persons of one pesantren together, may keep; 0 = no limit.
UPLOAD_QUOTA_PER_PERSON = env.int("KODIPEST_UPLOAD_QUOTA_PER_PERSON", default=200 * 2**30)
UPLOAD_QUOTA_PER_GROUP = env.int("KODIPEST_UPLOAD_QUOTA_PER_GROUP", default=2 * 2**40)
# How long an upload may rest before its bytes are removed, and how long a file nobody uses any more stays.
UPLOAD_EXPIRES_SECONDS = env.float("KODIPEST_UPLOAD_EXPIRES_SECONDS", default=14 * 24 * 3600.0)
MEDIA_UNUSED_SECONDS = env.float("KODIPEST_MEDIA_UNUSED_SECONDS", default=24 * 3600.0)
# How many requests of one web process, and of one person, may bring files at the same time: each
# holds a thread. The rest of the threads (deploy/) is for pages.
UPLOAD_LINES = env.int("KODIPEST_UPLOAD_LINES", default=24)
UPLOAD_LINES_OF_ONE = 6
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20  # text fields only; files never pass through memory
ENCODER_THREADS = env.int("KODIPEST_ENCODER_THREADS", default=0)  # 0 = as many as there are cores
# cepat (fast), teliti (finer, twice the work), hemat (fast; what saves data is added at the end)
# A longer film is made in sections of this length, a multiple of 4 s, by all workers that have time.
ENCODER_LONG_SECONDS = env.int("KODIPEST_ENCODER_LONG_SECONDS", default=600)
ENCODER_SECTION_SECONDS = env.int("KODIPEST_ENCODER_SECTION_SECONDS", default=300)
ENCODER_QUALITY = env("KODIPEST_ENCODER_QUALITY", default="cepat")
ENCODER_PRESET = env(
    "KODIPEST_ENCODER_PRESET", default=""
)  # of x264, in place of the quality's own
# What published works of each kind are packed for, to be taken away: see engines.media.packs.
PACKS_OF_PUBLISHED: dict[str, list[str]] = {"video": ["whatsapp"], "audio": ["whatsapp", "podcast"]}
# What is made of a film after all that watching needs: larger pictures, a set for thin lines.
ENCODER_ADDITIONS = env.list("KODIPEST_ENCODER_ADDITIONS", default=["high", "thrift"])
# A worker silent for this long has lost its film to the next one.
MEDIA_LEASE_SECONDS = env.float("KODIPEST_MEDIA_LEASE_SECONDS", default=60.0)
# How long what a dead attempt left behind may stay (somebody may still be watching it).
MEDIA_GRACE_SECONDS = env.float("KODIPEST_MEDIA_GRACE_SECONDS", default=900.0)
# How long a set of an older recipe is kept after a newer one took its place.
MEDIA_REPLACED_SECONDS = env.float("KODIPEST_MEDIA_REPLACED_SECONDS", default=24 * 3600.0)
# Where originals and renditions stay: this disk, or a bucket (config/settings/hub.py).
MEDIA_STORE = "kodipest.engines.media.stores.Disk"
MEDIA_BUCKET: dict[str, str] = {}
MEDIA_BUCKET_TRIES = 8  # of each request, ever rarer
MEDIA_BUCKET_PATIENCE = 45.0  # seconds for an original that another machine is bringing away
# An upload must leave this much of the disk free: the database needs room to breathe.
MEDIA_RESERVE_BYTES = env.int("KODIPEST_MEDIA_RESERVE_BYTES", default=500 * 2**20)

SESSION_COOKIE_NAME = "kodipest"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "kodipest.web.errors.csrf_refused"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # data: is the QR code of the TOTP set-up
        "font-src": [SELF],
        "media-src": [SELF, "blob:"],  # blob: is how hls.js feeds the player
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# One-click sign-in as any demo person. Off unless said aloud; `check` warns while it is on.
DEMO_SIGN_IN = env.bool("KODIPEST_DEMO_SIGN_IN", default=False)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
    # A refused or missing page is daily business; the access log of the web server has it.
    "loggers": {
        "django.request": {"level": "ERROR"},
        "django_tasks": {"level": "WARNING"},
        "django_tasks_db": {"level": "WARNING"},  # it tells of every look into an empty queue
    },
}
