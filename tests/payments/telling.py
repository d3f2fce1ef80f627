"""What Stripe tells by itself, in the words of a test: events, their signatures, a site to hear."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import stripe

from tests.conftest import NOON

if TYPE_CHECKING:
    from django.test import Client
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

PATH = "/webhooks/stripe"
SECRET, NEXT_SECRET = "whsec_first", "whsec_next"
AT = int(NOON.timestamp())


def make_body(**fields: Any) -> bytes:
    """A capture, as Stripe tells it."""
    event = {
        "id": f"evt_{uuid4().hex}",
        "object": "event",
        "api_version": "2026-10-28.endive",
        "created": AT,
        "livemode": False,
        "type": "payment_intent.succeeded",
        "data": {"object": {"id": "pi_1", "object": "payment_intent"}},
    }
    return json.dumps({**event, **fields}).encode()


def sign(body: bytes, secret: str = SECRET, *, at: int = AT) -> str:
    """The header that Stripe sends with a body."""
    header: str = stripe.WebhookSignature.generate_signature_header(body.decode(), secret, at)
    return header


def tell(client: Client, body: bytes, signature: str | None = None) -> Response:
    """Send an event as Stripe does, rightly signed unless told otherwise."""
    signature = sign(body) if signature is None else signature
    return client.post(
        PATH, body, content_type="application/json", headers={"Stripe-Signature": signature}
    )
