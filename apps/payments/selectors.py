"""Reads of tenders and payments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from apps.payments.errors import PaymentNotCapturable, PaymentUnknown
from apps.payments.models import Attempt, Payment, Refund
from apps.payments.models import Tender as TenderRow
from apps.payments.types import AttemptState, PaymentStatus, Tender, TenderKind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from apps.payments.types import Offered


def get_tenders(*, order_id: UUID, offered: Sequence[Offered]) -> tuple[Tender, ...]:
    """The tenders behind what is offered: cash as it is, a card for what was authorised or less.

    Raises:
        PaymentNotCapturable: a card is offered whose payment is not authorised for this order, or
            for less, or which is offered twice.
    """
    named = [offer.payment_id for offer in offered if offer.kind is TenderKind.CARD]
    authorized = _authorized_for(order_id, named) if named else {}
    if len(set(named)) < len(named):
        raise not_capturable(order_id, named[0])
    return tuple(_tender(order_id, offer, authorized) for offer in offered)


def _tender(order_id: UUID, offer: Offered, authorized: Mapping[UUID, int]) -> Tender:
    if offer.kind is TenderKind.CASH:
        return Tender(offer.kind, offer.amount_cents)
    held = authorized.get(offer.payment_id, 0) if offer.payment_id else 0
    if not held or offer.amount_cents > held:
        raise not_capturable(order_id, offer.payment_id)
    return Tender(offer.kind, offer.amount_cents or held, offer.payment_id)


def _authorized_for(order_id: UUID, named: Sequence[UUID | None]) -> dict[UUID, int]:
    ready = Payment.objects.filter(
        order_id=order_id,
        status=PaymentStatus.AUTHORIZED.value,
        tendered_at__isnull=True,
        pk__in=[payment_id for payment_id in named if payment_id],
    )
    return dict(ready.values_list("pk", "authorized_cents"))


def not_capturable(order_id: UUID, payment_id: UUID | None) -> PaymentNotCapturable:
    """The refusal of a card that cannot pay for an order."""
    return PaymentNotCapturable(
        "Take the card again: no payment of this id is authorised for that much of the order.",
        order_id=str(order_id),
        payment_id=str(payment_id),
    )


def list_tenders(*, order_ids: Collection[UUID]) -> dict[UUID, list[Tender]]:
    """The tenders of each of these orders, in the order they were taken."""
    tenders: dict[UUID, list[Tender]] = {order_id: [] for order_id in order_ids}
    for row in TenderRow.objects.filter(order__in=order_ids).order_by("pk"):
        tenders[row.order_id].append(Tender(TenderKind(row.kind), row.amount_cents, row.payment_id))
    return tenders


def get_payment(*, store_id: int, payment_id: UUID) -> Payment:
    """A card payment of a store.

    Raises:
        PaymentUnknown: the store has none of this id.
    """
    payment = Payment.objects.filter(pk=payment_id, store=store_id).first()
    if payment is None:
        raise PaymentUnknown("No payment of this store has this id.", id=str(payment_id))
    return payment


def get_refund(*, refund_id: UUID) -> Refund:
    """A refund that exists, with its payment."""
    return Refund.objects.select_related("payment").get(pk=refund_id)


def list_attempts_to_resolve(*, silent_since: datetime, dead_since: datetime) -> QuerySet[Attempt]:
    """Calls whose outcome is open: unanswered before one instant, or sent before another."""
    unanswered = Q(state=AttemptState.UNANSWERED.value, sent_at__lte=silent_since)
    orphaned = Q(state=AttemptState.SENT.value, sent_at__lte=dead_since)
    open_attempts = Attempt.objects.filter(unanswered | orphaned)
    return open_attempts.select_related("payment", "refund").order_by("sent_at", "pk")


def list_payments_of(*, order_id: UUID) -> QuerySet[Payment]:
    """The card payments that were made for an order, placed or not."""
    return Payment.objects.filter(order_id=order_id).order_by("created_at", "pk")


def list_payments_to_settle(*, forgotten_since: datetime) -> QuerySet[Payment]:
    """Payments of which something is owed: a capture, a cancellation or a refund.

    An authorisation that no order has named since `forgotten_since` is to be cancelled.
    """
    forgotten = Q(tendered_at__isnull=True, created_at__lte=forgotten_since)
    authorized = Q(status=PaymentStatus.AUTHORIZED.value) & (
        forgotten | Q(tendered_at__isnull=False)
    )
    taken = Q(status__in=[PaymentStatus.CAPTURED.value, PaymentStatus.PARTIALLY_REFUNDED.value])
    return Payment.objects.filter(authorized | (taken & Q(released_at__isnull=False))).order_by(
        "created_at", "pk"
    )


def find_payment_drift() -> Iterator[str]:
    """A sentence per payment whose refunds do not add up to what it says has gone back."""
    for payment in Payment.objects.prefetch_related("refunds").order_by("pk").iterator(2_000):
        held = sum(r.amount_cents for r in payment.refunds.all() if r.status != "FAILED")
        if held != payment.refunded_cents:
            yield (
                f"Payment {payment.pk} says {payment.refunded_cents} cents went back,"
                f" its refunds come to {held}."
            )
