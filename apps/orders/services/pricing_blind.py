"""What goods without a receipt are worth: the least they have cost here lately, with its tax.

That is the lower of two: the lowest price on the shelf, and the least that was really paid.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.catalog.past_prices import list_lowest_prices
from apps.core.clock import local_date
from apps.core.errors import FieldError
from apps.orders.errors import ReturnPriceUnknown
from apps.orders.rules import price_basket
from apps.orders.services.assembling import look_up
from apps.orders.sold_prices import list_least_paid
from apps.orders.types import BasketLine
from apps.stores.errors import StoreNotReady
from apps.stores.rules import rates_on

if TYPE_CHECKING:
    from datetime import datetime

    from apps.orders.types import BlindReturnRequest, PricedBasket
    from apps.stores.types import Till


def price_blind(
    *, till: Till, request: BlindReturnRequest, since: datetime, now: datetime
) -> PricedBasket:
    """The goods as if they were sold today, each at its lowest price since, or the one named.

    Raises:
        LineBarcodeUnknown, ProductNotSellable: nothing of the kind is on the shelf.
        ReturnPriceUnknown: it has had no price here lately, and none is named; or it is worth
            nothing.
        StoreNotReady: the store has no tax rates.
    """
    today = local_date(now, zone=till.store.zone)
    rates = rates_on(till.store, today)
    if rates is None:
        raise StoreNotReady(f"No tax rates are on file for {till.store.county} on {today}.")
    asked = [part.line for part in request.lines]
    shelf = look_up(till, asked, now)
    found = [shelf.find(line, position) for position, line in enumerate(asked)]
    wanted = {item.id for item, *_ in found}
    lowest = _list_lowest(till, wanted, since=since, now=now)
    lines = []
    for position, (line, (item, gtin, pack_size, _)) in enumerate(zip(asked, found, strict=True)):
        per_unit = lowest.get(item.id)
        price = line.unit_price_cents
        if price is None and per_unit is not None:
            price = per_unit * pack_size
        if not price:
            raise _unknown(position, item.name)
        lines.append(BasketLine(line.id, item, gtin, line.quantity, pack_size, price))
    return price_basket(lines, store=till.store, rates=rates, day=today)


def _list_lowest(
    till: Till, product_ids: set[int], *, since: datetime, now: datetime
) -> dict[int, int]:
    """The least that a base unit of each product has cost since: on the shelf, or when sold."""
    store_id = till.store.id
    lowest = list_lowest_prices(
        store_id=store_id,
        revision=till.revision,
        product_ids=product_ids,
        since=since,
        now=now,
    )
    paid = list_least_paid(store_id=store_id, product_ids=product_ids, since=since, now=now)
    for product, cents in paid.items():
        lowest[product] = min(cents, lowest.get(product, cents))
    return lowest


def _unknown(position: int, name: str) -> ReturnPriceUnknown:
    detail = f"{name} has had no price here in the last 30 days: name one that is approved."
    pointer = f"/lines/{position}/unit_price_cents"
    return ReturnPriceUnknown(
        detail, errors=[FieldError(pointer, "return-price-unknown", "Name a price.")]
    )
