"""Standard Webhooks, read by hand: a receiver that shares no code with who sends.

Source: https://github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md, 1.0.0:
HMAC-SHA256 over `id.timestamp.body`, base64, as one of the `v1,` signatures in the header.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SECRET = "whsec_" + base64.b64encode(b"nobody is to know this secret...").decode()
TOLERANCE = 300  # seconds
_PREFIX = "whsec_"


def find_fault(
    headers: Mapping[str, str], body: bytes, *, secrets: Sequence[str], now: float
) -> str:
    """Why the signature of these bytes is none; empty if it is one."""
    message_id, timestamp, signatures = (
        headers.get(f"webhook-{name}") or "" for name in ("id", "timestamp", "signature")
    )
    if not (message_id and timestamp.isascii() and timestamp.isdigit() and signatures):
        return "A header of the signature is missing."
    if abs(int(timestamp) - now) > TOLERANCE:
        return "It was signed at another time."
    given = [each.removeprefix("v1,") for each in signatures.split() if each.startswith("v1,")]
    wanted = [sign(secret, message_id, timestamp, body) for secret in secrets]
    if not any(hmac.compare_digest(a.encode(), b.encode()) for a in given for b in wanted):
        return "The signature is not of these bytes."
    return ""


def sign(secret: str, message_id: str, timestamp: str, body: bytes) -> str:
    """The signature of a body, without its version.

    Raises:
        ValueError: the secret is no `whsec_` and base64.
    """
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("A secret is whsec_ and base64.") from error
    message = f"{message_id}.{timestamp}.".encode() + body
    return base64.b64encode(hmac.digest(key, message, hashlib.sha256)).decode()
