"""The lowest lawful price by looking at every way to put units together: slow, and plainly right.

Written from the definitions in docs/operations/promotions.md and from nothing of the engine.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING

from apps.catalog.promotions.types import PromotionKind as Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from apps.catalog.promotions.types import Promotion, ShelfLine

IMPOSSIBLE = -(10**12)
SINGLES = {Kind.PERCENT_OFF, Kind.AMOUNT_OFF, Kind.FIXED_PRICE}


@dataclass(frozen=True)
class Unit:
    number: int
    product: int
    price: int
    floor: int
    promotions: tuple[Promotion, ...]


def lowest_total(lines: Sequence[ShelfLine], promotions: Sequence[Promotion]) -> int:
    """What the customer pays before tax."""
    units = list(expand(lines, promotions))
    deals = sorted(
        {p for unit in units for p in unit.promotions if p.kind not in SINGLES}, key=lambda p: p.id
    )
    before_coupons = sum(unit.price for unit in units) - most_saved(tuple(units), tuple(deals))
    subtotal = sum(unit.price for unit in units)
    coupons = [
        p for p in promotions if p.kind is Kind.SALE_AMOUNT_OFF and subtotal >= p.terms.from_cents
    ]
    exclusive = [p.terms.amount_cents for p in coupons if p.is_exclusive]
    together = sum(p.terms.amount_cents for p in coupons if not p.is_exclusive)
    off = max([together, *exclusive])
    return max(sum(unit.floor for unit in units), before_coupons - off)


def expand(lines: Sequence[ShelfLine], promotions: Sequence[Promotion]) -> Iterator[Unit]:
    number = 0
    for line in lines:
        whole, rest = divmod(line.unit_price_cents, line.pack_size)
        prices = ([whole + 1] * rest + [whole] * (line.pack_size - rest)) * line.quantity
        for price in prices:
            exact = Decimal(price * line.floor_percent) / 100
            floor = int(exact.to_integral_value(ROUND_CEILING))
            yield Unit(number, line.product_id, price, floor, matching(line, promotions))
            number += 1


def matching(line: ShelfLine, promotions: Sequence[Promotion]) -> tuple[Promotion, ...]:
    found = []
    for p in promotions:
        chosen = p.selection
        is_everything = not (chosen.products or chosen.categories or chosen.beverages)
        is_named = (
            line.product_id in chosen.products
            or line.category_id in chosen.categories
            or line.beverage in chosen.beverages
        )
        is_sale = p.kind is Kind.SALE_AMOUNT_OFF
        if (is_everything or is_named) and line.product_id not in chosen.excluded and not is_sale:
            found.append(p)
    return tuple(found)


def most_saved(units: tuple[Unit, ...], deals: tuple[Promotion, ...]) -> int:
    """Give every deal any of the units that are left; the rest stand alone."""
    if not deals:
        return sum(saved_alone(unit) for unit in units)
    deal, *others = deals
    takers = [unit for unit in units if deal in unit.promotions]
    best = IMPOSSIBLE
    for count in range(len(takers) + 1):
        for taken in combinations(takers, count):
            saved = saved_by(deal, taken)
            if saved > IMPOSSIBLE:
                left = tuple(unit for unit in units if unit not in taken)
                best = max(best, saved + most_saved(left, tuple(others)))
    return best


@cache
def saved_by(deal: Promotion, taken: tuple[Unit, ...]) -> int:
    """The most these units save if exactly they take part in the deal."""
    terms = deal.terms
    if not taken:
        return 0
    if deal.kind is Kind.MIXED_CASE:
        if len(taken) < terms.units:
            return IMPOSSIBLE
        return sum(worth(deal, unit, share(unit.price, deal)) for unit in taken)
    size = terms.units + (terms.get_units if deal.kind is Kind.BUY_GET else 0)
    if len(taken) % size or (terms.limit is not None and len(taken) > terms.limit * size):
        return IMPOSSIBLE
    first, *rest = taken
    best = IMPOSSIBLE
    for mates in combinations(rest, size - 1):
        others = tuple(unit for unit in rest if unit not in mates)
        remaining = saved_by(deal, others)  # fewer units: within the limit all the more
        if remaining > IMPOSSIBLE:
            best = max(best, saved_by_group(deal, (first, *mates)) + remaining)
    return best


@cache
def saved_by_group(deal: Promotion, group: tuple[Unit, ...]) -> int:
    terms = deal.terms
    if deal.kind is Kind.N_FOR_PRICE:
        part, odd = divmod(terms.amount_cents, terms.units)
        return sum(worth(deal, u, u.price - max(part, u.floor)) for u in group) - odd
    if deal.kind is Kind.CASE:
        if len({(unit.product, unit.price) for unit in group}) > 1:
            return IMPOSSIBLE
        return sum(worth(deal, unit, share(unit.price, deal)) for unit in group)
    best = IMPOSSIBLE
    for got in combinations(group, terms.get_units):
        bought = [unit for unit in group if unit not in got]
        if max(unit.price for unit in got) <= min(unit.price for unit in bought):
            saved = sum(worth(deal, unit, share(unit.price, deal)) for unit in got)
            best = max(best, saved + sum(worth(deal, unit, 0) for unit in bought))
    return best


def worth(deal: Promotion, unit: Unit, gain: int) -> int:
    """All that comes off a unit in a group that takes `gain` off it."""
    return min(unit.price - unit.floor, gain + (0 if deal.is_exclusive else combined(unit)))


def saved_alone(unit: Unit) -> int:
    room = unit.price - unit.floor
    alone = [single(p, unit.price) for p in unit.promotions if p.kind in SINGLES and p.is_exclusive]
    return max([combined(unit), *(min(room, gain) for gain in alone)])


def combined(unit: Unit) -> int:
    gains = [
        single(p, unit.price) for p in unit.promotions if p.kind in SINGLES and not p.is_exclusive
    ]
    return min(unit.price - unit.floor, sum(gains))


def single(promotion: Promotion, price: int) -> int:
    if promotion.kind is Kind.PERCENT_OFF:
        return share(price, promotion)
    if promotion.kind is Kind.AMOUNT_OFF:
        return promotion.terms.amount_cents
    return max(0, price - promotion.terms.amount_cents)


def share(price: int, promotion: Promotion) -> int:
    exact = Decimal(price) * promotion.terms.basis_points / 10_000
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))
