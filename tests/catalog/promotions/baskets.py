"""Random baskets and promotions of all kinds, small enough to be searched, and bound to clash."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from apps.catalog.promotions import bulk
from apps.catalog.promotions.pricing import apply_promotions
from apps.catalog.promotions.types import (
    Promotion,
    PromotionKind,
    Schedule,
    Selection,
    ShelfLine,
    Terms,
)
from apps.stores.types import BeverageType
from tests.catalog.promotions.brute import matching

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from apps.catalog.promotions.types import LineDiscount

ALWAYS = Schedule(datetime(2026, 1, 1, tzinfo=UTC))
WINE, BEER, SODA = 1, 2, 3
BEVERAGES = {WINE: BeverageType.WINE, BEER: BeverageType.BEER, SODA: BeverageType.NONE}
CATEGORY_OF = {1: WINE, 2: WINE, 3: WINE, 4: BEER, 5: BEER, 6: SODA}
MOST_UNITS = 8
PRICES = [1, 7, 99, 100, 101, 333, 500, 999, 1000, 1299, 2500]


def line(key: str, product: int, price: int, quantity: int = 1, **fields: int) -> ShelfLine:
    """A line of one of the six products."""
    category = CATEGORY_OF[product]
    return ShelfLine(
        key=key,
        product_id=product,
        category_id=category,
        beverage=BEVERAGES[category],
        quantity=quantity,
        pack_size=fields.get("pack_size", 1),
        unit_price_cents=price,
        floor_percent=fields.get("floor_percent", 0),
    )


def promotion(pk: int, kind: PromotionKind, *, exclusive: bool = False, **fields: Any) -> Promotion:
    """A promotion that always runs, of everything unless `selection` says otherwise."""
    selection = fields.pop("selection", Selection())
    return Promotion(
        id=pk,
        code=f"P{pk}",
        name=f"Promotion {pk}",
        kind=kind,
        terms=Terms(**fields),
        schedule=ALWAYS,
        selection=selection,
        is_exclusive=exclusive,
    )


def apply(lines: Sequence[ShelfLine], promotions: Sequence[Promotion]) -> tuple[LineDiscount, ...]:
    """What the engine takes off each line."""
    running = [matching(each, promotions) for each in lines]
    for_sale = [each for each in promotions if each.kind is PromotionKind.SALE_AMOUNT_OFF]
    return apply_promotions(lines, running, for_sale)


def total(lines: Sequence[ShelfLine], promotions: Sequence[Promotion]) -> int:
    """What the customer pays before tax."""
    discounts = apply(lines, promotions)
    return sum(each.shelf_cents for each in lines) - sum(d.discount_cents for d in discounts)


def explanation(lines: Sequence[ShelfLine], promotions: Sequence[Promotion]) -> dict[str, Any]:
    """What each line is told, by its key."""
    told = apply(lines, promotions)
    return {each.key: one for each, one in zip(lines, told, strict=True)}


PERCENT = st.sampled_from([500, 1000, 1250, 1500, 3333, 5000, 10000])
AMOUNT = st.sampled_from([1, 50, 99, 100, 250, 500, 1000, 2000, 2999])
LIMIT = st.one_of(st.none(), st.integers(1, 2))
FIELDS: dict[PromotionKind, dict[str, st.SearchStrategy[int | None]]] = {
    PromotionKind.PERCENT_OFF: {"basis_points": PERCENT},
    PromotionKind.AMOUNT_OFF: {"amount_cents": AMOUNT},
    PromotionKind.FIXED_PRICE: {"amount_cents": AMOUNT},
    PromotionKind.N_FOR_PRICE: {
        "units": st.integers(2, 4),
        "amount_cents": AMOUNT,
        "limit": LIMIT,
    },
    PromotionKind.BUY_GET: {
        "units": st.integers(1, 3),
        "get_units": st.integers(1, 2),
        "basis_points": PERCENT,
        "limit": LIMIT,
    },
    PromotionKind.MIXED_CASE: {"units": st.integers(2, 6), "basis_points": PERCENT},
    PromotionKind.CASE: {"units": st.integers(2, 4), "basis_points": PERCENT, "limit": LIMIT},
    PromotionKind.SALE_AMOUNT_OFF: {"amount_cents": AMOUNT, "from_cents": AMOUNT},
}


@contextmanager
def following_every_unit() -> Iterator[None]:
    """Let nothing be put aside: as slow as it is sure."""
    before, bulk.SMALL = bulk.SMALL, 10**9
    try:
        yield
    finally:
        bulk.SMALL = before


@st.composite
def selections(draw: st.DrawFn) -> Selection:
    return Selection(
        products=frozenset(draw(st.sets(st.sampled_from(list(CATEGORY_OF)), max_size=3))),
        categories=frozenset(draw(st.sets(st.sampled_from([WINE, BEER, SODA]), max_size=2))),
        beverages=frozenset(draw(st.sets(st.sampled_from(list(BEVERAGES.values())), max_size=1))),
        excluded=frozenset(draw(st.sets(st.sampled_from(list(CATEGORY_OF)), max_size=1))),
    )


@st.composite
def promotion_lists(
    draw: st.DrawFn, most: int = 6, kinds: Collection[PromotionKind] = tuple(PromotionKind)
) -> list[Promotion]:
    made = []
    for pk in range(1, draw(st.integers(1, most)) + 1):
        kind = draw(st.sampled_from(sorted(kinds)))
        is_sale = kind is PromotionKind.SALE_AMOUNT_OFF
        fields: dict[str, Any] = draw(st.fixed_dictionaries(FIELDS[kind]))
        fields["selection"] = Selection() if is_sale else draw(selections())
        made.append(promotion(pk, kind, exclusive=draw(st.booleans()), **fields))
    return made


@st.composite
def baskets(draw: st.DrawFn, most_units: int = MOST_UNITS) -> list[ShelfLine]:
    """Up to eight lines. A product has one price, but for what is sold by weight."""
    prices = {product: draw(st.sampled_from(PRICES)) for product in CATEGORY_OF}
    floor = draw(st.sampled_from([0, 0, 50, 90]))
    lines, units = [], 0
    for number in range(draw(st.integers(1, MOST_UNITS))):
        product = draw(st.sampled_from(list(CATEGORY_OF)))
        quantity, pack = draw(st.sampled_from([(1, 1), (1, 1), (1, 1), (2, 1), (3, 1), (1, 3)]))
        units += quantity * pack
        if units > most_units:
            break
        price = draw(st.sampled_from(PRICES)) if product == SODA else prices[product]
        own_floor = floor if BEVERAGES[CATEGORY_OF[product]] is not BeverageType.NONE else 0
        fields = {"pack_size": pack, "floor_percent": own_floor}
        lines.append(line(f"{number}", product, price * pack + pack // 3, quantity, **fields))
    return lines or [line("0", 1, prices[1])]
