"""What belongs to a sale beside its lines, for whoever prints or shows its receipt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.orders.models import Exchange
from apps.orders.receipts import Beside
from apps.payments.stored_value_selectors import list_loads

if TYPE_CHECKING:
    from apps.orders.models import Order


def beside_of(order: Order) -> Beside:
    """The gift cards that an order loaded, and the exchange that it came of."""
    loads = list_loads(order_ids=[order.pk]) if order.gift_cards_cents else {}
    swap = Exchange.objects.select_related("given__order").filter(order=order).first()
    return Beside(tuple(loads.get(order.pk, ())), swap)
