"""Reads of orders. A till sees the orders of its own store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Prefetch

from apps.orders.documents import describe_order
from apps.orders.errors import OrderUnknown
from apps.orders.models import Order, OrderLine, ParkedOrder
from apps.payments.selectors import list_tenders

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

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


# Orders whose goods were moved and which are not there any more.
_VANISHED = (
    "SELECT DISTINCT m.document_id FROM inventory_stockmovement m"
    " WHERE m.kind IN ('SALE', 'VOID')"
    " AND NOT EXISTS (SELECT 1 FROM orders_order o WHERE o.id = m.document_id)"
    " ORDER BY m.document_id"
)
# Tills and business dates whose orders are not numbered from 1 to what the receipt counter says.
# Numbers are unique per till and date, so lowest, highest and how many there are tell it all.
_MISNUMBERED = (
    "SELECT s.code, t.number, day.business_date, MAX(day.counted), SUM(day.orders),"
    " MIN(day.lowest), MAX(day.highest) FROM ("
    "SELECT o.terminal_id, o.business_date, 0 AS counted, COUNT(*) AS orders,"
    " MIN(o.sequence) AS lowest, MAX(o.sequence) AS highest"
    " FROM orders_order o GROUP BY o.terminal_id, o.business_date"
    " UNION ALL"
    " SELECT c.terminal_id, c.business_date, c.last_number, 0, NULL, NULL"
    " FROM orders_receiptcounter c"
    ") day JOIN stores_terminal t ON t.id = day.terminal_id"
    " JOIN stores_store s ON s.id = t.store_id"
    " GROUP BY s.code, t.number, day.terminal_id, day.business_date"
    " HAVING MAX(day.counted) <> SUM(day.orders)"
    " OR MAX(day.highest) <> MAX(day.counted) OR MIN(day.lowest) <> 1"
    " ORDER BY s.code, t.number, day.business_date"
)


# Whether a parked basket was sold: an order of its id stands in the books, voided or not.
IS_SOLD = Exists(Order.objects.filter(pk=OuterRef("pk")))


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
    """Baskets of the store that nobody has resumed or sold, oldest first."""
    waiting = ParkedOrder.objects.filter(~IS_SOLD, store=store_id, resumed_at__isnull=True)
    return waiting.order_by("parked_at", "pk")


def find_unbalanced_orders() -> Iterator[str]:
    """A sentence for every order that does not add up, is gone, or leaves a gap in the numbers.

    Its lines, tenders and movements must come to the order; what left the stock by a sale must have
    one; and the orders of a till and business date are numbered from 1 to its receipt counter.
    """
    for reason, sql in _UNBALANCED.items():
        for (number,) in _ask(sql):
            yield f"order {number}: {reason}"
    for (order_id,) in _ask(_VANISHED):
        yield f"order {UUID(str(order_id))}: goods were moved for it, but it is not in the books"
    for code, till, day, counted, orders, lowest, highest in _ask(_MISNUMBERED):
        span = f", numbered {lowest} to {highest}" if orders else ""
        place = f"store {code}, till {till}, {day}"
        yield f"{place}: receipts counted {counted}, orders in the books {orders}{span}"


def _ask(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _with_lines(orders: QuerySet[Order]) -> QuerySet[Order]:
    lines = OrderLine.objects.order_by("position")
    return orders.prefetch_related(Prefetch("lines", queryset=lines))
