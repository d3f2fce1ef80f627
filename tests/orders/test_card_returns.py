"""What a card paid goes back to the card: held with the return, asked of Stripe once, after it."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from apps.core.models import OutboxEvent
from apps.orders.models import Return
from apps.orders.selectors import find_unbalanced_orders
from apps.payments.models import Payment, Refund
from apps.payments.selectors import find_payment_drift
from apps.payments.services import refunding
from apps.payments.services.resolving import DEAD_AFTER, resolve_attempts
from apps.payments.services.settling import settle_order, settle_payments
from apps.payments.tasks import settle_order as settle_order_task
from config.wiring import SUBSCRIBERS
from sandbox.stripe.faults import Fault, Kind, When
from tests.orders.returns import cash, some_of
from tests.payments.api.test_cards import Desk, card, later
from tests.payments.books import make_dispute
from tests.payments.cards import REFUND
from tests.payments.conftest import stripe

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as ApiResponse

    from sandbox.stripe.server import Simulator

__all__ = ["stripe"]
pytestmark = pytest.mark.django_db(transaction=True)
BAG = 199  # cents


class ReturnDesk(Desk):
    """A terminal that sold two bags, one for cash and one by card or both by card."""

    def __init__(self, stripe: Simulator, *, by_card: int = 2) -> None:
        super().__init__(stripe)
        payment = self.pay(by_card * BAG).json()
        rest = [cash(500)] if by_card < 2 else []  # with change
        answer = self.sell(payment["order_id"], card(payment["id"]), *rest)
        assert answer.status_code == 201, answer.content
        self.order = answer.json()
        self.payment_id = payment["id"]

    @property
    def order_id(self) -> uuid.UUID:
        return uuid.UUID(self.order["id"])

    @property
    def payment(self) -> Payment:
        return Payment.objects.get(pk=self.payment_id)

    def settle(self) -> None:
        settle_order(order_id=self.order_id, now=later())

    def to_card(self, cents: int, payment_id: str | None = None) -> dict[str, Any]:
        return {"kind": "card", "payment_id": payment_id or self.payment_id, "amount_cents": cents}

    def take_back(self, *refunds: dict[str, Any], bags: int = 1) -> ApiResponse:
        body = {
            "lines": [some_of(self.order, bags)],
            "refund_to": list(refunds or [self.to_card(bags * BAG)]),
            "reason": "stale",
        }
        return self.api.post(f"orders/{self.order_id}/returns", body, key=str(uuid.uuid4()))

    def refused(self, *refunds: dict[str, Any], bags: int = 1) -> tuple[int, str]:
        """Status and code of a return that is refused and holds nothing."""
        before = (Return.objects.count(), Refund.objects.count(), self.payment.refunded_cents)
        answer = self.take_back(*refunds, bags=bags)
        after = (Return.objects.count(), Refund.objects.count(), self.payment.refunded_cents)
        assert after == before
        return answer.status_code, answer.json()["code"]


@pytest.fixture
def desk(stripe: Simulator) -> ReturnDesk:
    """Both bags were paid by card, and the money was taken."""
    desk = ReturnDesk(stripe)
    desk.settle()
    return desk


@pytest.fixture
def mixed_desk(stripe: Simulator) -> ReturnDesk:
    """One bag was paid by card and one in cash."""
    desk = ReturnDesk(stripe, by_card=1)
    desk.settle()
    return desk


def assert_books_are_whole() -> None:
    assert [*find_unbalanced_orders(), *find_payment_drift()] == []


def test_a_return_holds_the_cards_share_before_stripe_is_asked(desk: ReturnDesk) -> None:
    answer = desk.take_back()
    refund = Refund.objects.get()
    told = {"id": str(refund.pk), "payment_id": desk.payment_id, "amount_cents": BAG}
    assert (answer.status_code, answer.json()["refunds"]) == (201, [told])
    assert (refund.status, refund.reason, refund.actor_name) == ("PENDING", "stale", "Lea")
    assert not refund.attempts.exists()
    assert (desk.payment.status, desk.payment.refunded_cents) == ("PARTIALLY_REFUNDED", BAG)
    assert desk.held_cents() == 2 * BAG
    assert_books_are_whole()


def test_the_money_follows_once_however_often_the_order_is_settled(desk: ReturnDesk) -> None:
    desk.take_back()
    for _ in range(3):
        desk.settle()
    assert Refund.objects.get().status == "SUCCEEDED"
    assert desk.held_cents() == BAG
    desk.take_back()
    desk.settle()
    assert (desk.payment.status, desk.held_cents()) == ("REFUNDED", 0)
    assert_books_are_whole()


def test_the_news_of_a_return_settles_its_order(desk: ReturnDesk) -> None:
    desk.take_back()
    event = OutboxEvent.objects.get(type="return.completed")
    (heard,) = (tasks for kind, tasks in SUBSCRIBERS.items() if kind.type == event.type)
    assert settle_order_task.name in heard
    settle_order_task(str(event.event_id))
    assert desk.held_cents() == BAG


def test_a_process_that_died_after_the_return_leaves_the_refund_to_the_schedule(
    desk: ReturnDesk,
) -> None:
    desk.take_back()  # and nobody hears of it
    for _ in range(3):
        settle_payments(now=later())
    assert Refund.objects.get().status == "SUCCEEDED"
    assert desk.held_cents() == BAG
    assert_books_are_whole()


def test_a_process_that_died_before_its_call_leaves_the_refund_to_the_resolver(
    desk: ReturnDesk,
) -> None:
    desk.take_back()
    refunding.begin_held(Refund.objects.get().pk, later())
    settle_payments(now=later())
    assert desk.held_cents() == 2 * BAG
    resolve_attempts(now=later(DEAD_AFTER + timedelta(seconds=1)))
    assert Refund.objects.get().status == "SUCCEEDED"
    assert desk.held_cents() == BAG


@pytest.mark.parametrize("when", When)
def test_a_refund_without_an_answer_is_made_once(desk: ReturnDesk, when: When) -> None:
    desk.take_back()
    desk.stripe.world.faults.add("POST", REFUND, Fault(Kind.DROP, when))
    desk.settle()
    assert Refund.objects.get().status == "UNKNOWN"
    settle_payments(now=later())
    resolve_attempts(now=later(DEAD_AFTER + timedelta(seconds=1)))
    assert Refund.objects.get().status == "SUCCEEDED"
    assert desk.held_cents() == BAG
    assert_books_are_whole()


def test_what_was_not_taken_yet_does_not_go_back(stripe: Simulator) -> None:
    desk = ReturnDesk(stripe)
    assert desk.refused() == (409, "payment-state-conflict")


def test_what_the_bank_has_in_dispute_does_not_go_back(desk: ReturnDesk) -> None:
    dispute = make_dispute(payment=desk.payment)
    assert desk.refused() == (409, "payment-state-conflict")
    dispute.status = "WON"
    dispute.save(update_fields=["status"])
    assert desk.take_back().status_code == 201


def test_more_than_a_card_paid_does_not_go_back_to_it(mixed_desk: ReturnDesk) -> None:
    both = mixed_desk.to_card(2 * BAG)
    assert mixed_desk.refused(both, bags=2) == (409, "refund-exceeds-captured")


def test_more_cash_than_came_in_does_not_go_out(mixed_desk: ReturnDesk) -> None:
    assert mixed_desk.refused(cash(2 * BAG), bags=2) == (409, "refund-exceeds-tender")
    parts = (cash(BAG), mixed_desk.to_card(BAG))
    assert mixed_desk.take_back(*parts, bags=2).status_code == 201
    mixed_desk.settle()
    assert mixed_desk.held_cents() == 0
    assert_books_are_whole()


def test_cash_does_not_go_out_for_what_a_card_paid(desk: ReturnDesk) -> None:
    assert desk.refused(cash(BAG)) == (409, "refund-exceeds-tender")


def test_what_was_refunded_by_itself_does_not_go_back_again(desk: ReturnDesk) -> None:
    refund = {"id": str(uuid.uuid4()), "amount_cents": BAG + 1, "reason": "Broken"}
    assert desk.act(desk.payment_id, "refunds", **refund).status_code == 201
    assert desk.refused() == (409, "refund-exceeds-captured")


def test_the_card_of_another_order_gets_nothing(desk: ReturnDesk) -> None:
    payment = desk.pay(2 * BAG).json()
    assert desk.sell(payment["order_id"], card(payment["id"])).status_code == 201
    settle_payments(now=later())
    other = desk.to_card(BAG, payment["id"])
    assert desk.refused(other) == (409, "refund-exceeds-tender")


def test_a_refund_that_stripe_refuses_keeps_its_way_back(mixed_desk: ReturnDesk) -> None:
    behind_our_back = {"payment_intent": mixed_desk.payment.intent_id or "", "amount": BAG}
    mixed_desk.stripe.client().v1.refunds.create(behind_our_back)  # type: ignore[arg-type]
    assert mixed_desk.take_back().status_code == 201
    mixed_desk.settle()
    assert Refund.objects.get().status == "FAILED"
    assert mixed_desk.payment.refunded_cents == 0
    # The card is owed that bag still; the other bag was paid in cash.
    assert mixed_desk.refused() == (409, "refund-exceeds-tender")
    assert_books_are_whole()
