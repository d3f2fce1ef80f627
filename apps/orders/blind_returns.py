"""Returns without a receipt as they are read: by the API, and by books that check themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection

from apps.orders.models import BlindReturn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet

    from apps.orders.models import BlindReturnLine

CHECKS = {
    "its lines do not add up to it": (
        "SELECT b.id FROM orders_blindreturn b LEFT JOIN (SELECT l.of_return_id,"
        " SUM(l.total_cents) AS cents, SUM(l.tax_cents) AS tax FROM orders_blindreturnline l"
        " GROUP BY l.of_return_id) line ON line.of_return_id = b.id"
        " WHERE b.total_cents <> COALESCE(line.cents, 0) OR b.tax_cents <> COALESCE(line.tax, 0)"
        " ORDER BY b.id"
    ),
    "its store credit was given another amount": (
        "SELECT b.id FROM orders_blindreturn b"
        " JOIN payments_storedvalueentry e ON e.id = b.entry_id"
        " WHERE e.amount_cents <> b.total_cents OR e.return_id <> b.id OR e.kind <> 'CREDITED'"
        " ORDER BY b.id"
    ),
    "store credit was given for it, but it is not in the books": (
        "SELECT e.return_id FROM payments_storedvalueentry e"
        " LEFT JOIN orders_blindreturn b ON b.entry_id = e.id"
        " WHERE e.kind = 'CREDITED' AND b.id IS NULL ORDER BY e.return_id"
    ),
    "its stock movements are not its lines": (
        "SELECT DISTINCT id FROM ("
        "SELECT b.id, l.product_id, l.stock_units AS units FROM orders_blindreturnline l"
        " JOIN orders_blindreturn b ON b.id = l.of_return_id"
        " UNION ALL"
        " SELECT b.id, m.product_id, -m.quantity FROM inventory_stockmovement m"
        " JOIN orders_blindreturn b ON b.id = m.document_id"
        ") entry GROUP BY id, product_id HAVING SUM(units) <> 0 ORDER BY id"
    ),
}


def find_faulty_blind_returns() -> Iterator[str]:
    """A sentence for every return without a receipt that the other ledgers do not bear out."""
    for fault, sql in CHECKS.items():
        with connection.cursor() as cursor:
            cursor.execute(sql)
            rows = cursor.fetchall()
        for (key,) in rows:
            yield f"return without receipt {UUID(str(key))}: {fault}"


def list_blind_returns() -> QuerySet[BlindReturn]:
    """Returns without a receipt with what a reader wants to know of them."""
    return BlindReturn.objects.select_related("entry__account", "store").prefetch_related("lines")


def describe_blind_return(given: BlindReturn) -> dict[str, Any]:
    """A return without a receipt as the API shows it."""
    entry = given.entry
    lines = sorted(given.lines.all(), key=lambda line: line.pk)
    return {
        "id": str(given.pk),
        "business_date": given.business_date.isoformat(),
        "cashier": {"id": given.cashier_id, "name": given.cashier_name},
        "approved_by": given.approved_by,
        "reason": given.reason,
        "lines": [_describe_line(line) for line in lines],
        "tax_cents": given.tax_cents,
        "total_cents": given.total_cents,
        "store_credit": {
            "account_id": str(entry.account_id),
            "last4": entry.account.last4,
            "amount_cents": entry.amount_cents,
            "balance_cents": entry.balance_cents,
        },
        "returned_at": given.returned_at,
    }


def _describe_line(line: BlindReturnLine) -> dict[str, Any]:
    return {
        "product_id": line.product_id,
        "name": line.name,
        "quantity": line.quantity,
        "pack_size": line.pack_size,
        "restock": line.is_restocked,
        "stock_units": line.stock_units,
        "unit_price_cents": line.unit_price_cents,
        "price_named": line.is_price_named,
        "tax_cents": line.tax_cents,
        "total_cents": line.total_cents,
    }
