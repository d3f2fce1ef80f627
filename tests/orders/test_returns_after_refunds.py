"""Goods come back whose money a card has already, or never gave: nothing is sent twice."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest

from apps.orders.models import OrderLine
from apps.payments.models import Payment, Refund, Tender
from apps.payments.selectors import find_payment_drift
from apps.payments.services.settling import settle_payments
from tests.orders.returns import cash, some_of
from tests.orders.test_card_returns import BAG, ReturnDesk, assert_books_are_whole
from tests.payments.api.test_cards import later
from tests.payments.books import make_dispute
from tests.payments.conftest import stripe

if TYPE_CHECKING:
    from sandbox.stripe.server import Simulator

__all__ = ["stripe"]
pytestmark = pytest.mark.django_db(transaction=True)


class OfficeDesk(ReturnDesk):
    """A terminal that also sends money back by hand, and takes goods back for less than all."""

    def send_back(self, cents: int) -> None:
        body: dict[str, Any] = {"id": str(uuid.uuid4()), "amount_cents": cents, "reason": "Broken"}
        assert self.act(self.payment_id, "refunds", **body).status_code == 201

    def given(self, *refunds: dict[str, Any], bags: int) -> dict[str, Any]:
        """The return as it is answered, and its money sent."""
        status, document = self.bring_back(*refunds, bags=bags)
        assert status == 201, document
        self.settle()
        return document

    def problem(self, *refunds: dict[str, Any], bags: int) -> dict[str, Any]:
        """Why a return is refused."""
        status, document = self.bring_back(*refunds, bags=bags)
        assert status >= 400, document
        return document

    def bring_back(self, *refunds: dict[str, Any], bags: int) -> tuple[int, dict[str, Any]]:
        lines = [some_of(self.order, bags)]
        body = {"lines": lines, "refund_to": list(refunds), "reason": "stale"}
        answer = self.api.post(f"orders/{self.order_id}/returns", body, key=str(uuid.uuid4()))
        return answer.status_code, answer.json()

    def owed_and_kept(self) -> tuple[int, int]:
        """What the order's books say the card paid and did not get back, and what Stripe holds."""
        tenders = Tender.objects.filter(order=self.order_id, payment_id=self.payment_id)
        return sum(row.amount_cents for row in tenders), self.held_cents()


@pytest.fixture
def desk(stripe: Simulator) -> OfficeDesk:
    """Both bags were paid by card, and the money was taken."""
    desk = OfficeDesk(stripe)
    desk.settle()
    return desk


def test_what_went_back_by_hand_is_left_out_of_the_return_of_its_goods(desk: OfficeDesk) -> None:
    desk.send_back(2 * BAG)
    given = desk.given(bags=2)
    assert (given["total_cents"], given["refunds"]) == (2 * BAG, [])
    assert [part["amount_cents"] for part in given["tenders"]] == [-2 * BAG]
    assert Refund.objects.count() == 1
    assert OrderLine.objects.get().returned_quantity == 2
    assert desk.owed_and_kept() == (0, 0)
    assert_books_are_whole()


def test_a_return_sends_what_did_not_go_back_by_hand(desk: OfficeDesk) -> None:
    desk.send_back(100)
    given = desk.given(desk.to_card(2 * BAG - 100), bags=2)
    assert [part["amount_cents"] for part in given["tenders"]] == [-2 * BAG]
    assert [part["amount_cents"] for part in given["refunds"]] == [2 * BAG - 100]
    assert desk.owed_and_kept() == (0, 0)
    assert_books_are_whole()


def test_what_went_back_by_hand_counts_once(desk: OfficeDesk) -> None:
    desk.send_back(BAG)
    desk.given(bags=1)
    assert desk.problem(bags=1)["code"] == "refund-mismatch"
    desk.given(desk.to_card(BAG), bags=1)
    assert desk.owed_and_kept() == (0, 0)


def test_a_gift_of_money_does_not_have_to_be_left_out(desk: OfficeDesk) -> None:
    desk.send_back(100)
    given = desk.given(desk.to_card(BAG), bags=1)
    assert [part["amount_cents"] for part in given["refunds"]] == [BAG]
    assert desk.owed_and_kept() == (BAG, BAG - 100)
    desk.given(desk.to_card(BAG - 100), bags=1)
    assert desk.owed_and_kept() == (0, 0)
    assert_books_are_whole()


def test_a_return_that_does_not_fit_is_told_what_to_leave_out(desk: OfficeDesk) -> None:
    desk.send_back(100)
    refused = desk.problem(desk.to_card(2 * BAG), bags=2)
    assert (refused["code"], refused["left_cents"]) == ("refund-exceeds-captured", 2 * BAG - 100)
    assert "$1.00 that the order was to have from this card is not there" in refused["detail"]
    assert "Leave that out of what you hand back." in refused["detail"]


def test_a_return_for_too_little_is_told_how_much_may_be_left_out(desk: OfficeDesk) -> None:
    desk.send_back(100)
    refused = desk.problem(desk.to_card(2 * BAG - 101), bags=2)
    assert (refused["code"], refused["total_cents"], refused["gone_cents"]) == (
        "refund-mismatch", 2 * BAG, 100,
    )  # fmt: skip
    assert "$1.00 may be left out" in refused["detail"]


def test_cash_is_not_left_out_of_a_return(stripe: Simulator) -> None:
    mixed = OfficeDesk(stripe, by_card=1)
    mixed.settle()
    mixed.send_back(100)
    assert mixed.problem(cash(BAG - 1), bags=2)["gone_cents"] == 100
    mixed.given(cash(BAG), mixed.to_card(BAG - 100), bags=2)
    assert mixed.owed_and_kept() == (0, 0)
    assert_books_are_whole()


def test_what_a_bank_disputes_can_be_left_out_when_it_went_back(desk: OfficeDesk) -> None:
    desk.send_back(2 * BAG)
    make_dispute(payment=desk.payment)
    assert desk.given(bags=2)["refunds"] == []


# --- Money that never came ------------------------------------------------------------------------


@pytest.fixture
def unpaid_desk(stripe: Simulator) -> OfficeDesk:
    """An order was sold, and its authorisation was let go before it was captured."""
    desk = OfficeDesk(stripe)
    stripe.client().v1.payment_intents.cancel(desk.payment.intent_id or "")
    settle_payments(now=later())
    assert desk.payment.status == "CANCELED"
    return desk


def test_what_was_never_taken_is_refused_with_the_truth(unpaid_desk: OfficeDesk) -> None:
    refused = unpaid_desk.problem(unpaid_desk.to_card(2 * BAG), bags=2)
    assert refused["code"] == "payment-state-conflict"
    assert refused["detail"].startswith("Nothing was taken from this card, and nothing will be.")
    assert "shortly" not in refused["detail"]
    assert "Leave that out of what you hand back." in refused["detail"]


def test_goods_that_a_card_never_paid_come_back_for_nothing(unpaid_desk: OfficeDesk) -> None:
    assert len(list(find_payment_drift())) == 1
    given = unpaid_desk.given(bags=2)
    assert (given["total_cents"], given["refunds"]) == (2 * BAG, [])
    assert unpaid_desk.owed_and_kept() == (0, 0)
    assert_books_are_whole()


def test_what_is_still_to_be_taken_cannot_be_left_out(stripe: Simulator) -> None:
    desk = OfficeDesk(stripe)
    assert desk.payment.status == "AUTHORIZED"
    assert "gone_cents" not in desk.problem(bags=2)
    assert Payment.objects.get().refunded_cents == 0
