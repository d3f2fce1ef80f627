"""Production and staging: whatever is missing or unsafe stops the start, with the remedy."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured

from config.settings.base import BASE_DIR, env

_REQUIRED = {
    "SECRET_KEY": "a long random text, e.g. 48 bytes of `openssl rand -base64`",
    "ALLOWED_HOSTS": "the host names that terminals and managers use, separated by commas",
    "TILLHOUSE_FIELD_KEYS": "what seals customers' names and phones: 32 random bytes in base64,"
    " e.g. of `openssl rand -base64 32 | tr +/ -_`; keep it apart from the backups",
    "DATABASE_URL": "where the books are kept, e.g. postgres://user:password@host/tillhouse",
}
_SHORTEST_SECRET = 40

_missing = [
    f"  {name}: {meaning}" for name, meaning in _REQUIRED.items() if not env.str(name, default="")
]
if _missing:
    raise ImproperlyConfigured(
        "Production needs these environment variables (or NAME_FILE with a path):\n"
        + "\n".join(_missing)
    )
if len(env.str("SECRET_KEY")) < _SHORTEST_SECRET:
    raise ImproperlyConfigured(f"SECRET_KEY needs at least {_SHORTEST_SECRET} characters.")
_books = env.str("DATABASE_URL")
if _books.startswith("postgres") and not env.str("REDIS_URL", default=""):
    raise ImproperlyConfigured(
        "REDIS_URL is missing: the processes of a site on PostgreSQL share their cache and broker,"
        " e.g. redis://host:6379/0"
    )
if "*" in env.list("ALLOWED_HOSTS"):
    raise ImproperlyConfigured("ALLOWED_HOSTS must name hosts; '*' would accept any.")
if env.bool("TILLHOUSE_DEBUG", default=False):
    raise ImproperlyConfigured("TILLHOUSE_DEBUG shows secrets on error pages; not in production.")

# TLS ends at the proxy in front, which says so in this header and strips it from clients.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True

STATIC_ROOT = env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))
WHITENOISE_USE_FINDERS = False
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
