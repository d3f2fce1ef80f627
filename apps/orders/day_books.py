"""What stands in the books of a business date, one row for each thing that was told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from apps.orders.models import BlindReturn, Order, Return, ZReport
from apps.orders.types import OrderStatus

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from uuid import UUID

_BATCH = 2_000


class Booked(NamedTuple):
    """A row of the books, as the type of its fact names it: what went out again is negative.

    `about` is the aggregate of the fact, `id` the thing itself.
    """

    type: str
    store_id: int
    id: UUID
    about: str
    number: str
    amount_cents: int


def list_booked(*, business_date: date) -> Iterator[Booked]:
    """Sales, voids, returns and closed shifts of a business date, of all stores."""
    yield from _list_orders(business_date)
    yield from _list_returns(business_date)
    for z in ZReport.objects.filter(business_date=business_date).iterator(_BATCH):
        about, cents = f"shift:{z.shift_id}", z.snapshot["net_cents"]
        yield Booked("shift.closed", z.store_id, z.shift_id, about, str(z.number), cents)


def _list_orders(business_date: date) -> Iterator[Booked]:
    """Every sale; and once more, negative, those that were voided: on their own day."""
    orders = Order.objects.filter(business_date=business_date)
    rows = orders.values_list("store", "pk", "number", "total_cents", "status").order_by("pk")
    for store, pk, number, cents, status in rows.iterator(_BATCH):
        about = f"order:{pk}"
        yield Booked("order.completed", store, pk, about, number, cents)
        if status == OrderStatus.VOIDED.value:
            yield Booked("order.voided", store, pk, about, number, -cents)


def _list_returns(business_date: date) -> Iterator[Booked]:
    returns = Return.objects.filter(business_date=business_date).select_related("order")
    for given in returns.order_by("pk").iterator(_BATCH):
        about, number = f"order:{given.order_id}", given.order.number
        cents = -given.total_cents
        yield Booked("return.completed", given.store_id, given.pk, about, number, cents)
    blind = BlindReturn.objects.filter(business_date=business_date)
    rows = blind.values_list("store", "pk", "total_cents").order_by("pk")
    for store, pk, cents in rows.iterator(_BATCH):
        yield Booked("return.without_receipt", store, pk, f"return:{pk}", "", -cents)
