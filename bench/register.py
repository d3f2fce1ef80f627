"""The register: how long the promotions of a big basket take.

The mix is a chain's on a busy Saturday: 200 live promotions, most of them price cuts of some
products or a category, and fifty group deals, several of which compete for every bottle of wine,
beer and spirits. Baskets have a hundred lines, most of them wine, so that the deals meet.
"""

from __future__ import annotations

import random
import statistics
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from apps.catalog.promotions.pricing import take_promotions_off
from apps.catalog.promotions.running import Occasion, Offers
from apps.catalog.promotions.types import (
    Promotion,
    PromotionKind,
    Schedule,
    Selection,
    ShelfLine,
    Terms,
)
from apps.stores.types import BeverageType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.setting import Figures

LINES, BASKETS, ROUNDS, SEED = 100, 20, 7, 1887
PRODUCTS, CATEGORIES = 1_200, 24
SINGLES, CATEGORY_CUTS, DEALS = 110, 40, 50
KINDS = (BeverageType.WINE, BeverageType.SPIRITS, BeverageType.BEER, BeverageType.NONE)
DRINKS = KINDS[:3]
SHARES = (55, 20, 15, 10)  # of the lines of a basket, in percent
PERCENTS = (500, 1_000, 1_500, 2_000)
ALWAYS = Schedule(datetime(2026, 1, 1, tzinfo=UTC))
NOW = Occasion((datetime(2026, 11, 21, 22, 30, tzinfo=UTC),))


def measure() -> Figures:
    """Milliseconds of processor time that the slowest of the baskets takes, by median."""
    dice = random.Random(SEED)
    offers = Offers(promotions(dice), ZoneInfo("America/New_York"))
    baskets = [_basket(dice) for _ in range(BASKETS)]
    for lines in baskets:
        take_promotions_off(lines, offers, NOW)
    medians = [statistics.median(_time(lines, offers) for _ in range(ROUNDS)) for lines in baskets]
    return {"register.price_100_lines_ms": max(medians)}


def _time(lines: list[ShelfLine], offers: Offers) -> float:
    started = time.process_time()
    take_promotions_off(lines, offers, NOW)
    return (time.process_time() - started) * 1000


def _basket(dice: random.Random) -> list[ShelfLine]:
    """A line in six is a pack; of the others most are of one bottle, and some of a few."""
    lines = []
    for number in range(LINES):
        kind = dice.choices(range(len(KINDS)), SHARES)[0]
        product = dice.randrange(kind, PRODUCTS, len(KINDS))
        pack = dice.choices((1, 6, 12), (84, 12, 4))[0]
        quantity = 1 if pack > 1 else dice.choices((1, 2, 3), (70, 20, 10))[0]
        lines.append(
            ShelfLine(
                key=f"{number:03}",
                product_id=product,
                category_id=_category_of(product),
                beverage=KINDS[kind],
                quantity=quantity,
                pack_size=pack,
                unit_price_cents=_price_of(product) * pack,
                floor_percent=70,
            )
        )
    return lines


def _category_of(product: int) -> int:
    return product % CATEGORIES


def _price_of(product: int) -> int:
    return 599 + product * 7919 % 45 * 100


def promotions(dice: random.Random) -> Iterator[Promotion]:
    """The mix. Products and categories are numbers from nought; the caller puts them in place."""
    for pk in range(SINGLES + CATEGORY_CUTS):
        is_single = pk < SINGLES
        products = frozenset(dice.sample(range(PRODUCTS), dice.randint(1, 20)))
        category = frozenset({pk % CATEGORIES})
        yield Promotion(
            id=pk,
            code=f"CUT{pk}",
            name=f"Price cut {pk}",
            kind=dice.choice((PromotionKind.PERCENT_OFF, PromotionKind.AMOUNT_OFF)),
            terms=Terms(basis_points=dice.choice(PERCENTS), amount_cents=100),
            schedule=ALWAYS,
            selection=Selection(products=products) if is_single else Selection(categories=category),
            is_exclusive=dice.random() < 1 / 3,
            for_employees=not is_single and pk % 4 == 0,
        )
    for number in range(DEALS):
        yield _deal(dice, SINGLES + CATEGORY_CUTS + number, number)


def _deal(dice: random.Random, pk: int, number: int) -> Promotion:
    """Two mixed cases for each kind of drink; the others are for some bottles of a kind."""
    drink = number % len(DRINKS)
    own = range(drink, PRODUCTS, len(KINDS))
    some = Selection(products=frozenset(dice.sample(own, dice.randint(8, 30))))
    percent = dice.choice(PERCENTS)
    kind, terms = (
        (
            PromotionKind.N_FOR_PRICE,
            Terms(units=dice.randint(2, 4), amount_cents=dice.choice((2_000, 3_000, 5_000))),
        ),
        (PromotionKind.BUY_GET, Terms(units=2, get_units=1, basis_points=5_000)),
        (PromotionKind.CASE, Terms(units=12, basis_points=percent)),
        (PromotionKind.N_FOR_PRICE, Terms(units=3, amount_cents=3_500, limit=2)),
    )[number // len(DRINKS) % 4]
    if number < 2 * len(DRINKS):
        units = 6 if number < len(DRINKS) else 12
        some = Selection(beverages=frozenset({KINDS[drink]}))
        kind, terms = PromotionKind.MIXED_CASE, Terms(basis_points=400 + 100 * units, units=units)
    name = f"Deal {number}"
    return Promotion(
        id=pk, code=name, name=name, kind=kind, terms=terms, schedule=ALWAYS, selection=some
    )
