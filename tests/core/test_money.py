"""Money is exact: one rounding, shares that sum to the whole, dollars read as written."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.money import allocate, format_cents, parse_dollars, round_half_up, round_to_nickel

cents = st.integers(min_value=-(10**9), max_value=10**9)
weights = st.lists(st.integers(min_value=0, max_value=10**6), min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("exact", "rounded"),
    [("2.475", 2), ("2.5", 3), ("2.4999", 2), ("-2.5", -3), ("0", 0), ("22.945", 23)],
)
def test_a_half_cent_is_rounded_away_from_zero_and_never_twice(exact: str, rounded: int) -> None:
    assert round_half_up(Decimal(exact)) == rounded


@given(total=cents, weights=weights.filter(any))
def test_shares_always_sum_to_the_whole(total: int, weights: list[int]) -> None:
    assert sum(allocate(total, weights)) == total


@given(total=cents, weights=weights.filter(any))
def test_no_share_is_a_cent_or_more_from_its_exact_value(total: int, weights: list[int]) -> None:
    for share, weight in zip(allocate(total, weights), weights, strict=True):
        assert abs(share - Decimal(total) * weight / sum(weights)) < 1


def test_equal_remainders_go_to_the_earlier_share() -> None:
    assert allocate(2, [1, 1, 1]) == (1, 1, 0)


def test_nothing_can_be_cut_by_no_weight_at_all() -> None:
    assert allocate(0, [0, 0]) == (0, 0)


def test_an_amount_is_never_cut_by_no_weight_at_all() -> None:
    with pytest.raises(ValueError, match="all weights are zero"):
        allocate(1, [0, 0])


def test_a_negative_weight_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        allocate(1, [2, -1])


@pytest.mark.parametrize(
    ("exact", "paid"),
    [(1001, 1000), (1002, 1000), (1003, 1005), (1004, 1005), (1005, 1005), (1006, 1005),
     (1007, 1005), (1008, 1010), (1009, 1010), (1010, 1010)],
)  # fmt: skip
def test_cash_is_rounded_to_the_nearest_nickel(exact: int, paid: int) -> None:
    assert round_to_nickel(exact) == paid


@given(cents.filter(lambda amount: amount >= 0))
def test_dollars_are_read_as_they_are_written(amount: int) -> None:
    assert parse_dollars(format_cents(amount)) == amount


@pytest.mark.parametrize("text", ["", "1.234", "12,34", "-1", "1e3", "١٢", "abc", "1.", "$"])
def test_what_is_not_an_amount_of_dollars_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"12\.50"):
        parse_dollars(text)


def test_negative_dollars_carry_their_sign_in_front() -> None:
    assert format_cents(-123456) == "-$1,234.56"
