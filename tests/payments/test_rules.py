"""Tenders cover the total, cards never pay more than it, and change comes out of cash alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.payments.errors import TenderExcess, TenderInsufficient
from apps.payments.rules import settle
from apps.payments.types import Settlement, Tender, TenderKind

amounts = st.integers(0, 10**9)


def cash(*cents: int) -> list[Tender]:
    return [Tender(TenderKind.CASH, amount) for amount in cents]


def card(*cents: int) -> list[Tender]:
    return [Tender(TenderKind.CARD, amount) for amount in cents]


@pytest.mark.parametrize("tenders", [cash(1070), card(1070), [*card(1000), *cash(70)]])
def test_an_exact_payment_gives_no_change(tenders: list[Tender]) -> None:
    assert settle(1070, tenders) == Settlement(tuple(tenders), change_cents=0)


@pytest.mark.parametrize(
    ("tenders", "change"),
    [(cash(2000), 930), (cash(1000, 100), 30), ([*card(1070), *cash(100)], 100)],
)
def test_cash_beyond_the_total_is_change(tenders: list[Tender], change: int) -> None:
    assert settle(1070, tenders).change_cents == change


def test_change_is_given_on_what_cash_adds_to_a_card() -> None:
    assert settle(1070, [*cash(100), *card(1000)]).change_cents == 30


@pytest.mark.parametrize(
    ("tenders", "missing"),
    [([], 1070), (cash(1069), 1), (card(1000), 70), ([*card(500), *cash(500)], 70)],
)
def test_too_little_is_refused_with_what_is_still_missing(
    tenders: list[Tender], missing: int
) -> None:
    with pytest.raises(TenderInsufficient) as refusal:
        settle(1070, tenders)
    assert refusal.value.facts == {"total_cents": 1070, "missing_cents": missing}


@pytest.mark.parametrize("tenders", [card(1071), card(1000, 71), [*card(1071), *cash(500)]])
def test_cards_are_not_charged_more_than_the_total(tenders: list[Tender]) -> None:
    with pytest.raises(TenderExcess) as refusal:
        settle(1070, tenders)
    assert refusal.value.facts == {"total_cents": 1070}


def test_a_total_of_nothing_needs_no_tender() -> None:
    assert settle(0, []) == Settlement((), change_cents=0)


def test_cash_for_a_total_of_nothing_goes_back_whole() -> None:
    assert settle(0, cash(500)).change_cents == 500


@given(total=amounts, paid=st.lists(amounts, max_size=5), charged=st.lists(amounts, max_size=3))
def test_what_is_taken_less_the_change_is_the_total(
    total: int, paid: list[int], charged: list[int]
) -> None:
    try:
        settled = settle(total, [*cash(*paid), *card(*charged)])
    except TenderExcess:
        assert sum(charged) > total
    except TenderInsufficient as refusal:
        missing = refusal.facts["missing_cents"]
        assert isinstance(missing, int)
        assert sum(paid) + sum(charged) + missing == total
        assert missing > 0
    else:
        taken = sum(tender.amount_cents for tender in settled.tenders)
        assert taken - settled.change_cents == total
        assert 0 <= settled.change_cents <= sum(paid)


@given(total=amounts, paid=st.lists(amounts, max_size=5))
def test_tenders_are_kept_as_they_were_offered(total: int, paid: list[int]) -> None:
    offered = cash(*paid, total)
    assert settle(total, offered).tenders == tuple(offered)
