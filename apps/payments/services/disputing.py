"""Disputes, written into our books as Stripe shows them: forward only, like all news."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django_subatomic.db import transaction_required

from apps.core import audit
from apps.core.types import Actor, ActorKind
from apps.payments.locks import lock_payment
from apps.payments.models import Dispute
from apps.payments.rules import dispute_sources_of

if TYPE_CHECKING:
    from datetime import datetime

    from apps.core.types import JSON
    from apps.payments.models import Payment
    from apps.payments.types import StripeDispute


@transaction_required
def apply_dispute(seen: StripeDispute, payment: Payment | None, *, now: datetime) -> bool:
    """Bring a dispute to where Stripe shows it; whether that moved it.

    The payment is locked: a refund of it sees the dispute or is there before it. A dispute over a
    payment that is none of ours is kept all the same, because its answer has a date.
    """
    if payment is not None:
        lock_payment(payment.pk)
    values = {
        "intent_id": seen.intent_id,
        "amount_cents": seen.amount_cents,
        "is_charge_refundable": seen.is_charge_refundable,
        "evidence_due_at": seen.evidence_due_at,
        **({"payment": payment} if payment else {}),
    }
    fixed = {"currency": seen.currency, "reason": seen.reason, "opened_at": seen.opened_at}
    _, is_new = Dispute.objects.get_or_create(
        pk=seen.id,
        defaults={**values, **fixed, "status": seen.status.value, "changed_at": now},
    )
    mine = Dispute.objects.filter(pk=seen.id)
    is_moved = is_new or bool(
        mine.filter(status__in=dispute_sources_of(seen.status)).update(
            status=seen.status.value, changed_at=now, **values
        )
    )
    if not is_moved:
        mine.filter(status=seen.status.value).update(**values)
        return False
    _tell(seen, payment, now)
    return True


def _tell(seen: StripeDispute, payment: Payment | None, now: datetime) -> None:
    """Write the move on the chain of the till that took the card."""
    chain = f"terminal:{payment.terminal_id}" if payment else "system:stripe"
    actor = Actor(ActorKind.SYSTEM, "stripe", "Stripe", chain)
    facts: dict[str, JSON] = {
        "amount_cents": seen.amount_cents,
        "is_charge_refundable": seen.is_charge_refundable,
        "payment": str(payment.pk) if payment else None,
    }
    action = f"dispute.{seen.status.value.lower()}"
    audit.record(audit.AuditFact(now, actor, action, f"dispute:{seen.id}", facts))
