"""Money back to the card: within what was taken, once per request, held before it is asked for."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest

from apps.payments.errors import PaymentStateConflict, RefundExceedsCaptured, RefundExists
from apps.payments.selectors import find_payment_drift
from sandbox.stripe.faults import Fault, Kind
from tests.payments.cards import REFUND

if TYPE_CHECKING:
    from tests.payments.cards import Counter

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_whole_refund_gives_everything_back(counter: Counter) -> None:
    payment = counter.paid(2139)
    assert counter.refund(payment, 2139).status == "SUCCEEDED"
    payment.refresh_from_db()
    assert (payment.status, payment.refunded_cents) == ("REFUNDED", 2139)
    assert counter.taken_cents() == 0


def test_several_refunds_add_up_to_what_was_taken(counter: Counter) -> None:
    payment = counter.paid(1000)
    for cents in (300, 300):
        counter.refund(payment, cents)
    payment.refresh_from_db()
    assert (payment.status, payment.refunded_cents) == ("PARTIALLY_REFUNDED", 600)
    counter.refund(payment, 400)
    payment.refresh_from_db()
    assert payment.status == "REFUNDED"
    assert counter.taken_cents() == 0
    assert not list(find_payment_drift())


def test_more_than_is_left_is_refused_and_says_what_is(counter: Counter) -> None:
    payment = counter.paid(1000)
    counter.refund(payment, 700)
    with pytest.raises(RefundExceedsCaptured) as refused:
        counter.refund(payment, 301)
    assert refused.value.facts == {"left_cents": 300}
    assert counter.sent_back() == 700


def test_what_was_not_captured_is_not_refunded(counter: Counter) -> None:
    with pytest.raises(PaymentStateConflict):
        counter.refund(counter.authorize(), 100)


@pytest.mark.parametrize("as_refund", [True, False])
def test_after_a_partial_capture_what_was_captured_goes_back(
    counter: Counter, *, as_refund: bool
) -> None:
    counter.stripe.world.settings.partial_capture_makes_refund = as_refund
    payment = counter.capture(counter.authorize(2000), 1500)
    assert counter.refund(payment, 1500).status == "SUCCEEDED"
    with pytest.raises(RefundExceedsCaptured):
        counter.refund(payment, 1)


def test_the_same_refund_asked_for_again_gives_back_once(counter: Counter) -> None:
    payment, refund_id = counter.paid(1000), uuid.uuid4()
    for _ in range(2):
        assert counter.refund(payment, 400, refund_id).status == "SUCCEEDED"
    assert counter.sent_back() == 400


def test_another_refund_under_the_same_id_is_refused(counter: Counter) -> None:
    payment, refund_id = counter.paid(1000), uuid.uuid4()
    counter.refund(payment, 400, refund_id)
    with pytest.raises(RefundExists):
        counter.refund(payment, 401, refund_id)


def test_a_refund_that_stripe_refuses_frees_its_share(counter: Counter) -> None:
    payment = counter.paid(1000)
    behind_our_back = {"payment_intent": payment.intent_id or "", "amount": 800}
    counter.stripe.client().v1.refunds.create(behind_our_back)  # type: ignore[arg-type]
    assert counter.refund(payment, 500).status == "FAILED"
    payment.refresh_from_db()
    assert (payment.status, payment.refunded_cents) == ("CAPTURED", 0)


def test_a_refund_without_an_answer_holds_its_share(counter: Counter) -> None:
    payment = counter.paid(1000)
    counter.strike("POST", REFUND, Fault(Kind.DROP))
    assert counter.refund(payment, 600).status == "UNKNOWN"
    with pytest.raises(RefundExceedsCaptured):
        counter.refund(payment, 600)
