"""What somebody has to look at: money whose fate is open, and news that nobody understood.

Nothing here counts a table: each number is read through an index and stops at `MOST`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import F, Q

from apps.payments.gateway import calling
from apps.payments.missing import list_payments_missing
from apps.payments.models import Difference, Dispute, Payment, Refund, StripeEvent
from apps.payments.owing import has_failed_refund, list_refunds_owed, seen_to
from apps.payments.types import (
    DifferenceKind,
    DisputeStatus,
    EventState,
    PaymentStatus,
    RefundStatus,
)

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

MOST = 100
WAITS_LONG = timedelta(minutes=5)  # what is owed to a payment is done within seconds
TO_BE_ANSWERED = (
    DisputeStatus.WARNING_NEEDS_RESPONSE.value,
    DisputeStatus.NEEDS_RESPONSE.value,
    DisputeStatus.APPEAL_NEEDS_RESPONSE.value,
)
TO_ANSWER = Q(status__in=TO_BE_ANSWERED)
_OWED = (
    PaymentStatus.AUTHORIZED.value,
    PaymentStatus.CAPTURED.value,
    PaymentStatus.PARTIALLY_REFUNDED.value,
)


@dataclass(frozen=True, slots=True)
class Attention:
    """How much of each there is, at most `MOST`; and by when to answer the first dispute."""

    is_cash_only: bool
    unknown: int
    waiting: int
    owing: int
    unmatched: int
    differences: int
    disputes: int
    answer_before: datetime | None

    @property
    def most(self) -> int:
        """The number at which counting stops: there may be more."""
        return MOST

    @property
    def is_needed(self) -> bool:
        """Whether there is anything to look at."""
        counts = (self.unknown, self.waiting, self.owing, self.unmatched)
        return any((*counts, self.differences, self.disputes))


def get_attention(*, now: datetime) -> Attention:
    """What somebody has to look at now."""
    due = list(list_disputes_to_answer().values_list("evidence_due_at", flat=True)[:MOST])
    return Attention(
        is_cash_only=not calling.takes_cards(),
        unknown=_number(list_payments_unknown()),
        waiting=_number(list_payments_waiting(now=now)),
        owing=_number(list_refunds_owed()),
        unmatched=_number(StripeEvent.objects.filter(state=EventState.UNMATCHED.value)),
        differences=_number(Difference.objects.filter(closed_at__isnull=True)),
        disputes=len(due),
        answer_before=min((at for at in due if at), default=None),
    )


def list_payments_unknown() -> QuerySet[Payment]:
    """Payments of which Stripe has not said what became of them, or of a refund of theirs."""
    back = Refund.objects.filter(status=RefundStatus.UNKNOWN.value)
    named = list(back.values_list("payment_id", flat=True)[:MOST])
    return Payment.objects.filter(Q(status=PaymentStatus.UNKNOWN.value) | Q(pk__in=named))


def list_payments_waiting(*, now: datetime) -> QuerySet[Payment]:
    """Payments whose order is placed or voided for minutes, and whose money has not followed.

    Nobody has seen to them yet, and it is known that the money is not there, or not all of it.
    """
    since = now - WAITS_LONG
    to_take = Q(
        tendered_at__lte=since, released_at__isnull=True, captured_cents__lt=F("tendered_cents")
    ) & ~Q(status=PaymentStatus.UNKNOWN.value)
    to_take &= Q(pk__in=list_payments_missing().values("pk"))
    to_give_back = Q(released_at__lte=since, status__in=_OWED) & ~Q(has_failed_refund())
    waiting = Payment.objects.filter(to_take | to_give_back)
    return waiting.exclude(seen_to(DifferenceKind.MISSING_CAPTURE))


def list_disputes_to_answer() -> QuerySet[Dispute]:
    """Disputes in which the bank waits for our word."""
    return Dispute.objects.filter(TO_ANSWER)


def _number(rows: QuerySet[Payment] | QuerySet[StripeEvent] | QuerySet[Difference]) -> int:
    return len(rows.order_by().values_list("pk", flat=True)[:MOST])
