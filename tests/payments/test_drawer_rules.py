"""The arithmetic of a drawer, to the cent, and the counts that can be no counts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.payments.drawer_rules import (
    DENOMINATIONS,
    count_drawer,
    effect_of,
    expect,
    must_recount,
    shift_for,
)
from apps.payments.drawer_types import CashMovementKind, CashTaken, Drawer
from apps.payments.errors import DenominationUnknown, ShiftNotOpen

CENTS = st.integers(0, 10**9)
MOVED = st.dictionaries(st.sampled_from(CashMovementKind), CENTS)
CASH = st.builds(CashTaken, CENTS, CENTS, CENTS)
COUNTS = st.dictionaries(st.sampled_from(DENOMINATIONS["USD"]), st.integers(0, 10_000))


def count(counted: dict[str, int], currency: str = "USD") -> Any:
    return count_drawer(counted, currency=currency, key="k")


@given(float_cents=CENTS, cash=CASH, moved=MOVED)
def test_a_drawer_holds_its_float_what_came_in_and_less_what_went_out(
    float_cents: int, cash: CashTaken, moved: dict[CashMovementKind, int]
) -> None:
    sign = {"PAY_IN": 1, "PAY_OUT": -1, "DROP": -1, "NO_SALE": 0, "VARIANCE": 1}
    through = sum(sign[kind] * cents for kind, cents in moved.items())
    taken = cash.sales_cents - cash.voids_cents - cash.returns_cents
    assert expect(Drawer(float_cents, cash, moved)) == float_cents + taken + through


@given(float_cents=CENTS, cash=CASH, moved=MOVED, counted=CENTS)
def test_with_its_variance_a_drawer_comes_to_what_was_counted(
    float_cents: int, cash: CashTaken, moved: dict[CashMovementKind, int], counted: int
) -> None:
    moved.pop(CashMovementKind.VARIANCE, None)
    variance = counted - expect(Drawer(float_cents, cash, moved))
    after = {**moved, CashMovementKind.VARIANCE: variance}
    assert expect(Drawer(float_cents, cash, after)) == counted


@given(cents=CENTS)
def test_opening_a_drawer_for_no_sale_moves_nothing(cents: int) -> None:
    assert effect_of(CashMovementKind.NO_SALE, cents) == 0


@given(counted=COUNTS)
def test_a_count_comes_to_the_sum_of_its_coins_and_notes(counted: dict[int, int]) -> None:
    read = count({str(value): number for value, number in counted.items()})
    assert read.cents == sum(value * number for value, number in counted.items())
    assert read.denominations == counted


@pytest.mark.parametrize(
    "name", ["3", "0", "-1", "01", "1.0", "1e2", " 1", "", "²", "\u0661", "12345678", "a/b~c"]
)
def test_what_is_no_coin_or_note_is_refused_and_pointed_at(name: str) -> None:
    with pytest.raises(DenominationUnknown) as refusal:
        count({"100": 1, name: 1})
    escaped = name.replace("~", "~0").replace("/", "~1")
    assert [fault.pointer for fault in refusal.value.errors] == [f"/counted/{escaped}"]


def test_a_currency_without_a_table_is_counted_by_whole_cents() -> None:
    assert count({"3": 2, "20": 1}, currency="EUR").cents == 26
    with pytest.raises(DenominationUnknown):
        count({"0": 1}, currency="EUR")


@pytest.mark.parametrize(
    ("variance", "limit", "earlier", "again"),
    [
        (500, 500, 0, False),
        (501, 500, 0, True),
        (-501, 500, 0, True),
        (-500, 500, 0, False),
        (1, 0, 0, True),
        (0, 0, 0, False),
        (10**9, None, 0, False),
        (10**9, 500, 1, False),
    ],
)
def test_a_first_count_beyond_the_limit_is_made_again_and_a_second_is_not(
    variance: int, limit: int | None, earlier: int, *, again: bool
) -> None:
    asked = must_recount(variance_cents=variance, limit_cents=limit, earlier_counts=earlier)
    assert asked is again


def test_a_till_that_keeps_no_drawer_needs_no_shift_and_any_other_does() -> None:
    assert shift_for(None, has_had_shifts=False) is None
    with pytest.raises(ShiftNotOpen):
        shift_for(None, has_had_shifts=True)
