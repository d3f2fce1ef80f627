"""E-mail to customers: their receipts. Without an address of a mail server none is sent."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured

from config.settings.base import ENVIRONMENT, env

_url = env.str("EMAIL_URL", default="")
_mail: dict[str, Any] = env.email_url_config(_url) if _url else {}

# Whether receipts can be sent at all; a till is told when they cannot.
MAIL_IS_SET_UP = bool(_url)
EMAIL_BACKEND: str = _mail.get("EMAIL_BACKEND", "django.core.mail.backends.dummy.EmailBackend")
EMAIL_HOST: str = _mail.get("EMAIL_HOST") or "localhost"
EMAIL_HOST_USER: str = _mail.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD: str = _mail.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = bool(_mail.get("EMAIL_USE_TLS", False))
EMAIL_USE_SSL = bool(_mail.get("EMAIL_USE_SSL", False))
EMAIL_PORT: int = _mail.get("EMAIL_PORT") or (
    465 if EMAIL_USE_SSL else 587 if EMAIL_USE_TLS else 25
)
EMAIL_FILE_PATH: str | None = "/" + _mail["EMAIL_FILE_PATH"].lstrip("/") if _mail else None
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=10)  # seconds, for each step of a conversation
EMAIL_FROM = env.str("EMAIL_FROM", default="")
DEFAULT_FROM_EMAIL = EMAIL_FROM or "receipts@localhost"
# After so many days a customer's address is forgotten; that a receipt was sent is not.
RECEIPT_ADDRESS_DAYS = env.int("RECEIPT_ADDRESS_DAYS", default=30)

if MAIL_IS_SET_UP and not EMAIL_FROM and ENVIRONMENT in {"staging", "production"}:
    raise ImproperlyConfigured(
        "EMAIL_FROM is missing: whom customers' receipts come from, e.g. receipts@example.com"
    )
