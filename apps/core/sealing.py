"""Sealing what must not be read by who has the database alone: names, phones, secrets of others.

`FIELD_KEYS` are Fernet keys. The first one seals, each of them opens, so keys can be changed while
the shop sells (`manage.py rotate_field_keys`).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings

from apps.core.errors import FieldKeyMissing

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

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


@lru_cache(maxsize=8)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    """The keys, with the library that is loaded when the first customer comes: it takes 7 MB."""
    from cryptography.fernet import Fernet, MultiFernet  # noqa: PLC0415 - as said above

    return MultiFernet([Fernet(key) for key in keys])
