"""The keys that seal what must not be read by who has the database alone (`apps.core.sealing`)."""

from __future__ import annotations

import base64
import binascii

from django.core.exceptions import ImproperlyConfigured

from config.settings.base import VAR_DIR, env
from config.settings.secret import make_field_key, read_or_make_secret

_KEY_BYTES = 32

# The first seals, each of them opens. Two or more of them while keys are being changed.
_given: list[str] = env.list("TILLHOUSE_FIELD_KEYS", default=[])
FIELD_KEYS = [key.strip() for key in _given if key.strip()]
FIELD_KEYS = FIELD_KEYS or [read_or_make_secret(VAR_DIR / "field_key", make_field_key)]


def _is_key(text: str) -> bool:
    try:
        return len(base64.b64decode(text, altchars=b"-_", validate=True)) == _KEY_BYTES
    except (binascii.Error, ValueError):
        return False


if not all(_is_key(key) for key in FIELD_KEYS):
    raise ImproperlyConfigured(
        "TILLHOUSE_FIELD_KEYS holds something that is no key: each is 32 random bytes in base64,"
        " e.g. of `openssl rand -base64 32 | tr +/ -_`; separate several with commas."
    )
