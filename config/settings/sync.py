"""How this installation is known to those it tells what happened, and its head office."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured

from apps.sync.rules import is_safe_address
from apps.sync.signing import SecretUnusable, read_secret
from config.settings.base import env

SYNC_SOURCE = env.str("SYNC_SOURCE", default="tillhouse")
# The head office that the first dispatch makes a destination of. Without it: none.
SYNC_URL = env.str("SYNC_URL", default="")
SYNC_TOKEN = env.str("SYNC_TOKEN", default="")
SYNC_SECRET = env.str("SYNC_SECRET", default="")

if SYNC_URL and not is_safe_address(SYNC_URL):
    raise ImproperlyConfigured(
        f"SYNC_URL is {SYNC_URL}: facts are sent to https:// addresses alone, such as"
        " https://office.example.com/api/sync, or to this machine."
    )
if SYNC_URL:
    try:
        read_secret(SYNC_SECRET)
    except SecretUnusable as error:
        raise ImproperlyConfigured(
            "SYNC_SECRET is no secret to sign with: it begins with whsec_. The head office shows it"
            " when this installation is registered there."
        ) from error
