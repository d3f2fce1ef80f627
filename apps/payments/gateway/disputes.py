"""Disputes: a customer's bank wants money back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from apps.payments.gateway.calling import call, id_of, made_between, part
from apps.payments.types import DisputeStatus, StripeDispute

if TYPE_CHECKING:
    from apps.payments.types import Outcome


def retrieve_dispute(dispute_id: str) -> Outcome[StripeDispute]:
    """Where a dispute stands."""
    return call(lambda v1: read_dispute(v1.disputes.retrieve(dispute_id)))


def list_disputes(*, since: datetime, until: datetime) -> Outcome[tuple[StripeDispute, ...]]:
    """Every dispute opened between two instants, the newest first."""

    def look(v1: Any) -> tuple[StripeDispute, ...]:
        page = v1.disputes.list(made_between(since, until))
        return tuple(read_dispute(shown) for shown in page.auto_paging_iter())

    return call(look)


def read_dispute(shown: Any) -> StripeDispute:
    """A dispute of the SDK's as one of ours.

    Raises:
        ValueError: a status that the pinned version of the API does not have.
    """
    due = getattr(part(shown, "evidence_details"), "due_by", None)
    return StripeDispute(
        id=shown.id,
        status=DisputeStatus(shown.status.upper()),
        amount_cents=shown.amount,
        currency=shown.currency.upper(),
        reason=shown.reason,
        is_charge_refundable=shown.is_charge_refundable,
        intent_id=id_of(shown, "payment_intent"),
        opened_at=datetime.fromtimestamp(shown.created, UTC),
        evidence_due_at=datetime.fromtimestamp(due, UTC) if due else None,
    )
