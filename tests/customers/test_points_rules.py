"""What earns points, what they take off, and how they are shared out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.customers.points_rules import (
    counts,
    earned_on,
    left_of_share,
    points_for,
    share_out,
    worth_of,
)
from apps.customers.types import Programme
from apps.stores.types import BeverageType, TaxClass

amounts = st.integers(0, 10_000_000)


def programme(
    *, alcohol: bool = False, classes: frozenset[str] = frozenset(), worth: int = 100
) -> Programme:
    return Programme(1, "Regulars", 1, alcohol, classes, worth, 100)


@pytest.mark.parametrize(
    ("beverage", "tax_class", "alcohol", "classes", "expected"),
    [
        (BeverageType.SPIRITS, TaxClass.ALCOHOL, False, frozenset(), False),
        (BeverageType.SPIRITS, TaxClass.ALCOHOL, True, frozenset(), True),
        (BeverageType.NONE, TaxClass.SNACK, False, frozenset(), True),
        (BeverageType.NONE, TaxClass.SNACK, False, frozenset({"CANDY"}), False),
        (BeverageType.NONE, TaxClass.CANDY, False, frozenset({"CANDY"}), True),
    ],
)
def test_goods_count_by_their_kind(
    beverage: BeverageType,
    tax_class: TaxClass,
    *,
    alcohol: bool,
    classes: frozenset[str],
    expected: bool,
) -> None:
    assert counts(programme(alcohol=alcohol, classes=classes), beverage, tax_class) is expected


@given(amounts, st.integers(1, 100))
def test_a_sale_never_earns_more_than_its_dollars_and_less_than_a_point_too_few(
    net_cents: int, rate: int
) -> None:
    earned = earned_on(net_cents, rate)
    assert earned * 100 <= net_cents * rate < (earned + 1) * 100


@given(amounts, st.integers(1, 10_000))
def test_the_most_points_for_an_amount_are_worth_no_more_and_one_more_would_be(
    cents: int, worth: int
) -> None:
    terms = programme(worth=worth)
    most = points_for(cents, terms)
    assert worth_of(most, terms) <= cents < worth_of(most + 1, terms)


@given(st.lists(amounts, min_size=1, max_size=8), st.data())
def test_points_take_no_more_off_a_line_than_there_is_room_for(
    rooms: list[int], data: st.DataObject
) -> None:
    cents = data.draw(st.integers(0, sum(rooms)))
    shares = share_out(cents, rooms)
    assert sum(shares) == cents
    assert all(share <= room for share, room in zip(shares, rooms, strict=True))


@given(amounts, st.integers(1, 1_000), st.data())
def test_what_stays_used_falls_to_nothing_as_units_come_back(
    points: int, sold: int, data: st.DataObject
) -> None:
    some = data.draw(st.integers(0, sold))
    assert left_of_share(points, sold, 0) == points
    assert 0 <= left_of_share(points, sold, some) <= points
    assert left_of_share(points, sold, sold) == 0
