"""Cash is rounded to five cents by the table of the law, and nothing else is."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.money import round_to_nickel
from apps.payments.errors import TenderInsufficient
from apps.payments.rounding import (
    MOST_ROUNDED_BACK_CENTS,
    CashOfOrder,
    keep_of_cash,
    round_return,
    round_sale,
)
from apps.payments.rules import settle
from apps.payments.types import Tender, TenderKind

CARD = UUID(int=1)
NICKELS = st.integers(0, 4_000).map(lambda nickels: nickels * 5)
dues = st.integers(1, 20_000)


def cash(cents: int) -> Tender:
    return Tender(TenderKind.CASH, cents)


def card(cents: int) -> Tender:
    return Tender(TenderKind.CARD, cents, CARD)


@pytest.mark.parametrize(
    ("due", "kept"),
    list(enumerate([1000, 1000, 1000, 1005, 1005, 1005, 1005, 1005, 1010, 1010], start=1000)),
)
def test_the_table_of_the_law(due: int, kept: int) -> None:
    assert keep_of_cash(2_000, due) == kept
    assert round_sale(due, [cash(2_000)]) == kept - due


@given(due=dues, cash_cents=NICKELS, by_card=st.integers(0, 5_000))
def test_without_pennies_what_is_kept_and_the_change_are_nickels(
    due: int, cash_cents: int, by_card: int
) -> None:
    tenders = [card(by_card), cash(cash_cents)]
    try:
        settled = settle(due + by_card, tenders, rounds_cash=True)
    except TenderInsufficient:
        assert cash_cents < due
        return
    assert settled.change_cents % 5 == 0
    assert (cash_cents - settled.change_cents) % 5 == 0
    assert settled.cash_rounding_cents == cash_cents - settled.change_cents - due
    assert -2 <= settled.cash_rounding_cents <= 2


@given(due=dues, more=st.integers(0, 10))
def test_nobody_who_has_what_they_owe_is_sent_away(due: int, more: int) -> None:
    settled = settle(due, [cash(due + more)], rounds_cash=True)
    assert settled.change_cents >= 0
    assert settle(due, [cash(due)], rounds_cash=True).cash_rounding_cents == 0


@given(due=dues, cash_cents=st.integers(0, 20_000))
def test_with_the_switch_off_nothing_is_rounded(due: int, cash_cents: int) -> None:
    if cash_cents < due:
        with pytest.raises(TenderInsufficient):
            settle(due, [cash(cash_cents)])
        return
    settled = settle(due, [cash(cash_cents)])
    assert (settled.cash_rounding_cents, settled.change_cents) == (0, cash_cents - due)


def test_a_card_is_never_rounded() -> None:
    assert settle(1003, [card(1003)], rounds_cash=True).cash_rounding_cents == 0
    assert settle(1003, [card(1003), cash(0)], rounds_cash=True).cash_rounding_cents == 0


def test_of_a_split_payment_the_cash_part_is_rounded() -> None:
    settled = settle(1_503, [card(500), cash(1_005)], rounds_cash=True)
    assert (settled.cash_rounding_cents, settled.change_cents) == (2, 0)


def test_too_little_cash_says_what_is_missing_to_the_nickel() -> None:
    with pytest.raises(TenderInsufficient) as refusal:
        settle(1_003, [cash(1_000)], rounds_cash=True)
    assert refusal.value.facts["missing_cents"] == 5


def test_a_return_rounds_its_cash_part_alone() -> None:
    assert round_return(334, CashOfOrder(1_000, 1_000), rounds_cash=True) == 1
    assert round_return(0, CashOfOrder(1_000, 1_000), rounds_cash=True) == 0


@given(
    parts=st.lists(st.integers(1, 700), min_size=1, max_size=12),
    paid_exactly=st.booleans(),
    switches=st.lists(st.booleans(), min_size=12, max_size=12),
)
def test_returns_of_all_parts_hand_back_what_was_paid_and_never_more(
    *, parts: list[int], paid_exactly: bool, switches: list[bool]
) -> None:
    due = sum(parts)
    paid = due if paid_exactly else round_to_nickel(due)
    worth = handed = before = 0
    for part, rounds_cash in zip(parts, switches, strict=False):
        so_far = CashOfOrder(due, paid, worth, handed)
        rounding = round_return(part, so_far, rounds_cash=rounds_cash)
        assert abs(rounding) <= MOST_ROUNDED_BACK_CENTS
        assert part + rounding >= 0
        before = handed
        worth, handed = worth + part, handed + part + rounding
        assert handed <= max(paid, round_to_nickel(paid))
    whole = round_to_nickel(paid) if rounds_cash else paid
    assert handed == max(whole, before)  # what was handed back is not asked for again


@pytest.mark.parametrize("due", [3, 4, 5, 1_000])
def test_what_is_more_than_two_cents_is_not_let_off(due: int) -> None:
    for tenders in ([], [cash(0)], [card(1_000)], [card(1_000), cash(0)]):
        paid = sum(tender.amount_cents for tender in tenders)
        with pytest.raises(TenderInsufficient):
            settle(paid + due, tenders, rounds_cash=True)


@pytest.mark.parametrize("due", [1, 2])
def test_a_card_alone_leaves_no_cent_owed(due: int) -> None:
    with pytest.raises(TenderInsufficient):
        settle(1_000 + due, [card(1_000)], rounds_cash=True)
