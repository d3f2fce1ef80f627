"""From what a till sends to a basket whose every line may be sold here today, at a known price."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from apps.catalog.rules import legal_obstacle
from apps.catalog.selectors import find_on_shelf
from apps.core.clock import local_date
from apps.core.errors import FieldError
from apps.orders import errors
from apps.orders.rules import price_basket, refuse_large_tip, sold_at
from apps.orders.services.exempting import find_exemption
from apps.orders.services.promising import Prices
from apps.orders.services.promoting import idle_coupons, take_promotions
from apps.orders.services.rewarding import take_points
from apps.orders.types import BasketLine, Overridden
from apps.stores.errors import StoreNotReady
from apps.stores.rules import licence_obstacle, rates_on

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from apps.catalog.promotions.types import LineDiscount
    from apps.catalog.types import Item, ModifierChoice, Scanned
    from apps.orders.services.promising import Promise
    from apps.orders.types import LineRequest, OrderRequest, PricedBasket, Warned
    from apps.stores.types import StoreProfile, TaxRates, Till


@dataclass(frozen=True, slots=True)
class Assembled:
    """A priced basket with what is out of the ordinary in it.

    `overridden` are the lines with another price than the one on file; `changes` warns of the
    prices that are others by now than were quoted, and of coupons that did nothing.
    """

    basket: PricedBasket
    overridden: tuple[Overridden, ...]
    changes: tuple[Warned, ...]


@dataclass(frozen=True, slots=True)
class Shelf:
    """What the lines of one request refer to, looked up together."""

    scanned: Mapping[str, Scanned]
    items: Mapping[int, Item]

    def find(self, line: LineRequest, position: int) -> tuple[Item, str, int, int | None]:
        """Item, GTIN, pack size and the scale's price of a line.

        Raises:
            LineBarcodeUnknown, ProductNotSellable: nothing of the kind is on the shelf.
        """
        if line.barcode is not None:
            found = self.scanned.get(line.barcode)
            if found is None:
                raise errors.LineBarcodeUnknown(
                    f"No active product has the barcode {line.barcode}.",
                    errors=[_at(position, "barcode", "barcode-unknown", "Unknown barcode.")],
                )
            return found.item, found.gtin, found.pack_size, found.price_cents
        item = self.items.get(line.product_id or 0)
        if item is None:
            raise _not_sellable(position, f"There is no product {line.product_id}.")
        return item, "", 1, None


def assemble(*, till: Till, request: OrderRequest, promise: Promise, now: datetime) -> Assembled:
    """Look up, check and price every line, as promised where the promise still holds.

    A late sale costs what it cost then; products, modifiers and live promotions are those of now.

    Raises:
        DomainError: what `sold_at` and `_for_buyer` refuse.
        BarcodeInvalid, LineBarcodeUnknown, ProductNotSellable, ModifierInvalid: a line cannot be.
        StoreNotReady: the store has no tax rates.
        CouponUnknown, EmployeePriceForbidden: a promotion that was asked for cannot be had.
    """
    at = sold_at(request.taken_at, now=now)
    store, today = till.store, local_date(at, zone=till.store.zone)
    rates = _rates_of(store, today)
    shelf = look_up(till, request.lines, now, at=at)
    lines, overridden = list[BasketLine](), list[Overridden]()
    prices = Prices(promise, at)
    for position, asked in enumerate(request.lines):
        item, gtin, pack_size, scale_cents = shelf.find(asked, position)
        _refuse_unlawful(store, item, position, today)
        priced = _unit_price(item, pack_size, scale_cents, prices)
        if priced is None:
            raise _not_sellable(position, f"{item.name} has no price in {store.name}.")
        lawful, edition = priced
        modifiers = prices.of_modifiers(_choose(item, asked, position))
        lawful += sum(choice.price_cents for choice in modifiers)
        price = lawful if asked.unit_price_cents is None else asked.unit_price_cents
        if price != lawful:
            edition = ""
            overridden.append(
                Overridden(position, asked.id, asked.quantity, lawful, price, asked.approval)
            )
        lines.append(
            BasketLine(
                asked.id,
                item,
                gtin,
                asked.quantity,
                pack_size,
                price,
                modifiers,
                asked.note,
                edition,
            )
        )
    by_hand = [line.position for line in overridden]
    promoted = take_promotions(till, request, lines, by_hand=by_hand, instants=prices.instants)
    basket = _for_buyer(till, request, lines, promoted, rates, at)
    idle = idle_coupons(request, basket)
    return Assembled(basket, tuple(overridden), (*prices.changes.values(), *idle))


def _for_buyer(
    till: Till,
    request: OrderRequest,
    lines: Sequence[BasketLine],
    promoted: Sequence[LineDiscount],
    rates: TaxRates,
    at: datetime,
) -> PricedBasket:
    """The basket as this buyer pays it: with their points, without tax where they are exempt.

    Raises:
        TipTooMuch: as `rules.refuse_large_tip`.
        DomainError: what `exempting.find_exemption` and `rewarding.take_points` refuse.
    """
    exemption = find_exemption(till, request, lines, at)
    discounts, points = take_points(till, request, lines, promoted)
    today = local_date(at, zone=till.store.zone)
    basket = price_basket(
        lines, discounts, store=till.store, rates=rates, day=today, exemption=exemption
    )
    sale_cents = basket.total_cents + request.gift_cards_cents
    refuse_large_tip(request.tip_cents, sale_cents=sale_cents)
    return replace(basket, points=points)


def look_up(
    till: Till, lines: Sequence[LineRequest], now: datetime, *, at: datetime | None = None
) -> Shelf:
    """What these lines refer to, with the prices since `at`, or since now.

    Raises:
        BarcodeInvalid: a scan is no product code.
    """
    scans = {line.barcode for line in lines if line.barcode is not None}
    ids = {line.product_id for line in lines if line.product_id is not None}
    scanned, items = find_on_shelf(
        store=till.store, scans=scans, product_ids=ids, revision=till.revision, now=now, at=at
    )
    return Shelf(scanned, items)


def _rates_of(store: StoreProfile, today: date) -> TaxRates:
    rates = rates_on(store, today)
    if rates is None:
        raise StoreNotReady(f"No tax rates are on file for {store.county} on {today}.")
    return rates


def _refuse_unlawful(store: StoreProfile, item: Item, position: int, today: date) -> None:
    if not item.is_active:
        raise _not_sellable(position, f"{item.name} has been taken off the shelf.")
    obstacle = legal_obstacle(item.beverage, item.volume_ml, item.abv_percent)
    obstacle = obstacle or licence_obstacle(store, item.beverage, item.tax_class, today)
    if obstacle:
        raise _not_sellable(position, f"{item.name}: {obstacle}")


def _unit_price(
    item: Item, pack_size: int, scale_cents: int | None, prices: Prices
) -> tuple[int, str] | None:
    """The price of a pack and the edition that it is from; None where there is no price."""
    if scale_cents is not None:
        return scale_cents, ""
    price = prices.of_product(item)
    return None if price is None else (price * pack_size, prices.edition_of(item))


def _choose(item: Item, asked: LineRequest, position: int) -> tuple[ModifierChoice, ...]:
    """The modifiers of a line, in the order of the product's groups."""
    if not asked.modifier_ids and not item.modifier_groups:
        return ()
    wanted = set(asked.modifier_ids)
    known = {choice.id: choice for group in item.modifier_groups for choice in group.choices}
    if len(wanted) < len(asked.modifier_ids) or not wanted <= known.keys():
        raise _bad_modifiers(position, f"{item.name} does not come with one of these modifiers.")
    for group in item.modifier_groups:
        taken = sum(choice.id in wanted for choice in group.choices)
        if not group.minimum <= taken <= group.maximum:
            span = (
                f"{group.minimum}"
                if group.minimum == group.maximum
                else f"{group.minimum} to {group.maximum}"
            )
            raise _bad_modifiers(position, f"{item.name} takes {span} of {group.name}.")
    return tuple(choice for pk, choice in known.items() if pk in wanted)


def _bad_modifiers(position: int, detail: str) -> errors.ModifierInvalid:
    fault = _at(position, "modifiers", "modifier-invalid", detail)
    return errors.ModifierInvalid(detail, errors=[fault])


def _not_sellable(position: int, detail: str) -> errors.ProductNotSellable:
    fault = _at(position, "", "product-not-sellable", detail)
    return errors.ProductNotSellable(detail, errors=[fault])


def _at(position: int, field: str, code: str, detail: str) -> FieldError:
    pointer = f"/lines/{position}" + (f"/{field}" if field else "")
    return FieldError(pointer, code, detail)
