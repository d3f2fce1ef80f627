"""What orders tell the pages of customers, of approvals and of promotions."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Prefetch

from apps.catalog.promotion_uses import UsedOn
from apps.core.dialects import for_sqlite
from apps.customers.purchases import Purchase
from apps.orders.models import Order, OrderLine
from apps.orders.types import OrderStatus
from apps.stores.approval_orders import OrderInBrief

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

SHOWN = 20
# A line keeps what came off it as a list, which each database opens with a function of its own.
_OPENED = {
    "postgresql": (
        "CROSS JOIN LATERAL jsonb_array_elements(l.discounts) AS each(value)",
        "CAST(each.value ->> '{}' AS bigint)",
    ),
    "sqlite": ("JOIN json_each(l.discounts) AS each", "json_extract(each.value, '$.{}')"),
}


def list_sales_to(*, customer_id: UUID) -> list[Purchase]:
    """The last sales to a customer, newest first."""
    orders = Order.objects.filter(customer=customer_id).order_by("-placed_at", "-pk")[:SHOWN]
    return [
        Purchase(
            order.pk,
            order.number,
            order.placed_at,
            order.letterhead["name"],
            order.total_cents,
            order.get_status_display(),
        )
        for order in orders
    ]


def list_in_brief(*, order_ids: Collection[UUID]) -> dict[UUID, OrderInBrief]:
    """These orders with what was sold, by id; what nobody has placed is left out."""
    orders = Order.objects.filter(pk__in=order_ids).prefetch_related(
        Prefetch("lines", OrderLine.objects.order_by("position"))
    )
    return {
        order.pk: OrderInBrief(
            order.pk,
            order.number,
            order.total_cents,
            tuple(
                (f"{line.quantity} x {line.name}", line.total_cents) for line in order.lines.all()
            ),
        )
        for order in orders
    }


def list_promotion_uses(*, promotion_id: int, since: date) -> list[UsedOn]:
    """What a promotion gave on each business date since then, voided sales left out."""
    opened, field = _OPENED[connection.vendor]
    sql = (
        f"SELECT o.business_date, COUNT(DISTINCT o.id), SUM({field.format('units')}),"  # noqa: S608
        f" SUM({field.format('amount_cents')})"
        f" FROM orders_order o JOIN orders_orderline l ON l.order_id = o.id {opened}"
        " WHERE o.business_date >= %s AND o.status = %s AND l.discount_cents > 0"
        f" AND {field.format('promotion')} = %s GROUP BY o.business_date ORDER BY o.business_date"
    )
    day: Any = for_sqlite(since) if connection.vendor == "sqlite" else since
    with connection.cursor() as cursor:
        cursor.execute(sql, [day, OrderStatus.COMPLETED.value, promotion_id])
        rows = cursor.fetchall()
    return [
        UsedOn(_as_date(on), orders, int(units), int(cents)) for on, orders, units, cents in rows
    ]


def _as_date(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value
