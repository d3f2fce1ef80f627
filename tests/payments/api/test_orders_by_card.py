"""Which payments an order may rest on: what is being turned, was taken before, or is too little."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from apps.payments.models import Attempt, Payment
from apps.payments.selectors import find_payment_drift
from apps.payments.services.settling import settle_order
from tests.payments.api.test_cards import Desk, card, desk, later
from tests.payments.rows import make_attempt

__all__ = ["desk"]
pytestmark = pytest.mark.django_db(transaction=True)


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize("operation", ["CANCEL", "CAPTURE"])
@pytest.mark.parametrize("state", ["SENT", "UNANSWERED"])
def test_a_payment_that_is_being_turned_pays_for_nothing(
    desk: Desk, operation: str, state: str
) -> None:
    payment = desk.pay().json()
    make_attempt(Payment.objects.get(), operation=operation, state=state)
    order = desk.sell(payment["order_id"], card(payment["id"]))
    assert refusal(order) == (409, "payment-not-capturable")
    assert Payment.objects.get().tendered_at is None


def test_a_payment_whose_own_answer_is_still_open_pays(desk: Desk) -> None:
    payment = desk.pay().json()
    Attempt.objects.update(state="UNANSWERED")
    assert desk.sell(payment["order_id"], card(payment["id"])).status_code == 201


def test_a_payment_that_was_captured_for_its_order_pays_for_it(desk: Desk) -> None:
    payment = desk.pay().json()
    assert desk.act(payment["id"], "capture").status_code == 200
    order = desk.sell(payment["order_id"], card(payment["id"]))
    assert order.status_code == 201
    assert desk.api.get(f"orders/{payment['order_id']}").json()["paid"] is True
    settle_order(order_id=uuid.UUID(payment["order_id"]), now=later())
    assert desk.held_cents() == desk.total()
    assert not list(find_payment_drift())


def test_of_a_captured_payment_an_order_takes_all_or_nothing(desk: Desk) -> None:
    payment = desk.pay().json()
    assert desk.act(payment["id"], "capture", amount_cents=100).status_code == 200
    part = {**card(payment["id"]), "amount_cents": 99}
    cash = {"kind": "cash", "amount_cents": 1000}
    assert desk.sell(payment["order_id"], part, cash).status_code == 409
    assert desk.sell(payment["order_id"], card(payment["id"]), cash).status_code == 201


@pytest.mark.parametrize("cents", [0, 1, 49])
def test_a_card_pays_no_less_than_stripe_takes(desk: Desk, cents: int) -> None:
    payment = desk.pay().json()
    part = {**card(payment["id"]), "amount_cents": cents}
    order = desk.sell(payment["order_id"], part, {"kind": "cash", "amount_cents": 1000})
    assert order.status_code == 400
    assert order.json()["errors"][0]["pointer"] == "/tenders/0/amount_cents"


def test_the_rest_of_a_tip_s_room_is_let_go(desk: Desk) -> None:
    payment = desk.pay(desk.total() + 500).json()
    part = {**card(payment["id"]), "amount_cents": desk.total() + 200}
    body = {"id": payment["order_id"], **desk.lines(), "tenders": [part], "tip_cents": 200}
    order = desk.api.post("orders", body, key=str(uuid.uuid4()))
    assert (order.status_code, order.json()["total_cents"]) == (201, desk.total() + 200)
    settle_order(order_id=uuid.UUID(payment["order_id"]), now=later())
    assert desk.held_cents() == desk.total() + 200


def test_the_same_payment_asked_for_at_the_same_time_is_not_answered_half_way(desk: Desk) -> None:
    payment = desk.pay().json()
    Payment.objects.update(status="PENDING")
    Attempt.objects.update(state="SENT")
    again = desk.pay(payment["amount_cents"], id=payment["id"], order_id=payment["order_id"])
    assert refusal(again) == (409, "idempotency-key-in-use")
    assert again.headers["Retry-After"] == "1"


def test_a_sale_short_of_its_card_s_money_is_seen(desk: Desk) -> None:
    order_id, _ = desk.sold()
    settle_order(order_id=uuid.UUID(order_id), now=later())
    assert not list(find_payment_drift())
    Payment.objects.update(captured_cents=100)
    (sentence,) = find_payment_drift()
    assert f"is to pay {desk.total()} cents of an order, 100 were taken" in sentence
