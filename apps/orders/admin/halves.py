"""A sale and what came back of it as pages show them: an order's, a return's and an exchange's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from apps.orders.beside import beside_of
from apps.orders.receipts import compose
from apps.orders.selectors import list_returns
from apps.payments.selectors import (
    list_payments_of,
    list_tenders_of_returns,
    list_tenders_of_sale,
    list_untaken,
)
from apps.payments.wording import name_card, say_taken

if TYPE_CHECKING:
    from uuid import UUID

    from apps.orders.models import Exchange, Order, Return
    from apps.orders.receipts import Receipt
    from apps.payments.models import Payment
    from apps.payments.types import Tender


@dataclass(frozen=True, slots=True)
class SaleShown:
    """What went out, the sums of its receipt, and how it was paid."""

    order: Order
    receipt: Receipt
    swap: Exchange | None
    tenders: list[Tender]
    cards: list[tuple[UUID, str, bool]]  # what to say of each card payment, and if it is taken

    @property
    def is_paid(self) -> bool:
        """Whether the money of every card is here, as the API says it."""
        return all(is_taken for _, _, is_taken in self.cards)


@dataclass(frozen=True, slots=True)
class ReturnShown:
    """What came back, and what was handed out for it."""

    given: Return
    tenders: list[Tender]


def describe_sale(order: Order) -> SaleShown:
    """An order with its lines; what was returned of it stands with the returns."""
    tenders = list_tenders_of_sale(order_id=order.pk)
    beside = beside_of(order, tenders)
    receipt = compose(order, tenders, beside)
    return SaleShown(order, receipt, beside.swap, tenders, _cards_of(order.pk))


def describe_returns(order_id: UUID) -> list[ReturnShown]:
    """What came back of an order, each time with what was handed out for it."""
    tenders = list_tenders_of_returns(order_id=order_id)
    returns = list_returns(order_id=order_id)
    return [ReturnShown(given, tenders.get(given.pk, [])) for given in returns]


def _cards_of(order_id: UUID) -> list[tuple[UUID, str, bool]]:
    """The card payments of an order that it rests on, each with whether its money is here."""
    payments = list(list_payments_of(order_id=order_id).filter(tendered_at__isnull=False))
    untaken = list_untaken(payment_ids=[payment.pk for payment in payments])
    return [(payment.pk, _say(payment), payment.pk not in untaken) for payment in payments]


def _say(payment: Payment) -> str:
    """Which card it was, where Stripe has told, and whether its money is here."""
    said = say_taken(payment)
    return f"{name_card(payment)}, {said}" if payment.card_last4 else said
