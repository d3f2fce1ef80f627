"""The examples of docs/operations/promotions.md, to the cent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apps.catalog.promotions.types import PromotionKind, Selection
from tests.catalog.promotions.baskets import WINE, apply, explanation, line, promotion, total
from tests.catalog.promotions.brute import lowest_total

if TYPE_CHECKING:
    from apps.catalog.promotions.types import Promotion

WINES = Selection(categories=frozenset({WINE}))
THREE_FOR_TEN = promotion(1, PromotionKind.N_FOR_PRICE, units=3, amount_cents=1000)
TWO_AND_ONE = promotion(2, PromotionKind.BUY_GET, units=2, get_units=1, basis_points=10_000)
SIX_MIXED = promotion(3, PromotionKind.MIXED_CASE, units=6, basis_points=1000, selection=WINES)
CASE = promotion(4, PromotionKind.CASE, units=12, basis_points=1500)
TENTH_OFF = promotion(5, PromotionKind.PERCENT_OFF, basis_points=1000)
DOLLAR_OFF = promotion(6, PromotionKind.AMOUNT_OFF, amount_cents=100)
HAPPY_HOUR = promotion(7, PromotionKind.FIXED_PRICE, amount_cents=300, exclusive=True)
COUPON = promotion(8, PromotionKind.SALE_AMOUNT_OFF, amount_cents=500, from_cents=3000)


@pytest.mark.parametrize(
    ("promotions", "prices", "charged"),
    [
        ([THREE_FOR_TEN], [400, 400, 400], 1000),
        ([THREE_FOR_TEN], [400, 400], 800),
        ([THREE_FOR_TEN], [400, 400, 400, 400], 1400),
        ([THREE_FOR_TEN], [500, 500, 200], 1000),
        ([THREE_FOR_TEN], [300, 300, 300], 900),
        ([TWO_AND_ONE], [900, 700, 500], 1600),
        ([TWO_AND_ONE], [900, 900, 900, 500, 500, 500], 2800),
        ([SIX_MIXED], [1000] * 5, 5000),
        ([SIX_MIXED], [1000] * 7, 6300),
        ([CASE], [1000] * 13, 11_200),
        ([TENTH_OFF, DOLLAR_OFF], [1000], 800),
        ([TENTH_OFF, HAPPY_HOUR], [1000], 300),
        ([TENTH_OFF, HAPPY_HOUR], [310], 279),
        ([COUPON], [1500, 1499], 2999),
        ([COUPON], [1500, 1500], 2500),
        ([COUPON, TENTH_OFF], [1500, 1500], 2200),
    ],
)
def test_a_basket_costs_what_the_handbook_says(
    promotions: list[Promotion], prices: list[int], charged: int
) -> None:
    lines = [
        line(f"{n:02}", 1 if len(set(prices)) == 1 else n % 5 + 1, price)
        for n, price in enumerate(prices)
    ]
    assert total(lines, promotions) == charged


def test_the_cents_that_three_do_not_divide_are_paid_once() -> None:
    told = apply([line(f"{n}", n, 400) for n in (1, 2, 3)], [THREE_FOR_TEN])
    assert sorted(each.discount_cents for each in told) == [66, 67, 67]


def test_a_unit_cheaper_than_its_part_is_not_charged_more_than_its_shelf_price() -> None:
    told = explanation([line("a", 1, 500), line("b", 2, 500), line("c", 3, 200)], [THREE_FOR_TEN])
    assert [told[key].discount_cents for key in "abc"] == [100, 100, 0]


def test_a_bottle_is_a_bottle_however_it_was_packed() -> None:
    lines = [line("a", 1, 3000, pack_size=3), line("b", 2, 1000, 3)]
    assert total(lines, [SIX_MIXED]) == 5400


def test_the_floor_of_a_bottle_is_rounded_up() -> None:
    free = promotion(9, PromotionKind.PERCENT_OFF, basis_points=10_000)
    assert total([line("a", 1, 999, floor_percent=50)], [free]) == 500


def test_nothing_is_added_to_an_exclusive_deal() -> None:
    alone = promotion(9, PromotionKind.CASE, units=2, basis_points=1000, exclusive=True)
    assert total([line("a", 1, 1000, 2)], [alone, DOLLAR_OFF]) == 1800
    assert (
        total(
            [line("a", 1, 1000, 2)],
            [alone, promotion(6, PromotionKind.AMOUNT_OFF, amount_cents=101)],
        )
        == 1798
    )


def test_a_limit_is_kept_by_the_whole_sale() -> None:
    once = promotion(9, PromotionKind.N_FOR_PRICE, units=2, amount_cents=1000, limit=1)
    assert total([line("a", 1, 900, 4)], [once]) == 2800


def test_a_line_is_told_which_promotions_it_had_and_for_how_many_units() -> None:
    told = explanation([line("a", 1, 1000, 7)], [SIX_MIXED, DOLLAR_OFF])["a"]
    assert [(each.promotion.id, each.amount_cents, each.units) for each in told.applied] == [
        (3, 700, 7),
        (6, 700, 7),
    ]


def test_the_second_best_deal_gets_a_large_quantity_that_suits_it_better() -> None:
    nine = promotion(1, PromotionKind.N_FOR_PRICE, units=9, amount_cents=6300)
    four = promotion(2, PromotionKind.N_FOR_PRICE, units=4, amount_cents=2804)
    assert total([line("a", 1, 1000, 32)], [nine, four]) == 8 * 2804


def test_a_unit_that_saves_nothing_itself_may_complete_a_mixed_case() -> None:
    some = Selection(products=frozenset({2, 4, 5}))
    free = promotion(1, PromotionKind.MIXED_CASE, units=3, basis_points=10_000, selection=some)
    two, three = (
        promotion(n, PromotionKind.MIXED_CASE, units=n, basis_points=3333, exclusive=n > 2)
        for n in (2, 3)
    )
    lines = [line("a", 1, 7), line("b", 5, 1), line("c", 4, 99, 3), line("d", 3, 1)]
    assert total(lines, [free, two, three]) == 7 - 2 + 1


def test_of_equally_dear_bottles_the_one_that_saves_more_is_the_one_that_is_got() -> None:
    half = promotion(1, PromotionKind.BUY_GET, units=1, get_units=1, basis_points=5000)
    two = promotion(2, PromotionKind.PERCENT_OFF, basis_points=3333,
                    selection=Selection(products=frozenset({3})))  # fmt: skip
    lines = [line("a", 1, 777, floor_percent=60), line("b", 3, 777, floor_percent=60)]
    assert lowest_total(lines, [half, two]) == total(lines, [half, two]) == 777 - 310 + 777 - 259
