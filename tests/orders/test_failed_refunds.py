"""A void's or a return's refund that failed for good is owed until it is made again or seen to."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from apps.payments.attention import get_attention
from apps.payments.errors import PaymentStateConflict
from apps.payments.models import Difference, Refund
from apps.payments.owing import find_owed, list_refunds_owed
from apps.payments.rules import next_refund_id
from apps.payments.services.by_hand import Wish, refund_again_by_hand
from apps.payments.services.differing import close_difference
from apps.payments.services.reconciling import reconcile
from apps.payments.services.settling import settle_payments
from sandbox.stripe.faults import Fault, Kind
from tests.factories import MANAGER
from tests.orders.test_card_returns import BAG, ReturnDesk, assert_books_are_whole
from tests.payments.api.test_cards import later
from tests.payments.cards import REFUND
from tests.payments.conftest import stripe

if TYPE_CHECKING:
    from sandbox.stripe.server import Simulator

__all__ = ["stripe"]
pytestmark = pytest.mark.django_db(transaction=True)
BOTH = 2 * BAG


class FailingDesk(ReturnDesk):
    """A terminal whose order was paid by card, and whose next refund Stripe refuses for good."""

    def refuse_next_refund(self) -> None:
        self.stripe.world.faults.add("POST", REFUND, Fault(Kind.ERROR, status=400))

    def void(self) -> None:
        body = {"reason": "Wrong table"}
        answer = self.api.post(f"orders/{self.order_id}/void", body, key=str(uuid.uuid4()))
        assert answer.status_code == 200, answer.content
        self.settle()

    def bring_back(self, bags: int) -> None:
        assert self.take_back(bags=bags).status_code == 201
        self.settle()

    def owed_cents(self) -> int:
        owed = find_owed(payment_id=self.payment.pk)
        assert list(list_refunds_owed()) == ([self.payment] if owed else [])
        assert get_attention(now=later()).owing == bool(owed)
        return owed.cents if owed else 0

    def refund_again(self) -> Refund:
        owed = find_owed(payment_id=self.payment.pk)
        last = owed.failed if owed else Refund.objects.filter(status="FAILED").latest("created_at")
        wish = Wish(next_refund_id(last.pk), MANAGER, self.payment)
        return refund_again_by_hand(wish, now=later())

    def close_with_a_note(self) -> None:
        self.differences()
        row = Difference.objects.get(closed_at__isnull=True)
        close_difference(actor=MANAGER, difference_id=row.pk, note="Given in cash.", now=later())

    def differences(self) -> list[tuple[str, int]]:
        """What is open after a comparison an hour later."""
        reconcile(since=later(-timedelta(hours=1)), now=later(timedelta(hours=1)))
        opened = Difference.objects.filter(closed_at__isnull=True)
        return list(opened.values_list("kind", "ours_cents"))


@pytest.fixture
def desk(stripe: Simulator) -> FailingDesk:
    desk = FailingDesk(stripe)
    desk.settle()
    return desk


@pytest.fixture
def failed(desk: FailingDesk) -> FailingDesk:
    """One of two bags came back, and its refund failed."""
    desk.refuse_next_refund()
    desk.bring_back(1)
    assert Refund.objects.get().status == "FAILED"
    return desk


def test_the_refund_of_a_return_that_failed_is_owed_until_it_is_made_again(
    failed: FailingDesk,
) -> None:
    assert failed.owed_cents() == BAG
    assert failed.refund_again().status == "SUCCEEDED"
    assert failed.owed_cents() == 0
    assert failed.held_cents() == BAG
    assert_books_are_whole()


def test_the_refund_of_a_void_that_failed_is_owed_until_it_is_made_again(
    desk: FailingDesk,
) -> None:
    desk.refuse_next_refund()
    desk.void()
    assert desk.owed_cents() == BOTH
    assert get_attention(now=later(timedelta(hours=1))).waiting == 0
    assert desk.refund_again().amount_cents == BOTH
    assert (desk.owed_cents(), desk.held_cents()) == (0, 0)
    settle_payments(now=later())
    assert_books_are_whole()


def test_of_two_who_refund_again_at_once_one_does(failed: FailingDesk) -> None:
    assert {failed.refund_again().pk for _ in range(3)} == {
        next_refund_id(Refund.objects.get(status="FAILED").pk)
    }
    assert failed.held_cents() == BAG


def test_a_refund_that_fails_once_more_can_be_made_a_third_time(failed: FailingDesk) -> None:
    failed.refuse_next_refund()
    assert failed.refund_again().status == "FAILED"
    assert failed.owed_cents() == BAG
    assert failed.refund_again().status == "SUCCEEDED"
    assert failed.held_cents() == BAG


def test_what_was_refunded_by_hand_meanwhile_is_owed_no_more(failed: FailingDesk) -> None:
    body: dict[str, Any] = {"id": str(uuid.uuid4()), "amount_cents": BAG - 1, "reason": "Owed"}
    failed.act(failed.payment_id, "refunds", **body)
    assert failed.owed_cents() == 1
    assert failed.refund_again().amount_cents == 1
    assert failed.owed_cents() == 0


def test_a_refund_by_hand_that_failed_is_owed_to_nobody(desk: FailingDesk) -> None:
    desk.refuse_next_refund()
    body: dict[str, Any] = {"id": str(uuid.uuid4()), "amount_cents": 100, "reason": "Gift"}
    desk.act(desk.payment_id, "refunds", **body)
    assert Refund.objects.get().status == "FAILED"
    assert desk.owed_cents() == 0
    with pytest.raises(PaymentStateConflict, match="Nothing is owed"):
        desk.refund_again()


def test_one_that_failed_and_one_on_its_way_are_told_apart(failed: FailingDesk) -> None:
    assert failed.take_back(bags=1).status_code == 201
    assert failed.owed_cents() == BAG
    failed.settle()
    assert (failed.owed_cents(), failed.held_cents()) == (BAG, BAG)


# --- On file --------------------------------------------------------------------------------------


def test_what_is_owed_is_a_difference_until_it_has_gone_back(failed: FailingDesk) -> None:
    assert failed.differences() == [("MISSING_REFUND", BAG)]
    assert failed.differences() == [("MISSING_REFUND", BAG)]
    failed.refund_again()
    assert failed.differences() == []


def test_what_was_given_back_otherwise_is_closed_with_a_note(failed: FailingDesk) -> None:
    failed.differences()
    row = Difference.objects.get()
    close_difference(actor=MANAGER, difference_id=row.pk, note="Given in cash.", now=later())
    assert failed.differences() == []
    assert failed.owed_cents() == 0
    with pytest.raises(PaymentStateConflict, match="Nothing is owed"):
        failed.refund_again()


def test_what_was_given_back_otherwise_is_not_owed_with_the_next_one(failed: FailingDesk) -> None:
    failed.close_with_a_note()
    failed.refuse_next_refund()
    failed.bring_back(1)
    assert failed.owed_cents() == BAG
    assert failed.differences() == [("MISSING_REFUND", BAG)]
    assert failed.differences() == [("MISSING_REFUND", BAG)]
    assert failed.refund_again().amount_cents == BAG
    assert failed.differences() == []
    assert (failed.owed_cents(), failed.held_cents()) == (0, BAG)


def test_a_void_that_somebody_has_seen_to_is_waited_for_no_more(desk: FailingDesk) -> None:
    desk.refuse_next_refund()
    desk.void()
    desk.close_with_a_note()
    assert desk.owed_cents() == 0
    assert get_attention(now=later(timedelta(hours=1))).is_needed is False
