"""One past basket priced again: by the engine of the sale, at the sale's own instant."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from apps.catalog.offers import list_past_promotions
from apps.catalog.promotions.pricing import take_promotions_off
from apps.catalog.promotions.running import Occasion, Offers
from apps.catalog.promotions.types import LineDiscount
from apps.catalog.types import ModifierChoice
from apps.core.clock import local_date
from apps.orders.rules import price_basket
from apps.orders.services.promoting import on_shelf
from apps.orders.services.replaying.buyers import exemption_of, keep_points
from apps.orders.types import BasketLine
from apps.stores.rules import rates_on

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from apps.catalog.promotions.types import Promotion
    from apps.catalog.types import Item
    from apps.orders.models import OrderLine
    from apps.orders.services.replaying.past import PastBasket
    from apps.orders.types import PricedBasket
    from apps.stores.types import StoreProfile


@dataclass(frozen=True, slots=True)
class Counter:
    """A store as it was while the baskets were sold: its promotions, and its rules by date."""

    store: StoreProfile
    promotions: Mapping[int, Promotion]
    offers: Offers = field(compare=False)


def open_counter(store: StoreProfile, since: datetime) -> Counter:
    """The counter of a store for baskets since an instant."""
    past = list_past_promotions(store_id=store.id, since=since)
    return Counter(store, {each.id: each for each in past}, Offers(past, store.zone))


def price_again(
    counter: Counter, basket: PastBasket, items: Mapping[int, Item], prices: Mapping[int, int]
) -> PricedBasket | None:
    """The basket at these prices per base unit; None where no tax rate is on file for its day.

    A price set by hand or printed by a scale stays, and so does one that `prices` do not name.
    Modifiers cost what they did; a buyer keeps their exemption, and the points they used.
    """
    store, at = counter.store, basket.order.placed_at
    day = local_date(at, zone=store.zone)
    rates = rates_on(store, day)
    if rates is None:
        return None
    lines = [_line(basket, line, items[line.product_id], prices) for line in basket.lines]
    taking_part = [line for line in lines if line.id not in basket.by_hand]
    found = take_promotions_off(
        [on_shelf(line, store) for line in taking_part],
        counter.offers,
        _occasion(counter, basket),
    )
    off = {line.id: each for line, each in zip(taking_part, found, strict=True)}
    promotions = [
        keep_points(sold, line, off.get(line.id, LineDiscount()))
        for sold, line in zip(basket.lines, lines, strict=True)
    ]
    exemption = exemption_of(basket.order)
    return price_basket(lines, promotions, store=store, rates=rates, day=day, exemption=exemption)


def _line(basket: PastBasket, line: OrderLine, item: Item, prices: Mapping[int, int]) -> BasketLine:
    modifiers = tuple(
        ModifierChoice(choice["id"], choice["name"], choice["price_cents"])
        for choice in line.modifiers
    )
    unit = line.unit_price_cents
    if not basket.keeps_price(line) and item.id in prices:
        unit = prices[item.id] * line.pack_size + sum(each.price_cents for each in modifiers)
    return BasketLine(line.pk, item, line.gtin, line.quantity, line.pack_size, unit, modifiers)


def _occasion(counter: Counter, basket: PastBasket) -> Occasion:
    """When the sale took place, with the coupons and the right to the employee price it had.

    Of orders older than the record of both, what came off tells them.
    """
    order = basket.order
    used = [
        promotion
        for line in basket.lines
        for discount in line.discounts
        if (promotion := counter.promotions.get(discount["promotion"]))
    ]
    coupons = {promotion.coupon for promotion in used if promotion.coupon}
    return Occasion(
        (order.placed_at,),
        frozenset(coupons.union(order.rights.get("coupons", ()))),
        is_employee=order.rights.get("employee_price", False)
        or any(promotion.for_employees for promotion in used),
    )
