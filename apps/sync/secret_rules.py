"""Signing secrets as Standard Webhooks writes them: `whsec_` and 24 to 64 bytes in base64."""

from __future__ import annotations

import base64
import binascii
import secrets

PREFIX = "whsec_"
_BYTES = 32
_FEWEST, _MOST = 24, 64


def make_secret() -> str:
    """A new secret."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def is_secret(text: str) -> bool:
    """Whether it is one."""
    if not text.startswith(PREFIX):
        return False
    try:
        raw = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return False
    return _FEWEST <= len(raw) <= _MOST
