"""All that an exchange locks, before either half of it begins, in the order of the whole program.

That is: the order, its payments and those of the new one, gift cards, points, what only this
terminal uses, and the stock. A half that locked as it goes would come to the first of these when
the other one holds the last, and two tills would wait for each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django_subatomic.db import transaction_required

from apps.customers.services.pointing import hold_points
from apps.inventory.services.moving import hold_stock
from apps.orders.locks import lock_order
from apps.orders.models import OrderLine
from apps.orders.services.assembling import look_up
from apps.payments.drawer_locks import lock_drawer
from apps.payments.services.holding import hold_money

if TYPE_CHECKING:
    from datetime import datetime

    from apps.orders.types import ExchangeRequest
    from apps.stores.types import Till


@transaction_required
def hold_all(*, till: Till, request: ExchangeRequest, now: datetime) -> None:
    """Lock what both halves of an exchange will.

    Raises:
        OrderUnknown: the store has no such order to take back from.
        BarcodeInvalid: a scan is no product code.
    """
    sold = lock_order(store_id=till.store.id, order_id=request.returned.order_id)
    offered, refunds = request.order.offered, request.returned.refunds
    cards = {offer.payment_id for offer in offered} | {part.payment_id for part in refunds}
    codes = [offer.code for offer in offered] + [load.code for load in request.order.gift_cards]
    hold_money(
        payment_ids={payment_id for payment_id in cards if payment_id},
        account_ids={part.account_id for part in refunds if part.account_id},
        codes={code for code in codes if code},
    )
    if buyers := {buyer for buyer in (sold.customer_id, request.order.customer_id) if buyer}:
        hold_points(customer_ids=buyers)
    lock_drawer(till)
    shelf = look_up(till, request.order.lines, now)
    going = {item.id for item in shelf.items.values() if item.tracks_stock}
    named = [part.line_id for part in request.returned.lines]
    coming = OrderLine.objects.filter(pk__in=named, stock_units__gt=0)
    products = going | set(coming.values_list("product_id", flat=True))
    hold_stock(store_id=till.store.id, product_ids=products)
