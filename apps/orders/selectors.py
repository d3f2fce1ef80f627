"""Reads of orders. A till sees the orders of its own store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Prefetch, prefetch_related_objects

from apps.orders.documents import describe_order, describe_return
from apps.orders.errors import OrderUnknown, PrintJobUnknown, ZNotWritten
from apps.orders.models import (
    Order,
    OrderLine,
    ParkedOrder,
    PrintJob,
    ReceiptEmail,
    Return,
    ReturnLine,
    ZReport,
)
from apps.payments.drawer_selectors import get_shift
from apps.payments.rules import refund_id_of
from apps.payments.selectors import (
    list_amounts_of_refunds,
    list_tenders,
    list_tenders_of_returns,
    list_untaken,
)
from apps.payments.stored_value_selectors import list_loads

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from django.db.models import QuerySet


# What must hold of every order, and the SQL that finds where it does not.
_UNBALANCED = {
    "its lines do not add up to its total": (
        "SELECT o.number FROM orders_order o"
        " LEFT JOIN orders_orderline l ON l.order_id = o.id"
        " GROUP BY o.id, o.number, o.total_cents, o.tip_cents, o.gift_cards_cents"
        " HAVING COALESCE(SUM(l.total_cents), 0) + o.tip_cents + o.gift_cards_cents"
        " <> o.total_cents"
        " ORDER BY o.number"
    ),
    "its tenders do not cover it": (
        "SELECT number FROM ("
        "SELECT o.number, o.change_cents"
        " + CASE WHEN o.status = 'VOIDED' THEN 0"
        " ELSE o.total_cents + o.cash_rounding_cents END AS cents"
        " FROM orders_order o"
        " UNION ALL"
        " SELECT o.number, -t.amount_cents"
        " FROM payments_tender t JOIN orders_order o ON o.id = t.order_id"
        " UNION ALL"
        " SELECT o.number, -r.total_cents - r.cash_rounding_cents"
        " FROM orders_return r JOIN orders_order o ON o.id = r.order_id"
        ") entry GROUP BY number HAVING SUM(cents) <> 0 ORDER BY number"
    ),
    "its gift cards are not what was loaded": (
        "SELECT number FROM ("
        "SELECT o.number, CASE WHEN o.status = 'VOIDED' THEN 0 ELSE o.gift_cards_cents END AS cents"
        " FROM orders_order o"
        " UNION ALL"
        " SELECT o.number, -e.amount_cents FROM payments_storedvalueentry e"
        " JOIN orders_order o ON o.id = e.order_id WHERE e.kind IN ('SOLD', 'SALE_VOIDED')"
        ") entry GROUP BY number HAVING SUM(cents) <> 0 ORDER BY number"
    ),
    "its gift cards and store credits did not move as its tenders say": (
        "SELECT DISTINCT o.number FROM payments_storedvalueentry e"
        " JOIN orders_order o ON o.id = e.order_id"
        " LEFT JOIN payments_tender t ON t.entry_id = e.id"
        " WHERE e.kind IN ('SPENT', 'SPEND_REVERSED')"
        " AND (t.id IS NULL OR t.amount_cents <> -e.amount_cents OR t.order_id <> e.order_id)"
        " ORDER BY o.number"
    ),
    "its lines do not say what was returned of them": (
        "SELECT DISTINCT o.number FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id"
        " LEFT JOIN (SELECT rl.line_id, SUM(rl.quantity) AS quantity, SUM(rl.total_cents) AS cents"
        " FROM orders_returnline rl GROUP BY rl.line_id) back ON back.line_id = l.id"
        " WHERE l.returned_quantity <> COALESCE(back.quantity, 0)"
        " OR l.returned_cents <> COALESCE(back.cents, 0)"
        " OR (l.returned_quantity = l.quantity AND l.returned_cents <> l.total_cents)"
        " ORDER BY o.number"
    ),
    "its cash was rounded to no nickel": (
        "SELECT o.number FROM orders_order o WHERE o.cash_rounding_cents <> 0"
        " AND (COALESCE((SELECT SUM(t.amount_cents) FROM payments_tender t"
        " WHERE t.order_id = o.id AND t.kind = 'CASH' AND t.amount_cents > 0), 0)"
        " - o.change_cents) % 5 <> 0 ORDER BY o.number"
    ),
    "a return of it does not add up": (
        "SELECT DISTINCT o.number FROM orders_return r JOIN orders_order o ON o.id = r.order_id"
        " WHERE r.total_cents <> (SELECT COALESCE(SUM(rl.total_cents), 0)"
        " FROM orders_returnline rl WHERE rl.of_return_id = r.id)"
        " OR r.tax_cents <> (SELECT COALESCE(SUM(rl.tax_cents), 0)"
        " FROM orders_returnline rl WHERE rl.of_return_id = r.id)"
        " OR r.total_cents + r.cash_rounding_cents <> (SELECT COALESCE(-SUM(t.amount_cents), 0)"
        " FROM payments_tender t WHERE t.order_id = r.order_id AND t.return_id = r.id)"
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
        " UNION ALL"
        " SELECT o.number, o.store_id, l.product_id, -rl.stock_units"
        " FROM orders_returnline rl JOIN orders_orderline l ON l.id = rl.line_id"
        " JOIN orders_order o ON o.id = l.order_id"
        ") entry GROUP BY number, store_id, product_id HAVING SUM(units) <> 0"
        " ORDER BY number"
    ),
}


# Orders whose goods were moved and which are not there any more.
_VANISHED = (
    "SELECT DISTINCT m.document_id FROM inventory_stockmovement m"
    " WHERE m.kind IN ('SALE', 'VOID', 'RETURN')"
    " AND NOT EXISTS (SELECT 1 FROM orders_order o WHERE o.id = m.document_id)"
    " AND NOT EXISTS (SELECT 1 FROM orders_blindreturn b WHERE b.id = m.document_id)"
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

_LINES_OF_RETURNS = Prefetch(
    "lines", queryset=ReturnLine.objects.select_related("line").order_by("pk")
)


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
    """Orders as the API shows them, in one statement for all their tenders, one for their cards."""
    tenders = list_tenders(order_ids=[order.pk for order in orders])
    by_card = [t.payment_id for taken in tenders.values() for t in taken if t.payment_id]
    unpaid = list_untaken(payment_ids=by_card) if by_card else frozenset()
    selling = [order.pk for order in orders if order.gift_cards_cents]
    loads = list_loads(order_ids=selling) if selling else {}
    return [
        describe_order(
            order,
            tenders[order.pk],
            is_paid=not any(tender.payment_id in unpaid for tender in tenders[order.pk]),
            loads=loads.get(order.pk, ()),
        )
        for order in orders
    ]


def list_returns(*, order_id: UUID) -> QuerySet[Return]:
    """The returns of an order with their lines, oldest first."""
    returns = Return.objects.filter(order=order_id).select_related("order")
    return returns.prefetch_related(_LINES_OF_RETURNS).order_by("returned_at", "pk")


def describe_returns(*, returns: Sequence[Return]) -> list[dict[str, Any]]:
    """Returns of one order as the API shows them."""
    prefetch_related_objects(returns, _LINES_OF_RETURNS)
    tenders = list_tenders_of_returns(order_id=returns[0].order_id) if returns else {}
    by_card = [
        refund_id_of(return_id, tender.payment_id)
        for return_id, parts in tenders.items()
        for tender in parts
        if tender.payment_id
    ]
    refunds = list_amounts_of_refunds(refund_ids=by_card) if by_card else {}
    return [describe_return(given, tenders.get(given.pk, []), refunds) for given in returns]


def get_z(*, store_id: int, shift_id: UUID) -> ZReport:
    """The Z report of a shift of the store.

    Raises:
        ShiftUnknown: there is no such shift, or it is another store's.
        ZNotWritten: the shift is open.
    """
    z = ZReport.objects.filter(store=store_id, shift=shift_id).first()
    if z is None:
        get_shift(store_id=store_id, shift_id=shift_id)
        raise ZNotWritten("Count and close the shift first.", id=str(shift_id))
    return z


def describe_z(z: ZReport) -> dict[str, Any]:
    """A Z as the API shows it: what it said for ever, and what has amended it since."""
    amendments = z.amendments.order_by("number").values_list("snapshot", flat=True)
    return {**z.snapshot, "amendments": list(amendments)}


def list_emails(*, order_id: UUID) -> QuerySet[ReceiptEmail]:
    """Where the receipt of an order was sent, newest first."""
    return ReceiptEmail.objects.filter(order=order_id).order_by("-asked_at", "-pk")


def get_print_job(*, store_id: int, job_id: UUID) -> PrintJob:
    """A print job of the store.

    Raises:
        PrintJobUnknown: there is none, or it is another store's.
    """
    job = PrintJob.objects.select_related("z").filter(store=store_id, pk=job_id).first()
    if job is None:
        raise PrintJobUnknown("There is no such print job in this store.", id=str(job_id))
    return job


def list_parked(*, store_id: int) -> QuerySet[ParkedOrder]:
    """Baskets of the store that nobody has resumed or sold, oldest first."""
    waiting = ParkedOrder.objects.filter(~IS_SOLD, store=store_id, resumed_at__isnull=True)
    return waiting.order_by("parked_at", "pk")


def find_unbalanced_orders() -> Iterator[str]:
    """A sentence for every order that does not add up, is gone, or leaves a gap in the numbers.

    Its lines, tenders, returns and movements must come to the order; what left the stock by a sale
    must have one; and the orders of a till and business date are numbered from 1 to its receipt
    counter.
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
