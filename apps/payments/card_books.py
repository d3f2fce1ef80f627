"""What cards brought and had back for given orders, one row for each thing that was told of it."""

from __future__ import annotations

from itertools import batched
from typing import TYPE_CHECKING, NamedTuple

from apps.payments.models import Payment, Refund
from apps.payments.types import RefundStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from uuid import UUID

_AT_ONCE = 500  # ids in a statement


class CardMoney(NamedTuple):
    """Money of a card that Stripe has confirmed; what went back is negative."""

    type: str
    store_id: int
    id: UUID
    about: str
    amount_cents: int
    number: str = ""  # it has none


def list_card_money(*, order_ids: Iterable[UUID]) -> Iterator[CardMoney]:
    """What was captured for these orders, and what of it was refunded."""
    for some in batched(order_ids, _AT_ONCE):
        yield from _list_of(some)


def _list_of(order_ids: tuple[UUID, ...]) -> Iterator[CardMoney]:
    captured = Payment.objects.filter(order_id__in=order_ids, captured_cents__gt=0)
    for store, pk, cents in captured.values_list("store", "pk", "captured_cents"):
        yield CardMoney("payment.captured", store, pk, f"payment:{pk}", cents)
    refunds = Refund.objects.filter(
        payment__order_id__in=order_ids, status=RefundStatus.SUCCEEDED.value
    )
    rows = refunds.values_list("payment__store", "pk", "payment", "amount_cents")
    for store, pk, payment, cents in rows:
        yield CardMoney("payment.refunded", store, pk, f"payment:{payment}", -cents)
