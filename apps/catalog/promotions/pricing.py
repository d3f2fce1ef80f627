"""The lowest lawful price of a basket under the promotions that run, and why it is that.

The total does not depend on the order of the lines, on ids, or on whether a product was scanned
once or twice; ids only decide which of two equally good promotions is named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.catalog.promotions.components import find_components
from apps.catalog.promotions.gains import classify, floor_of
from apps.catalog.promotions.sharing import Ledger, share_sale, share_units
from apps.catalog.promotions.solving import solve
from apps.catalog.promotions.walking import Budget

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from apps.catalog.promotions.gains import UnitClass
    from apps.catalog.promotions.running import Occasion, Offers
    from apps.catalog.promotions.types import LineDiscount, Promotion, ShelfLine

MOST_STATES = 6_000  # that may be followed for one basket


def take_promotions_off(
    lines: Sequence[ShelfLine], offers: Offers, occasion: Occasion
) -> tuple[LineDiscount, ...]:
    """What comes off each line on an occasion, by promotion."""
    running = offers.running(occasion)
    of_lines = [
        tuple(
            promotion
            for promotion in offers.of_product(line.product_id, line.category_id, line.beverage)
            if promotion.id in running
        )
        for line in lines
    ]
    of_sale = [promotion for promotion in offers.of_sale() if promotion.id in running]
    return apply_promotions(lines, of_lines, of_sale)


def apply_promotions(
    lines: Sequence[ShelfLine],
    running: Sequence[Sequence[Promotion]],
    for_sale: Sequence[Promotion] = (),
) -> tuple[LineDiscount, ...]:
    """What comes off each line, by promotion.

    `running` are, for each line, the promotions of its product that apply now, by id; lines of one
    product have the same. `for_sale` are those of the whole sale.
    """
    ledger = Ledger(lines)
    classes = _classes(lines, running)
    seated: list[dict[tuple[int, int], int]] = [{} for _ in classes]
    position_of = {id(units): position for position, units in enumerate(classes)}
    budget = Budget(MOST_STATES)
    for component in find_components(classes):
        for (position, number, place), count in solve(component, budget).items():
            seats = seated[position_of[id(component.classes[position])]]
            seats[component.deals[number].promotion.id, place] = count
    share_units(ledger, classes, seated)
    for promotion in _best_for_sale(lines, for_sale):
        share_sale(ledger, list(_rooms(ledger, lines)), promotion)
    return ledger.close()


def _classes(lines: Sequence[ShelfLine], running: Sequence[Sequence[Promotion]]) -> list[UnitClass]:
    """The units of all lines by class, in canonical order: from the dearest to the cheapest.

    Of the same price, those with more room above floor and other promotions come first.
    """
    classes: dict[tuple[int, int, int], UnitClass] = {}
    for line in sorted(range(len(lines)), key=lambda line: lines[line].key):
        if not running[line]:
            continue
        for price, count in _units(lines[line]):
            floor = floor_of(price, lines[line].floor_percent)
            key = (lines[line].product_id, price, floor)
            units = classes.get(key)
            if units is None:
                units = classes[key] = classify(price, floor, key[0], running[line])
            units.count += count
            units.lots.append((line, count))
    return sorted(
        classes.values(),
        key=lambda units: (-units.price, units.floor, units.stack, units.base, units.product_id),
    )


def _units(line: ShelfLine) -> Iterator[tuple[int, int]]:
    """Shelf prices of a line's base units, with how many have each.

    A pack's price is cut into cents by largest remainder: no two units differ by more than one.
    """
    price, dearer = divmod(line.unit_price_cents, line.pack_size)
    if dearer:
        yield price + 1, dearer * line.quantity
    yield price, (line.pack_size - dearer) * line.quantity


def _best_for_sale(lines: Sequence[ShelfLine], for_sale: Iterable[Promotion]) -> list[Promotion]:
    """All combinable promotions of the sale together, or the one exclusive one that beats them."""
    subtotal = sum(line.shelf_cents for line in lines)
    reached = [
        promotion
        for promotion in sorted(for_sale, key=lambda promotion: promotion.id)
        if subtotal >= promotion.terms.from_cents
    ]
    together = [promotion for promotion in reached if not promotion.is_exclusive]
    alone = max(
        (promotion for promotion in reached if promotion.is_exclusive),
        key=lambda promotion: (promotion.terms.amount_cents, -promotion.id),
        default=None,
    )
    if alone and alone.terms.amount_cents > sum(each.terms.amount_cents for each in together):
        return [alone]
    return together


def _rooms(ledger: Ledger, lines: Sequence[ShelfLine]) -> Iterator[tuple[int, int]]:
    """What is left of each line above its floor, in an order that is the lines' own."""
    order = sorted(range(len(lines)), key=lambda line: lines[line].key)
    for line in order:
        floors = sum(
            floor_of(price, lines[line].floor_percent) * count
            for price, count in _units(lines[line])
        )
        yield line, lines[line].shelf_cents - ledger.taken_off(line) - floors
