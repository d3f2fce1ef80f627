"""The indexes by which a sealed contact is found.

To find a customer by phone, an index is kept of it: an HMAC under a key of its own that is derived
from the field key, so that it tells nothing without it, and equal numbers have equal indexes.
"""

from __future__ import annotations

import base64
import hmac
from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from apps.customers.types import ContactKind

_INDEX_KEY = b"tillhouse: blind index of customers"


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
def _index_keys(keys: tuple[str, ...]) -> list[bytes]:
    return [hmac.digest(base64.urlsafe_b64decode(key), _INDEX_KEY, "sha256") for key in keys]
