"""What Stripe tells us by itself is written down before anything is made of it.

Taking an event in asks Stripe nothing and waits for no broker. What it means is found out by
`services.working`, which the event published beside the row wakes, and a schedule where it was not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import IntegrityError
from django_subatomic.db import durable, transaction

from apps.core import outbox
from apps.core.errors import FieldError, ValidationFailed
from apps.payments.errors import WebhooksNotSetUp
from apps.payments.events import StripeEventReceived
from apps.payments.gateway.calling import takes_cards
from apps.payments.gateway.notices import read_notice
from apps.payments.gateway.signatures import check_signature
from apps.payments.models import StripeEvent
from apps.payments.rules import moves_something
from apps.payments.types import EventState

if TYPE_CHECKING:
    from datetime import datetime

    from apps.payments.types import Notice

RETRY_AFTER = 600  # seconds; Stripe has a rhythm of its own, over three days


@durable
def receive_event(*, body: bytes, signature: str, now: datetime) -> bool:
    """Write down an event; whether it is a new one. The signature is looked at before all else.

    Raises:
        WebhooksNotSetUp: there is no secret to check it with, or no key to look it up with.
        WebhookNotSigned: Stripe has not sent it, or not of late.
        JSONInvalid: it is no JSON.
        ValidationFailed: it is no event that can be read, or not one of our mode.
    """
    if not settings.STRIPE_WEBHOOK_SECRETS or not takes_cards():
        raise WebhooksNotSetUp(
            "Set STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRETS. Stripe sends this again.",
            retry_after=RETRY_AFTER,
        )
    check_signature(body, signature, secrets=settings.STRIPE_WEBHOOK_SECRETS, now=now)
    notice = read_notice(body)
    is_ours = moves_something(notice)
    _refuse_wrong(notice, is_ours=is_ours)
    try:
        _write_down(notice, now, is_ours=is_ours)
    except IntegrityError:
        if StripeEvent.objects.filter(pk=notice.id).exists():
            return False
        raise
    return True


@transaction
def _write_down(notice: Notice, now: datetime, *, is_ours: bool) -> None:
    StripeEvent.objects.create(
        id=notice.id,
        type=notice.type,
        object_id=notice.object_id,
        intent_id=notice.intent_id,
        state=(EventState.WAITING if is_ours else EventState.IGNORED).value,
        created_at=notice.created_at,
        received_at=now,
        due_at=now if is_ours else None,
    )
    if is_ours:
        outbox.publish(
            StripeEventReceived(
                aggregate=f"stripe-event:{notice.id}",
                occurred_at=now,
                stripe_id=notice.id,
                kind=notice.type,
            )
        )


def _refuse_wrong(notice: Notice, *, is_ours: bool) -> None:
    """Test events never meet a live key, nor live ones a test key: they speak of other money."""
    if is_ours and not notice.object_id:
        nameless = FieldError("/data/object/id", "invalid", "It has no id.")
        raise ValidationFailed("Nobody could look up what this is about.", errors=[nameless])
    is_live = settings.STRIPE_SECRET_KEY.startswith(("sk_live_", "rk_live_"))
    if notice.is_live != is_live:
        mine, theirs = ("live", "test") if is_live else ("test", "live")
        wrong = FieldError("/livemode", "invalid", f"It is of {theirs} mode.")
        raise ValidationFailed(f"The key of this shop is of {mine} mode.", errors=[wrong])
