"""What promotions take off the lines of a basket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.catalog.errors import CouponUnknown
from apps.catalog.offers import offers_of
from apps.catalog.promotions.pricing import take_promotions_off
from apps.catalog.promotions.running import Occasion
from apps.catalog.promotions.types import LineDiscount, ShelfLine
from apps.core.errors import FieldError
from apps.orders.errors import EmployeePriceForbidden
from apps.orders.types import Warned
from apps.stores.rules import may
from apps.stores.types import BeverageType, Permission

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime

    from apps.orders.types import BasketLine, OrderRequest, PricedBasket
    from apps.stores.types import StoreProfile, Till


def take_promotions(
    till: Till,
    request: OrderRequest,
    lines: Sequence[BasketLine],
    *,
    by_hand: Collection[int],
    instants: tuple[datetime, ...],
) -> list[LineDiscount]:
    """What comes off each line. A line whose price was set by hand takes part in no promotion.

    Raises:
        CouponUnknown: nothing runs for a coupon.
        EmployeePriceForbidden: the cashier may not give the employee price.
    """
    offers = offers_of(store=till.store, revision=till.revision)
    if request.employee_price and not may(till.clerk.role, Permission.GIVE_EMPLOYEE_PRICE):
        raise EmployeePriceForbidden("Ask a shift lead to ring this sale up.")
    occasion = Occasion(instants, frozenset(request.coupons), request.employee_price)
    _refuse_unknown(request, offers.unknown_coupons(occasion))
    taking_part = [position for position in range(len(lines)) if position not in by_hand]
    shelf_lines = [on_shelf(lines[position], till.store) for position in taking_part]
    found = take_promotions_off(shelf_lines, offers, occasion)
    discounts = [LineDiscount()] * len(lines)
    for position, discount in zip(taking_part, found, strict=True):
        discounts[position] = discount
    return discounts


def idle_coupons(request: OrderRequest, basket: PricedBasket) -> Iterator[Warned]:
    """A warning for each coupon that took nothing off the basket."""
    if not request.coupons:
        return
    used = {off.promotion.coupon for priced in basket.lines for off in priced.discounts}
    for coupon in dict.fromkeys(request.coupons):
        if coupon not in used:
            yield Warned(
                "coupon-not-used",
                f"The coupon {coupon} took nothing off: the basket is not what it is for, or"
                " another promotion is worth more.",
                {"coupon": coupon},
            )


def _refuse_unknown(request: OrderRequest, unknown: Collection[str]) -> None:
    faults = [
        FieldError(f"/coupons/{position}", "coupon-unknown", "Nothing runs for this coupon.")
        for position, coupon in enumerate(request.coupons)
        if coupon in unknown
    ]
    if faults:
        raise CouponUnknown(
            f"Nothing runs here and now for {', '.join(sorted(unknown))}.", errors=faults
        )


def on_shelf(line: BasketLine, store: StoreProfile) -> ShelfLine:
    """A line at its shelf price: modifiers are the line's own and are never discounted."""
    item = line.item
    is_alcohol = item.beverage is not BeverageType.NONE
    modifiers = sum(choice.price_cents for choice in line.modifiers)
    return ShelfLine(
        key=str(line.id),
        product_id=item.id,
        category_id=item.category_id,
        beverage=item.beverage,
        quantity=line.quantity,
        pack_size=line.pack_size,
        unit_price_cents=line.unit_price_cents - modifiers,
        floor_percent=store.alcohol_floor_percent if is_alcohol else 0,
    )
