"""Row locks of orders. They come first: payments, audit chains and stock are locked after them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django_subatomic.db import transaction_required

from apps.orders.errors import OrderUnknown
from apps.orders.models import Order

if TYPE_CHECKING:
    from uuid import UUID


@transaction_required
def lock_order(*, store_id: int, order_id: UUID) -> Order:
    """An order of the store, held until the transaction ends: its prints, void and returns queue.

    Raises:
        OrderUnknown: there is none, or it is another store's.
    """
    mine = Order.objects.select_for_update(no_key=True).filter(store=store_id, pk=order_id)
    order = mine.first()
    if order is None:
        raise OrderUnknown("There is no such order in this store.", id=str(order_id))
    return order
