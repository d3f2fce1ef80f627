"""Refunds: money on its way back to the card it came from."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from apps.payments.gateway.calling import REFUND_NAME, call, id_of, options, own_id
from apps.payments.types import StripeRefund

if TYPE_CHECKING:
    from apps.core.types import JSON
    from apps.payments.types import Outcome


def create_refund(parameters: dict[str, JSON], *, key: str) -> Outcome[StripeRefund]:
    """Send money back to the card it came from."""
    return call(lambda v1: read_refund(v1.refunds.create(parameters, options(key))))


def retrieve_refund(refund_id: str) -> Outcome[StripeRefund]:
    """Where a refund stands."""
    return call(lambda v1: read_refund(v1.refunds.retrieve(refund_id)))


def list_refunds(intent_id: str) -> Outcome[tuple[StripeRefund, ...]]:
    """All refunds of an intent, the newest first."""

    def look(v1: Any) -> tuple[StripeRefund, ...]:
        page = v1.refunds.list({"payment_intent": intent_id, "limit": 100})
        return tuple(read_refund(refund) for refund in page.auto_paging_iter())

    return call(look)


def read_refund(shown: Any) -> StripeRefund:
    """A refund of the SDK's as one of ours."""
    return StripeRefund(
        id=shown.id,
        status=shown.status or "pending",
        amount_cents=shown.amount,
        refund_id=own_id(shown, REFUND_NAME),
        intent_id=id_of(shown, "payment_intent"),
        created_at=datetime.fromtimestamp(shown.created, UTC),
        is_booked=bool(id_of(shown, "balance_transaction")),
    )
