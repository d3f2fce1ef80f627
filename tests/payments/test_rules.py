"""Tenders cover the total, cards never pay more than it, and change comes out of cash alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.payments.errors import TenderExcess, TenderInsufficient
from apps.payments.reader_types import Address
from apps.payments.rules import (
    PAYMENT_MOVES,
    REFUND_MOVES,
    parts_of_address,
    settle,
    status_after_refunds,
    status_of_intent,
)
from apps.payments.types import (
    Intent,
    PaymentStatus,
    RefundStatus,
    Settlement,
    Tender,
    TenderKind,
)
from tests.conftest import NOON

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


@pytest.mark.parametrize("status", [PaymentStatus.FAILED, PaymentStatus.CANCELED])
def test_what_has_failed_or_was_cancelled_never_moves_again(status: PaymentStatus) -> None:
    assert PAYMENT_MOVES[status] == frozenset()


def test_money_that_was_taken_is_never_merely_authorized_again() -> None:
    taken = {
        PaymentStatus.CAPTURED,
        PaymentStatus.PARTIALLY_REFUNDED,
        PaymentStatus.REFUNDED,
    }
    for status in taken:
        assert PAYMENT_MOVES[status] <= taken


def test_every_status_has_its_moves() -> None:
    assert PAYMENT_MOVES.keys() == set(PaymentStatus)
    assert REFUND_MOVES.keys() == set(RefundStatus)


def test_no_status_follows_itself() -> None:
    assert not [status for status, targets in PAYMENT_MOVES.items() if status in targets]
    assert not [status for status, targets in REFUND_MOVES.items() if status in targets]


@given(captured=st.integers(1, 10**9), share=st.floats(0, 1))
def test_a_payment_is_called_by_what_has_gone_back(captured: int, share: float) -> None:
    refunded = int(captured * share)
    status = status_after_refunds(captured, refunded)
    assert (status is PaymentStatus.CAPTURED) == (refunded == 0)
    assert (status is PaymentStatus.REFUNDED) == (refunded == captured)


def intent(status: str, *, is_at_reader: bool, decline_code: str = "") -> Intent:
    return Intent(
        "pi_1",
        status,
        2139,
        0,
        0,
        "USD",
        NOON,
        decline_code=decline_code,
        is_at_reader=is_at_reader,
    )


@pytest.mark.parametrize(
    ("is_at_reader", "decline_code", "status"),
    [
        (True, "", PaymentStatus.PENDING),
        (True, "generic_decline", PaymentStatus.FAILED),
        (False, "", PaymentStatus.FAILED),
        (False, "generic_decline", PaymentStatus.FAILED),
    ],
)
def test_only_at_a_reader_the_card_may_still_come(
    *, is_at_reader: bool, decline_code: str, status: PaymentStatus
) -> None:
    seen = intent("requires_payment_method", is_at_reader=is_at_reader, decline_code=decline_code)
    assert status_of_intent(seen) is status


@pytest.mark.parametrize(
    ("shown", "status"),
    [
        ("requires_capture", PaymentStatus.AUTHORIZED),
        ("succeeded", PaymentStatus.CAPTURED),
        ("canceled", PaymentStatus.CANCELED),
        ("processing", PaymentStatus.PROCESSING),
        ("requires_action", PaymentStatus.FAILED),
    ],
)
def test_elsewhere_an_intent_means_the_same_at_a_reader(shown: str, status: PaymentStatus) -> None:
    for is_at_reader in (True, False):
        assert status_of_intent(intent(shown, is_at_reader=is_at_reader)) is status


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        (
            "6821 W Broward Blvd, Plantation, FL 33317",
            ("6821 W Broward Blvd", "Plantation", "FL", "33317"),
        ),
        (
            "1 Main St, Unit 2\nMiami, FL 33101-1234",
            ("1 Main St, Unit 2", "Miami", "FL", "33101-1234"),
        ),
        ("1 Main Street", ("1 Main Street", "", "", "")),
        ("", ("", "", "", "")),
    ],
)
def test_an_address_is_taken_apart_where_it_can_be(address: str, parts: tuple[str, ...]) -> None:
    assert parts_of_address(address) == Address(*parts)
