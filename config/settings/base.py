"""Settings that hold everywhere. What differs comes from the environment alone.

With nothing set, this is the embedded way to run: SQLite, local memory, files under `var/`, for
this machine only. `docs/operations/configuration.md` explains every variable.
"""

from __future__ import annotations

from pathlib import Path

import environ

from config.settings.secret import read_or_make_secret

BASE_DIR = Path(__file__).resolve().parent.parent.parent

env = environ.FileAwareEnv()
environ.Env.read_env(BASE_DIR / ".env")

ENVIRONMENT = env.str("TILLHOUSE_ENV", default="embedded")
VAR_DIR = Path(env.str("TILLHOUSE_VAR", default=str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)

DEBUG = env.bool("TILLHOUSE_DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or read_or_make_secret(VAR_DIR / "secret_key")
# What the codes of gift cards are hashed under. Another key, and no card that was sold is found.
GIFT_CARD_KEY = env.str("GIFT_CARD_KEY", default="") or SECRET_KEY
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "apps.reports",  # before unfold: it fills the admin's home page
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.inlines",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "apps.core",
    "apps.stores",
    "apps.catalog",
    "apps.customers",
    "apps.inventory",
    "apps.payments",
    "apps.orders",
    "apps.sync",
]

MIDDLEWARE = [
    "apps.core.middleware.RequestIdMiddleware",
    "apps.core.middleware.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.common.CommonMiddleware",
    "apps.core.middleware.OfficeSessionMiddleware",
    "apps.core.middleware.OfficeCsrfMiddleware",
    "apps.core.middleware.OfficeAccountMiddleware",
    "apps.core.middleware.OfficeMessageMiddleware",
    "apps.core.middleware.OfficeTimeZoneMiddleware",
    "apps.core.middleware.OfficeFrameMiddleware",
]

ROOT_URLCONF = "config.urls"
CSRF_FAILURE_VIEW = "apps.core.views.csrf_failure"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
OFFICE_TIME_ZONE = env.str("OFFICE_TIME_ZONE", default="America/New_York")
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True  # the embedded way needs no collectstatic

MEDIA_ROOT = env.str("MEDIA_ROOT", default=str(VAR_DIR / "media"))

LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
PASSWORD_HASHERS = ["apps.core.hashers.SmallArgon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000  # a product page with its prices and barcodes

# The outbox: which tasks hear of which event, and whether a commit rings for the relay.
OUTBOX_SUBSCRIBERS = "config.wiring.SUBSCRIBERS"
OUTBOX_CHECKS_AT_ONCE = False  # a sale is never refused for what is wrong with its fact
EVENT_SCHEMAS = str(BASE_DIR / "docs" / "api" / "events")
OUTBOX_DOORBELL = env.bool("OUTBOX_DOORBELL", default=True)
LEDGER_CHECKS = "config.checks.LEDGER_CHECKS"
OFFICE_PAGES = "config.wiring.OFFICE_PAGES"
OPEN_SHIFT = "config.wiring.OPEN_SHIFT"
PRODUCT_COLUMNS = "config.wiring.PRODUCT_COLUMNS"
CUSTOMER_PURCHASES = "config.wiring.CUSTOMER_PURCHASES"
ORDERS_IN_BRIEF = "config.wiring.ORDERS_IN_BRIEF"
PROMOTION_USES = "config.wiring.PROMOTION_USES"
HOME_NOTICES = "config.wiring.HOME_NOTICES"
OTHER_STORES = "config.wiring.OTHER_STORES"
