"""Paying by card, as a terminal does it: authorise, place the order, and the money follows."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from apps.orders.selectors import find_unbalanced_orders
from apps.payments.models import Payment
from apps.payments.selectors import find_payment_drift
from apps.payments.services.settling import FORGOTTEN_AFTER, settle_order, settle_payments
from apps.stores.types import Role
from sandbox.stripe.faults import Fault, Kind
from tests.factories import ApiClient, api_client, make_store, open_till
from tests.goods import line_of, make_snack
from tests.payments.cards import CAPTURE, CREATE

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as ApiResponse

    from apps.catalog.models import Product
    from sandbox.stripe.server import Simulator

pytestmark = pytest.mark.django_db(transaction=True)
ABSURD: list[Any] = [0, 49, -1, 100_000_000, 100_000_001, "500", 5.5, None]


class Desk:
    """A terminal at which a shift lead sells chips by card."""

    def __init__(self, stripe: Simulator) -> None:
        self.stripe = stripe
        self.store = make_store()
        self.api = self.hire("lea", 1)
        self.chips: Product = make_snack("CHP-1", on_hand=100, store=self.store)

    def hire(self, code: str, number: int) -> ApiClient:
        return api_client(open_till(self.store, Role.SHIFT_LEAD, code=code, number=number)[1])

    def total(self) -> int:
        answer = self.api.post("orders/quote", {"id": str(uuid.uuid4()), **self.lines()})
        cents: int = answer.json()["total_cents"]
        return cents

    def lines(self) -> dict[str, Any]:
        return {"lines": [line_of(self.chips, 2)]}

    def pay(self, cents: int | None = None, **fields: Any) -> ApiResponse:
        body = {
            "id": str(uuid.uuid4()),
            "order_id": str(uuid.uuid4()),
            "amount_cents": self.total() if cents is None else cents,
            "method": "card",
            "payment_method": "pm_card_visa",
            **fields,
        }
        return self.api.post("payments", body, key=str(uuid.uuid4()))

    def act(self, payment_id: str, what: str, **body: Any) -> ApiResponse:
        return self.api.post(f"payments/{payment_id}/{what}", body, key=str(uuid.uuid4()))

    def sell(self, order_id: str, *tenders: dict[str, Any]) -> ApiResponse:
        body = {"id": order_id, **self.lines(), "tenders": list(tenders)}
        return self.api.post("orders", body, key=str(uuid.uuid4()))

    def sold(self) -> tuple[str, str]:
        """Ids of an order that a card paid for, and of its payment."""
        payment = self.pay().json()
        order = self.sell(payment["order_id"], card(payment["id"]))
        assert order.status_code == 201, order.content
        return payment["order_id"], payment["id"]

    def held_cents(self) -> int:
        booked = self.stripe.client().v1.balance_transactions.list({"limit": 100}).data
        return sum(entry.amount for entry in booked)


def card(payment_id: str) -> dict[str, Any]:
    return {"kind": "card", "payment_id": payment_id}


def later(delta: timedelta = timedelta()) -> datetime:
    return datetime.now(UTC) + delta


@pytest.fixture
def desk(stripe: Simulator) -> Desk:
    return Desk(stripe)


def test_a_card_pays_for_an_order_and_its_money_follows(desk: Desk) -> None:
    order_id, payment_id = desk.sold()
    assert desk.held_cents() == 0
    assert desk.api.get(f"orders/{order_id}").json()["paid"] is False
    settle_order(order_id=uuid.UUID(order_id), now=later())
    payment = desk.api.get(f"payments/{payment_id}").json()
    assert (payment["status"], payment["captured_cents"]) == ("captured", desk.total())
    assert desk.held_cents() == desk.total()
    assert desk.api.get(f"orders/{order_id}").json()["paid"] is True
    assert not [*find_unbalanced_orders(), *find_payment_drift()]


def test_cash_and_card_pay_together(desk: Desk) -> None:
    payment = desk.pay(desk.total() - 100).json()
    cash = {"kind": "cash", "amount_cents": 500}
    order = desk.sell(payment["order_id"], card(payment["id"]), cash)
    assert order.status_code == 201
    assert order.json()["change_cents"] == 400


def test_a_card_may_not_pay_more_than_the_total(desk: Desk) -> None:
    payment = desk.pay(desk.total() + 1).json()
    order = desk.sell(payment["order_id"], card(payment["id"]))
    assert (order.status_code, order.json()["code"]) == (422, "tender-excess")
    assert Payment.objects.get().tendered_at is None


@pytest.mark.parametrize("cents", ABSURD)
def test_an_absurd_amount_is_refused_and_stripe_not_asked(desk: Desk, cents: Any) -> None:
    answer = desk.pay(amount_cents=cents)
    assert answer.status_code == 400
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/amount_cents"]
    assert not Payment.objects.exists()


def test_a_payment_of_another_order_does_not_pay(desk: Desk) -> None:
    payment = desk.pay().json()
    order = desk.sell(str(uuid.uuid4()), card(payment["id"]))
    assert (order.status_code, order.json()["code"]) == (409, "payment-not-capturable")


def test_a_payment_pays_once(desk: Desk) -> None:
    payment = desk.pay().json()
    order = desk.sell(payment["order_id"], card(payment["id"]), card(payment["id"]))
    assert (order.status_code, order.json()["code"]) == (409, "payment-not-capturable")


def test_a_declined_card_says_why_and_pays_nothing(desk: Desk) -> None:
    answer = desk.pay(payment_method="pm_card_chargeDeclined")
    assert answer.status_code == 201
    assert (answer.json()["status"], answer.json()["decline_code"]) == ("failed", "generic_decline")
    order = desk.sell(answer.json()["order_id"], card(answer.json()["id"]))
    assert order.status_code == 409


def test_without_an_answer_from_stripe_the_till_is_told_to_ask_again(desk: Desk) -> None:
    desk.stripe.world.faults.add("POST", CREATE, Fault(Kind.DROP))
    answer = desk.pay(500)
    assert (answer.status_code, answer.json()["status"]) == (202, "unknown")
    assert desk.api.get(f"payments/{answer.json()['id']}").json()["status"] == "unknown"


def test_a_replayed_key_gets_the_stored_answer(desk: Desk) -> None:
    body = {
        "id": str(uuid.uuid4()),
        "order_id": str(uuid.uuid4()),
        "amount_cents": 500,
        "method": "card",
        "payment_method": "pm_card_visa",
    }
    first, second = (desk.api.post("payments", body, key="k") for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.content == first.content
    assert second.headers["Idempotency-Replayed"] == "true"
    other = desk.api.post("payments", {**body, "amount_cents": 501}, key="k")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


def test_a_payment_of_another_store_is_not_found(desk: Desk) -> None:
    payment = desk.pay(500).json()
    _, token = open_till(make_store(code="FAR-1"), code="zoe")
    answer = api_client(token).get(f"payments/{payment['id']}")
    assert (answer.status_code, answer.json()["code"]) == (404, "payment-unknown")


def test_more_than_was_authorized_is_not_captured(desk: Desk) -> None:
    payment = desk.pay(500).json()
    answer = desk.act(payment["id"], "capture", amount_cents=501)
    assert (answer.status_code, answer.json()["code"]) == (409, "payment-state-conflict")


def test_a_second_card_of_an_order_that_has_its_money_is_not_charged(desk: Desk) -> None:
    order_id, _ = desk.sold()
    second = desk.pay(500, order_id=order_id).json()
    answer = desk.act(second["id"], "capture")
    assert (answer.status_code, answer.json()["code"]) == (409, "payment-state-conflict")
    assert answer.json()["payment_status"] == "authorized"
    assert desk.act(second["id"], "cancel").json()["status"] == "canceled"


def test_a_capture_after_the_time_ran_out_says_so_in_our_words(desk: Desk) -> None:
    payment = desk.pay(500).json()
    desk.stripe.world.clock.advance(8 * 24 * 3600)
    answer = desk.act(payment["id"], "capture")
    assert (answer.status_code, answer.json()["payment_status"]) == (409, "canceled")
    assert answer.json()["detail"] == "It was let go, or its time ran out: take the card again."


def test_a_refund_beyond_what_was_captured_is_refused(desk: Desk) -> None:
    payment = desk.pay(500).json()
    assert desk.act(payment["id"], "capture").status_code == 200
    refund = {"id": str(uuid.uuid4()), "amount_cents": 501, "reason": "Broken"}
    answer = desk.act(payment["id"], "refunds", **refund)
    assert (answer.status_code, answer.json()["code"]) == (409, "refund-exceeds-captured")
    answer = desk.act(payment["id"], "refunds", **{**refund, "amount_cents": 500})
    assert (answer.status_code, answer.json()["status"]) == (201, "succeeded")


def test_an_order_holds_its_authorization(desk: Desk) -> None:
    _, payment_id = desk.sold()
    answer = desk.act(payment_id, "cancel")
    assert (answer.status_code, answer.json()["code"]) == (409, "payment-state-conflict")


def test_an_authorization_without_an_order_is_let_go_after_fifteen_minutes(desk: Desk) -> None:
    payment = desk.pay().json()
    settle_payments(now=later(FORGOTTEN_AFTER - timedelta(minutes=1)))
    assert desk.api.get(f"payments/{payment['id']}").json()["status"] == "authorized"
    settle_payments(now=later(FORGOTTEN_AFTER))
    assert desk.api.get(f"payments/{payment['id']}").json()["status"] == "canceled"


@pytest.mark.parametrize("is_captured", [False, True])
def test_a_voided_sale_gives_the_card_its_money_back(desk: Desk, *, is_captured: bool) -> None:
    order_id, payment_id = desk.sold()
    if is_captured:
        settle_order(order_id=uuid.UUID(order_id), now=later())
    body = {"reason": "wrong bag"}
    assert desk.api.post(f"orders/{order_id}/void", body, key="v").status_code == 200
    settle_order(order_id=uuid.UUID(order_id), now=later())
    status = desk.api.get(f"payments/{payment_id}").json()["status"]
    assert status == ("refunded" if is_captured else "canceled")
    assert desk.held_cents() == 0
    assert not [*find_unbalanced_orders(), *find_payment_drift()]


def test_a_capture_that_failed_is_made_up_for(desk: Desk) -> None:
    order_id, payment_id = desk.sold()
    desk.stripe.world.faults.add("POST", CAPTURE, Fault(Kind.RATE_LIMIT), times=3)
    settle_order(order_id=uuid.UUID(order_id), now=later())
    assert desk.api.get(f"payments/{payment_id}").json()["status"] == "unknown"
