"""Codes of gift cards and store credit: how they look, how they are made, what is kept of them."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

from django.conf import settings

from apps.payments.errors import StoredValueCodeInvalid

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without I, L, O and U, which are misread
LENGTH = 20  # one hundred random bits
_CODE = re.compile(r"[0-9A-Z]{16,32}")


def make_code() -> str:
    """A new code that nobody can guess, in groups of four as it is printed."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return "-".join(code[at : at + 4] for at in range(0, LENGTH, 4))


def read_code(text: str) -> str:
    """A code as it is kept: capitals and digits, whatever stood between them.

    Raises:
        StoredValueCodeInvalid: it is too short to be hard to guess, or holds something else.
    """
    code = re.sub(r"[\s-]", "", text).upper()
    if not _CODE.fullmatch(code):
        raise StoredValueCodeInvalid("A code has 16 to 32 letters and digits: scan it once more.")
    return code


def hash_code(code: str) -> str:
    """What is stored of a code: an HMAC-SHA256 under a key that is not in the database."""
    key: str = settings.GIFT_CARD_KEY
    return hmac.new(key.encode(), read_code(code).encode(), hashlib.sha256).hexdigest()


def last4_of(code: str) -> str:
    """The end of a code, which may be shown and printed."""
    return read_code(code)[-4:]
