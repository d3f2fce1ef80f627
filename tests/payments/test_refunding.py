"""Money back to the card: within what was taken, once per request, held before it is asked for."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest
from django_subatomic.db import transaction

from apps.payments import bulkhead
from apps.payments.errors import (
    CardsBusy,
    PaymentStateConflict,
    PaymentUnknown,
    RefundExceedsCaptured,
    RefundExists,
)
from apps.payments.models import Refund
from apps.payments.selectors import find_payment_drift, list_refunds_to_send
from apps.payments.services.refunding import hold_refund, send_refund
from apps.payments.types import RefundRequest
from sandbox.stripe.faults import Fault, Kind
from tests.payments.books import make_dispute
from tests.payments.cards import REFUND

if TYPE_CHECKING:
    from apps.payments.models import Payment
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


def test_what_the_bank_has_in_dispute_is_not_refunded(counter: Counter) -> None:
    payment = counter.paid(1000)
    make_dispute(payment=payment)
    with pytest.raises(PaymentStateConflict, match="dispute"):
        counter.refund(payment, 100)
    assert counter.sent_back() == 0


@pytest.mark.parametrize("fields", [{"status": "WON"}, {"is_charge_refundable": True}])
def test_what_the_bank_only_asks_about_or_has_given_up_is_refunded(
    counter: Counter, fields: dict[str, object]
) -> None:
    payment = counter.paid(1000)
    make_dispute(payment=payment, **fields)
    assert counter.refund(payment, 100).status == "SUCCEEDED"


# --- Held first, sent after -----------------------------------------------------------------------


def hold(counter: Counter, payment: Payment, cents: int, store_id: int | None = None) -> Refund:
    request = RefundRequest(uuid.uuid4(), payment.pk, cents, "Stale", "Lea")
    with transaction():
        return hold_refund(
            store_id=store_id or counter.till.store.id, request=request, now=counter.now
        )


def test_a_held_refund_has_its_share_and_stripe_knows_nothing_of_it(counter: Counter) -> None:
    payment = counter.paid(1000)
    refund = hold(counter, payment, 600)
    payment.refresh_from_db()
    assert (refund.status, payment.status) == ("PENDING", "PARTIALLY_REFUNDED")
    assert (payment.refunded_cents, counter.sent_back()) == (600, 0)
    with pytest.raises(RefundExceedsCaptured):
        hold(counter, payment, 401)
    assert not list(find_payment_drift())


def test_a_held_refund_is_sent_once(counter: Counter) -> None:
    refund = hold(counter, counter.paid(1000), 600)
    assert list(list_refunds_to_send()) == [refund]
    for _ in range(2):
        send_refund(refund_id=refund.pk, now=counter.now)
    refund.refresh_from_db()
    assert (refund.status, refund.attempts.count()) == ("SUCCEEDED", 1)
    assert (counter.sent_back(), list(list_refunds_to_send())) == (600, [])


def test_a_refund_that_waits_for_the_bank_is_not_sent_again(counter: Counter) -> None:
    refund = hold(counter, counter.capture(counter.authorize(1000, "pm_card_pendingRefund")), 600)
    send_refund(refund_id=refund.pk, now=counter.now)
    refund.refresh_from_db()
    assert (refund.status, list(list_refunds_to_send())) == ("PENDING", [])


def test_a_refund_of_another_order_is_not_that_orders_to_send(counter: Counter) -> None:
    payment = counter.paid(1000)
    refund = hold(counter, payment, 600)
    assert list(list_refunds_to_send(order_id=payment.order_id)) == [refund]
    assert not list(list_refunds_to_send(order_id=uuid.uuid4()))


def test_while_stripe_is_silent_a_held_refund_waits(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    refund = hold(counter, counter.paid(1000), 600)
    silent = bulkhead.Bulkhead(1)
    for _ in range(bulkhead.SILENCES_UNTIL_OPEN):
        silent.note_silence()
    monkeypatch.setattr(bulkhead, "bulkhead", silent)
    with pytest.raises(CardsBusy):
        send_refund(refund_id=refund.pk, now=counter.now)
    assert not refund.attempts.exists()


def test_another_stores_payment_is_not_held(counter: Counter) -> None:
    payment = counter.paid(1000)
    with pytest.raises(PaymentUnknown):
        hold(counter, payment, 600, store_id=payment.store_id + 1)
    assert not Refund.objects.exists()
