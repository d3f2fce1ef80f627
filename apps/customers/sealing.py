"""Sealing what is personal: who reads the database alone learns no name, phone or e-mail address.

`FIELD_KEYS` are Fernet keys. The first one seals, each of them opens, so keys can be changed while
the shop sells (`manage.py rotate_field_keys`). To find a customer by phone, an index is kept of it:
an HMAC under a key of its own that is derived from the field key, so that it tells nothing without
it, and equal numbers have equal indexes.
"""

from __future__ import annotations

import base64
import hmac
from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings

from apps.customers.errors import FieldKeyMissing

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

    from apps.customers.types import ContactKind

_INDEX_KEY = b"tillhouse: blind index of customers"
RETRY_SECONDS = 60


def seal(text: str) -> str:
    """A text as it is stored; nothing stays nothing."""
    return _box(tuple(settings.FIELD_KEYS)).encrypt(text.encode()).decode() if text else ""


def unseal(token: str) -> str:
    """What was sealed.

    Raises:
        FieldKeyMissing: none of the keys opens it.
    """
    if not token:
        return ""
    from cryptography.fernet import InvalidToken  # noqa: PLC0415 - see `_box`

    try:
        return _box(tuple(settings.FIELD_KEYS)).decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise FieldKeyMissing(
            "The site lacks a key in TILLHOUSE_FIELD_KEYS. Call whoever runs it.",
            retry_after=RETRY_SECONDS,
        ) from error


def is_current(token: str) -> bool:
    """Whether a token was sealed with the first key."""
    if not token:
        return True
    from cryptography.fernet import Fernet, InvalidToken  # noqa: PLC0415 - see `_box`

    try:
        Fernet(settings.FIELD_KEYS[0]).decrypt(token.encode())
    except InvalidToken:
        return False
    return True


def index_of(kind: ContactKind, text: str) -> str:
    """The index of a normalised contact under the first key; nothing has none."""
    return indexes_of(kind, text)[0] if text else ""


def indexes_of(kind: ContactKind, text: str) -> list[str]:
    """The index under each key: what was stored under an older one is found as well."""
    message = f"{kind.value}:{text}".encode()
    return [
        hmac.digest(key, message, "sha256").hex() for key in _index_keys(tuple(settings.FIELD_KEYS))
    ]


@lru_cache(maxsize=8)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    """The keys, with the library that is loaded when the first customer comes: it takes 7 MB."""
    from cryptography.fernet import Fernet, MultiFernet  # noqa: PLC0415 - as said above

    return MultiFernet([Fernet(key) for key in keys])


@lru_cache(maxsize=8)
def _index_keys(keys: tuple[str, ...]) -> list[bytes]:
    return [hmac.digest(base64.urlsafe_b64decode(key), _INDEX_KEY, "sha256") for key in keys]
