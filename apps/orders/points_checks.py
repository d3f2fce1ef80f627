"""Orders say what they did to their customers' points; the ledger of points must say the same."""

from __future__ import annotations

from itertools import batched
from typing import TYPE_CHECKING

from apps.customers.points import find_points_drift, sum_by_order
from apps.orders.models import Order

if TYPE_CHECKING:
    from collections.abc import Iterator

AT_ONCE = 500


def find_mispointed_orders() -> Iterator[str]:
    """A sentence for every order whose points are not in the ledger as the order has them."""
    orders = Order.objects.filter(points__isnull=False).order_by("pk")
    rows = orders.values_list("pk", "number", "points").iterator(AT_ONCE)
    for some in batched(rows, AT_ONCE):
        booked = sum_by_order(order_ids=[key for key, _, _ in some])
        for key, number, kept in some:
            points: dict[str, int] = kept or {}
            told = (points["earned"], points["redeemed"])
            if booked.get(key, (0, 0)) != told:
                yield f"order {number}: its points are not in the ledger as it has them"


def find_points_faults() -> Iterator[str]:
    """What is wrong with accounts of points, and with what orders say of them."""
    yield from find_points_drift()
    yield from find_mispointed_orders()
