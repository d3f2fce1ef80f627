"""Taking what was set aside, or letting it go: once, and never more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apps.payments.errors import PaymentStateConflict, PaymentUnknown
from apps.payments.services.capturing import capture_payment
from apps.payments.services.looking import look_at_payment
from sandbox.stripe.faults import Fault, Kind, When
from tests.factories import make_store
from tests.payments.cards import CANCEL, CAPTURE, CREATE

if TYPE_CHECKING:
    from tests.payments.cards import Counter

pytestmark = pytest.mark.django_db(transaction=True)
DAY = 24 * 60 * 60


def test_a_capture_takes_what_was_authorized(counter: Counter) -> None:
    payment = counter.paid(2139)
    assert (payment.status, payment.captured_cents) == ("CAPTURED", 2139)
    assert counter.taken_cents() == 2139


def test_a_capture_asked_for_again_takes_nothing_more(counter: Counter) -> None:
    payment = counter.paid(2139)
    assert counter.capture(payment).captured_cents == 2139
    assert payment.attempts.filter(operation="CAPTURE").count() == 1


@pytest.mark.parametrize("as_refund", [True, False])
def test_what_is_not_captured_goes_back_and_is_no_refund_of_ours(
    counter: Counter, *, as_refund: bool
) -> None:
    counter.stripe.world.settings.partial_capture_makes_refund = as_refund
    payment = counter.capture(counter.authorize(2000), 1500)
    assert (payment.status, payment.captured_cents, payment.refunded_cents) == (
        "CAPTURED",
        1500,
        0,
    )
    assert not payment.refunds.exists()


def test_a_second_capture_for_another_amount_is_refused(counter: Counter) -> None:
    payment = counter.capture(counter.authorize(2000), 1500)
    with pytest.raises(PaymentStateConflict):
        counter.capture(payment, 2000)


@pytest.mark.parametrize("cents", [0, -1, 2001])
def test_an_amount_that_was_not_authorized_is_refused_without_asking(
    counter: Counter, cents: int
) -> None:
    payment = counter.authorize(2000)
    with pytest.raises(PaymentStateConflict):
        counter.capture(payment, cents)
    assert not payment.attempts.filter(operation="CAPTURE").exists()


def test_a_cancelled_payment_cannot_be_captured(counter: Counter) -> None:
    payment = counter.cancel(counter.authorize())
    assert payment.status == "CANCELED"
    with pytest.raises(PaymentStateConflict):
        counter.capture(payment)
    assert counter.taken_cents() == 0


def test_a_captured_payment_cannot_be_cancelled(counter: Counter) -> None:
    payment = counter.paid()
    with pytest.raises(PaymentStateConflict):
        counter.cancel(payment)
    assert counter.taken_cents() == 2139


def test_a_payment_cancelled_before_is_answered_as_it_stands(counter: Counter) -> None:
    payment = counter.cancel(counter.authorize())
    assert counter.cancel(payment).status == "CANCELED"


def test_an_expired_authorization_is_found_out_when_its_money_is_asked_for(
    counter: Counter,
) -> None:
    payment = counter.authorize()
    counter.stripe.world.clock.advance(8 * DAY)
    with pytest.raises(PaymentStateConflict):
        counter.capture(payment)
    payment.refresh_from_db()
    assert payment.status == "CANCELED"


def test_a_payment_of_another_store_is_not_found(counter: Counter) -> None:
    payment = counter.authorize()
    with pytest.raises(PaymentUnknown):
        capture_payment(
            store_id=make_store(code="OTHER").pk, payment_id=payment.pk, now=counter.now
        )


@pytest.mark.parametrize("kind", [Kind.HANG, Kind.DROP, Kind.TRUNCATE, Kind.ERROR, Kind.HTML])
@pytest.mark.parametrize("when", When)
def test_a_capture_without_an_answer_is_unknown(counter: Counter, kind: Kind, when: When) -> None:
    payment = counter.authorize()
    counter.strike("POST", CAPTURE, Fault(kind, when, seconds=0.05))
    assert counter.capture(payment).status == "UNKNOWN"


def test_while_an_outcome_is_open_nothing_else_is_asked(counter: Counter) -> None:
    payment = counter.authorize()
    counter.strike("POST", CANCEL, Fault(Kind.DROP))
    counter.cancel(payment)
    with pytest.raises(PaymentStateConflict):
        counter.capture(payment)


def test_an_authorization_seen_at_stripe_can_be_captured_though_its_answer_was_lost(
    counter: Counter,
) -> None:
    counter.strike("POST", CREATE, Fault(Kind.DROP, When.AFTER))
    payment = counter.authorize()
    assert payment.status == "UNKNOWN"
    assert look_at_payment(payment_id=payment.pk, now=counter.now)
    assert counter.capture(payment).status == "CAPTURED"
    assert {attempt.state for attempt in payment.attempts.all()} == {"ANSWERED"}
