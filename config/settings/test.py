"""Settings of the test suite: the database the environment names, everything else in memory."""

import os

from config.settings import *
from config.settings import DATABASES, MIDDLEWARE, VAR_DIR

SECRET_KEY = "not a secret: the key of the test suite"  # noqa: S105 - it is none
FIELD_KEYS = ["bm90IGEgc2VjcmV0OiBmaWVsZCBrZXkgb2YgdGVzdHM="]
ALLOWED_HOSTS = ["*"]
OUTBOX_DOORBELL = False  # tests that want it switch it on
OUTBOX_CHECKS_AT_ONCE = True
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS = {}
WHITENOISE_AUTOREFRESH = True
MIDDLEWARE = [name for name in MIDDLEWARE if "whitenoise" not in name]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, because the threads of a test have connections of their own.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / f"test-{os.getpid()}.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] = (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF"
    )
