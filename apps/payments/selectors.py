"""Reads of tenders and payments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.payments.errors import PaymentNotCapturable
from apps.payments.models import Tender as TenderRow
from apps.payments.types import Offered, Tender, TenderKind

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from uuid import UUID


def get_tenders(*, order_id: UUID, offered: Sequence[Offered]) -> tuple[Tender, ...]:
    """The tenders behind what is offered: cash as it is, a card as its payment was authorised.

    Card payments are not taken yet, so no payment can be named.

    Raises:
        PaymentNotCapturable: a card is offered whose payment is not authorised for this order.
    """
    for offer in offered:
        if offer.kind is TenderKind.CARD:
            raise PaymentNotCapturable(
                "Take the card again: no authorised payment of this id belongs to the order.",
                order_id=str(order_id),
                payment_id=str(offer.payment_id),
            )
    return tuple(Tender(offer.kind, offer.amount_cents) for offer in offered)


def list_tenders(*, order_ids: Collection[UUID]) -> dict[UUID, list[Tender]]:
    """The tenders of each of these orders, in the order they were taken."""
    tenders: dict[UUID, list[Tender]] = {order_id: [] for order_id in order_ids}
    for row in TenderRow.objects.filter(order__in=order_ids).order_by("pk"):
        tenders[row.order_id].append(Tender(TenderKind(row.kind), row.amount_cents, row.payment_id))
    return tenders
