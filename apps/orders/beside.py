"""What belongs to a sale beside its lines, for whoever prints or shows its receipt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.orders.models import Exchange
from apps.orders.receipts import Beside
from apps.payments.selectors import name_cards
from apps.payments.stored_value_selectors import list_loads

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apps.orders.models import Order
    from apps.payments.types import Tender


def beside_of(order: Order, tenders: Iterable[Tender]) -> Beside:
    """The gift cards that an order loaded, the exchange it came of, and the cards that paid."""
    loads = list_loads(order_ids=[order.pk]) if order.gift_cards_cents else {}
    swap = Exchange.objects.select_related("given__order").filter(order=order).first()
    payments = [tender.payment_id for tender in tenders if tender.payment_id]
    return Beside(tuple(loads.get(order.pk, ())), swap, name_cards(payment_ids=payments))
