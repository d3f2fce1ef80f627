"""Signatures over a body as it is sent, by Standard Webhooks 1.0.0.

Source: https://github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md. What is
signed is `id.timestamp.body`, with HMAC-SHA256 under a secret that is written `whsec_` and base64.
Two secrets live side by side while they are being changed: the sender signs with each, the receiver
takes a signature by any.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ID_HEADER = "webhook-id"
TIME_HEADER = "webhook-timestamp"
SIGNATURE_HEADER = "webhook-signature"
TOLERANCE = timedelta(minutes=5)

_PREFIX = "whsec_"
_SCHEME = "v1,"
_LONGEST_TOKEN = 500
_KEY_BYTES = (24, 64)
_MOST_CHARACTERS = {ID_HEADER: 100, TIME_HEADER: 11, SIGNATURE_HEADER: 2_000}


class NotSigned(Exception):
    """A body that nobody whom we know has signed just now. It says why, for the sender's log."""


class SecretUnusable(ValueError):
    """A text that is no secret to sign with."""


def make_secret() -> str:
    """A new secret, as it is shown once and entered on the other side."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def read_secret(text: str) -> bytes:
    """The key that a secret stands for.

    Raises:
        SecretUnusable: it is not `whsec_` and 24 to 64 bytes in base64.
    """
    try:
        key = base64.b64decode(text.strip().removeprefix(_PREFIX).encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise SecretUnusable("A secret is whsec_ and base64.") from error
    if not _KEY_BYTES[0] <= len(key) <= _KEY_BYTES[1]:
        raise SecretUnusable("A secret stands for 24 to 64 bytes.")
    return key


def is_token(text: str) -> bool:
    """Whether a header can hold it: visible letters of ASCII, and no more than a column does."""
    return (
        0 < len(text) <= _LONGEST_TOKEN
        and text.isascii()
        and text.isprintable()
        and " " not in text
    )


def sign(body: bytes, message_id: str, *, secrets: Sequence[str], now: datetime) -> dict[str, str]:
    """The headers that prove who sends a body: one signature for each secret that is not empty.

    Raises:
        SecretUnusable: one of the secrets is none.
    """
    timestamp = str(int(now.timestamp()))
    keys = [read_secret(secret) for secret in secrets if secret]
    signatures = [_signature(key, message_id, timestamp, body) for key in keys]
    headers = {ID_HEADER: message_id, TIME_HEADER: timestamp}
    return headers | ({SIGNATURE_HEADER: " ".join(signatures)} if signatures else {})


def verify(
    headers: Mapping[str, str], body: bytes, *, secrets: Sequence[str], now: datetime
) -> str:
    """The id of a body that one of the secrets has signed within five minutes of `now`.

    `headers` are asked for their names in small letters. Whatever stands in them, nothing but this
    one refusal is raised.

    Raises:
        NotSigned: a header is missing or malformed, the time is too far off, or no signature fits.
    """
    message_id = _read(headers, ID_HEADER)
    timestamp = _read(headers, TIME_HEADER)
    given = _read(headers, SIGNATURE_HEADER).split(" ")
    if "." in message_id:
        raise NotSigned(f"A full stop in {ID_HEADER} makes unclear what was signed.")
    if not timestamp.isdigit():
        raise NotSigned(f"{TIME_HEADER} is a number of seconds since 1970.")
    expected = [_signature(key, message_id, timestamp, body) for key in _usable(secrets)]
    if not _any_equal(given, expected):
        raise NotSigned("No signature fits the body under a secret of yours.")
    if abs(datetime.fromtimestamp(int(timestamp), UTC) - now) > TOLERANCE:
        raise NotSigned("It was signed more than five minutes from now. Check the clocks.")
    return message_id


def _read(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name) or ""
    if not value or len(value) > _MOST_CHARACTERS[name]:
        raise NotSigned(f"{name} is missing or too long.")
    if not (value.isascii() and value.isprintable()):
        raise NotSigned(f"{name} has characters other than plain ASCII.")
    return value


def _usable(secrets: Sequence[str]) -> Iterator[bytes]:
    """The keys of the secrets that are some: one that was mistyped signs for nobody."""
    for secret in secrets:
        try:
            yield read_secret(secret)
        except SecretUnusable:
            continue


def _signature(key: bytes, message_id: str, timestamp: str, body: bytes) -> str:
    mac = hmac.new(key, f"{message_id}.{timestamp}.".encode(), "sha256")
    mac.update(body)
    return _SCHEME + base64.b64encode(mac.digest()).decode()


def _any_equal(given: Sequence[str], expected: Sequence[str]) -> bool:
    """Whether any pair is equal; every pair is compared, so the time taken tells nothing."""
    pairs = [hmac.compare_digest(one, other) for one in given for other in expected]
    return any(pairs)
