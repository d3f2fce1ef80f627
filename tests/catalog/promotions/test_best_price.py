"""The engine gives the lowest lawful total, and the same one however the basket came about."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from apps.catalog.promotions import pricing
from apps.catalog.promotions.gains import floor_of
from apps.catalog.promotions.types import GROUP_KINDS
from tests.catalog.promotions.baskets import (
    apply,
    baskets,
    explanation,
    following_every_unit,
    line,
    promotion_lists,
    total,
)
from tests.catalog.promotions.brute import lowest_total

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apps.catalog.promotions.types import Promotion, ShelfLine

searched = settings(max_examples=150)


@searched
@given(lines=baskets(), promotions=promotion_lists())
def test_the_total_is_what_a_search_through_every_assignment_finds(
    lines: list[ShelfLine], promotions: list[Promotion]
) -> None:
    assert total(lines, promotions) == lowest_total(lines, promotions)


@searched
@given(lines=baskets(), promotions=promotion_lists(5, GROUP_KINDS))
def test_deals_that_compete_for_the_same_units_are_settled_at_the_best(
    lines: list[ShelfLine], promotions: list[Promotion]
) -> None:
    assert total(lines, promotions) == lowest_total(lines, promotions)


@given(lines=baskets(30), promotions=promotion_lists(8), data=st.data())
def test_no_order_of_the_lines_changes_what_any_of_them_is_told(
    lines: list[ShelfLine], promotions: list[Promotion], data: st.DataObject
) -> None:
    mixed = data.draw(st.permutations(lines))
    assert explanation(mixed, promotions) == explanation(lines, promotions)


@given(lines=baskets(30), promotions=promotion_lists(8), data=st.data())
def test_scanning_twice_costs_what_scanning_once_costs(
    lines: list[ShelfLine], promotions: list[Promotion], data: st.DataObject
) -> None:
    chosen = data.draw(st.sampled_from(lines))
    others = [each for each in lines if each is not chosen]
    first = data.draw(st.integers(0, chosen.quantity))
    halves = [
        replace(chosen, key=f"{chosen.key}{mark}", quantity=quantity)
        for mark, quantity in (("a", first), ("b", chosen.quantity - first))
        if quantity
    ]
    assert total([*others, *halves], promotions) == total(lines, promotions)


@given(lines=baskets(30), promotions=promotion_lists(8))
def test_a_line_is_never_charged_less_than_its_floor_or_more_than_its_shelf_price(
    lines: list[ShelfLine], promotions: list[Promotion]
) -> None:
    for each, told in zip(lines, apply(lines, promotions), strict=True):
        whole, rest = divmod(each.unit_price_cents, each.pack_size)
        prices = [whole + 1] * rest + [whole] * (each.pack_size - rest)
        floor = each.quantity * sum(floor_of(price, each.floor_percent) for price in prices)
        assert 0 <= told.discount_cents <= each.shelf_cents - floor
        assert told.discount_cents == sum(applied.amount_cents for applied in told.applied)
        assert all(applied.amount_cents > 0 for applied in told.applied)


@given(lines=baskets(30), promotions=promotion_lists(8))
def test_one_more_promotion_never_raises_the_total(
    lines: list[ShelfLine], promotions: list[Promotion]
) -> None:
    if total(lines, promotions) > total(lines, promotions[:-1]):  # the budget may have ended
        with a_budget_of(1_000_000):
            assert total(lines, promotions) <= total(lines, promotions[:-1])


@contextmanager
def a_budget_of(states: int) -> Iterator[None]:
    """So much room to look for the best, instead of what a till may spend."""
    usual, pricing.MOST_STATES = pricing.MOST_STATES, states
    try:
        yield
    finally:
        pricing.MOST_STATES = usual


@given(lines=baskets(30), promotions=promotion_lists(8))
def test_no_id_has_a_say_in_the_total(lines: list[ShelfLine], promotions: list[Promotion]) -> None:
    renumbered = [replace(each, id=100 - each.id) for each in promotions]
    rekeyed = [replace(each, key=f"{9 - int(each.key)}") for each in lines]
    assert total(rekeyed, renumbered) == total(lines, promotions)


@settings(max_examples=40)
@given(promotions=promotion_lists(6), quantity=st.integers(25, 120))
def test_putting_large_quantities_aside_saves_no_less_than_following_every_unit(
    promotions: list[Promotion], quantity: int
) -> None:
    lines = [line("0", 1, 1299, quantity, floor_percent=50), line("1", 2, 999, 2)]
    put_aside = total(lines, promotions)
    with following_every_unit():
        assert put_aside <= total(lines, promotions)  # which may run out of its budget
