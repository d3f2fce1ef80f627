"""Whether a webhook was sent by Stripe: the signature over its raw body.

The header is `t=<Unix seconds>,v1=<HMAC-SHA256 in hex>[,v1=...]`, as docs.stripe.com/webhooks says;
while a secret is being rotated Stripe signs with the old one and the new one.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from apps.payments.errors import WebhookNotSigned

if TYPE_CHECKING:
    from collections.abc import Sequence

TOLERANCE = timedelta(minutes=5)  # a request that somebody kept is worth nothing later
_LONGEST = 1_000  # a header with two signatures of each scheme has 300 characters
_FIELDS = re.compile(r"[a-z0-9]{1,8}=[0-9a-f]{1,128}(?:,[a-z0-9]{1,8}=[0-9a-f]{1,128})*", re.ASCII)
_MOMENT = re.compile(r"(?:^|,)t=([^,]*)")
_SECONDS = re.compile(r"[0-9]{1,11}", re.ASCII)


def check_signature(body: bytes, header: str, *, secrets: Sequence[str], now: datetime) -> None:
    """Believe a body that was signed with one of the secrets within five minutes of now.

    Raises:
        WebhookNotSigned: it was not, or the header cannot be read.
    """
    signed_at = _moment_of(header)
    if not _is_text(body):
        raise WebhookNotSigned("The body is not UTF-8, as all that Stripe sends is.")
    if not any(_is_signed(body, header, secret) for secret in secrets):
        raise WebhookNotSigned("No secret of this endpoint has signed this body.")
    if abs(now - signed_at) > TOLERANCE:
        raise WebhookNotSigned(
            "It was not signed within five minutes of now. Check the clocks of both machines."
        )


def _is_text(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _moment_of(header: str) -> datetime:
    """When it was signed. What the SDK would stumble over is turned away here."""
    if len(header) <= _LONGEST and _FIELDS.fullmatch(header):
        moments = _MOMENT.findall(header)
        if len(moments) == 1 and _SECONDS.fullmatch(moments[0]):
            return datetime.fromtimestamp(int(moments[0]), UTC)
    raise WebhookNotSigned(
        "Send the header Stripe-Signature, once, as Stripe makes it: t=...,v1=..."
    )


def _is_signed(body: bytes, header: str, secret: str) -> bool:
    import stripe  # noqa: PLC0415 - 35 MB that a cash-only shop can keep

    try:
        stripe.WebhookSignature.verify_header(body, header, secret)
    except stripe.SignatureVerificationError:
        return False
    return True
