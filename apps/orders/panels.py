"""What orders tell a customer's page: the last sales to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.customers.purchases import Purchase
from apps.orders.models import Order

if TYPE_CHECKING:
    from uuid import UUID

SHOWN = 20


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
