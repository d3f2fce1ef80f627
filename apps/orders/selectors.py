"""Reads of orders. A till sees the orders of its own store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Prefetch

from apps.orders.documents import describe_order
from apps.orders.errors import OrderUnknown
from apps.orders.models import Order, OrderLine, ParkedOrder
from apps.payments.selectors import list_tenders

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from uuid import UUID

    from django.db.models import QuerySet


# What must hold of every order, and the SQL that finds where it does not.
_UNBALANCED = {
    "its lines do not add up to its total": (
        "SELECT o.number FROM orders_order o"
        " LEFT JOIN orders_orderline l ON l.order_id = o.id"
        " GROUP BY o.id, o.number, o.total_cents, o.tip_cents"
        " HAVING COALESCE(SUM(l.total_cents), 0) + o.tip_cents <> o.total_cents"
        " ORDER BY o.number"
    ),
    "its tenders do not cover it": (
        "SELECT o.number FROM orders_order o"
        " LEFT JOIN payments_tender t ON t.order_id = o.id"
        " GROUP BY o.id, o.number, o.total_cents, o.change_cents, o.status"
        " HAVING COALESCE(SUM(t.amount_cents), 0) - o.change_cents"
        " <> CASE WHEN o.status = 'VOIDED' THEN 0 ELSE o.total_cents END"
        " ORDER BY o.number"
    ),
    "its stock movements are not its lines": (
        "SELECT DISTINCT number FROM ("
        "SELECT o.number, o.store_id, l.product_id,"
        " CASE WHEN o.status = 'VOIDED' THEN 0 ELSE l.stock_units END AS units"
        " FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id"
        " UNION ALL"
        " SELECT o.number, m.store_id, m.product_id, m.quantity"
        " FROM inventory_stockmovement m JOIN orders_order o ON o.id = m.document_id"
        ") entry GROUP BY number, store_id, product_id HAVING SUM(units) <> 0"
        " ORDER BY number"
    ),
}


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """What to look for; None takes all."""

    business_date: date | None = None
    terminal_id: int | None = None
    number: str | None = None
    status: str | None = None


def get_order(*, store_id: int, order_id: UUID) -> Order:
    """An order of the store with its lines.

    Raises:
        OrderUnknown: there is none, or it is another store's.
    """
    order = _with_lines(Order.objects.filter(store=store_id, pk=order_id)).first()
    if order is None:
        raise OrderUnknown("There is no such order in this store.", id=str(order_id))
    return order


def list_orders(*, store_id: int, wanted: OrderFilter) -> QuerySet[Order]:
    """The store's orders that fit, with their lines."""
    orders = Order.objects.filter(store=store_id)
    if wanted.business_date is not None:
        orders = orders.filter(business_date=wanted.business_date)
    if wanted.terminal_id is not None:
        orders = orders.filter(terminal=wanted.terminal_id)
    if wanted.number is not None:
        orders = orders.filter(number=wanted.number)
    if wanted.status is not None:
        orders = orders.filter(status=wanted.status)
    return _with_lines(orders)


def describe_orders(orders: Sequence[Order]) -> list[dict[str, Any]]:
    """Orders as the API shows them, in one statement for all their tenders."""
    tenders = list_tenders(order_ids=[order.pk for order in orders])
    return [describe_order(order, tenders[order.pk]) for order in orders]


def list_parked(*, store_id: int) -> QuerySet[ParkedOrder]:
    """Baskets of the store that nobody has resumed, oldest first."""
    waiting = ParkedOrder.objects.filter(store=store_id, resumed_at__isnull=True)
    return waiting.order_by("parked_at", "pk")


def find_unbalanced_orders() -> Iterator[str]:
    """A sentence for every order whose lines, tenders or movements do not add up to it."""
    with connection.cursor() as cursor:
        for reason, sql in _UNBALANCED.items():
            cursor.execute(sql)
            for (number,) in cursor.fetchall():
                yield f"order {number}: {reason}"


def _with_lines(orders: QuerySet[Order]) -> QuerySet[Order]:
    lines = OrderLine.objects.order_by("position")
    return orders.prefetch_related(Prefetch("lines", queryset=lines))
