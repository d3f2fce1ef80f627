"""What nobody saw the end of is found out: looked up first, asked again after, never done twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apps.payments.models import Attempt, Payment
from apps.payments.selectors import find_payment_drift
from apps.payments.services.resolving import resolve_attempts
from sandbox.stripe.faults import Fault, Kind, When, every_fault
from tests.payments.cards import CANCEL, CAPTURE, CREATE, REFUND

if TYPE_CHECKING:
    from tests.payments.cards import Counter

pytestmark = pytest.mark.django_db(transaction=True)
FAULTS = [fault for fault in every_fault(seconds=0.05) if fault.kind is not Kind.SLOW]


def name(fault: Fault) -> str:
    return f"{fault.kind.value}-{fault.when.value}{'-stored' if fault.is_stored else ''}"


@pytest.mark.parametrize("fault", FAULTS, ids=name)
def test_an_authorization_of_unknown_outcome_is_found_out(counter: Counter, fault: Fault) -> None:
    counter.strike("POST", CREATE, fault)
    payment = counter.authorize()
    counter.resolve()
    payment.refresh_from_db()
    assert (payment.status, payment.authorized_cents) == ("AUTHORIZED", 2139)
    assert len(counter.intents()) == 1


@pytest.mark.parametrize("fault", FAULTS, ids=name)
def test_a_capture_of_unknown_outcome_is_found_out(counter: Counter, fault: Fault) -> None:
    payment = counter.authorize()
    counter.strike("POST", CAPTURE, fault)
    counter.capture(payment)
    counter.resolve()
    payment.refresh_from_db()
    assert (payment.status, payment.captured_cents) == ("CAPTURED", 2139)
    assert counter.taken_cents() == 2139


@pytest.mark.parametrize("fault", FAULTS, ids=name)
def test_a_cancellation_of_unknown_outcome_is_found_out(counter: Counter, fault: Fault) -> None:
    payment = counter.authorize()
    counter.strike("POST", CANCEL, fault)
    counter.cancel(payment)
    counter.resolve()
    payment.refresh_from_db()
    assert payment.status == "CANCELED"
    assert counter.taken_cents() == 0


@pytest.mark.parametrize("fault", FAULTS, ids=name)
def test_a_refund_of_unknown_outcome_is_found_out(counter: Counter, fault: Fault) -> None:
    payment = counter.paid(2139)
    counter.strike("POST", REFUND, fault)
    refund = counter.refund(payment, 1000)
    counter.resolve()
    refund.refresh_from_db()
    assert refund.status == "SUCCEEDED"
    assert counter.sent_back() == 1000
    assert not list(find_payment_drift())


def test_while_stripe_is_silent_the_outcome_stays_open(counter: Counter) -> None:
    counter.strike("POST", CREATE, Fault(Kind.DROP, When.AFTER))
    payment = counter.authorize()
    counter.strike("GET", "/v1/payment_intents", Fault(Kind.DROP))
    assert counter.resolve() == 0
    payment.refresh_from_db()
    assert payment.status == "UNKNOWN"
    assert counter.resolve() == 1


def test_a_fresh_attempt_is_left_to_the_process_that_made_it(counter: Counter) -> None:
    counter.authorize()
    Attempt.objects.update(state="SENT")
    assert resolve_attempts(now=counter.now) == 0


def test_a_process_that_died_before_its_call_is_made_up_for(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Died(BaseException):
        pass

    def die(*_: object, **__: object) -> None:
        raise Died

    with monkeypatch.context() as patch:
        patch.setattr("apps.payments.gateway.intents.create_intent", die)
        with pytest.raises(Died):
            counter.authorize()
    assert counter.resolve() == 1
    assert Payment.objects.get().status == "AUTHORIZED"


def test_a_5xx_that_stripe_keeps_is_overcome_with_a_new_key(counter: Counter) -> None:
    payment = counter.authorize()
    counter.strike("POST", CAPTURE, Fault(Kind.ERROR, is_stored=True))
    counter.capture(payment)
    counter.resolve()
    tried = payment.attempts.filter(operation="CAPTURE").order_by("pk")
    assert [attempt.state for attempt in tried] == ["ABANDONED", "ANSWERED"]
    assert len({attempt.key for attempt in tried}) == 2


def test_after_a_network_failure_the_same_key_is_used(counter: Counter) -> None:
    payment = counter.authorize()
    counter.strike("POST", CAPTURE, Fault(Kind.DROP))
    counter.capture(payment)
    counter.resolve()
    assert [a.state for a in payment.attempts.filter(operation="CAPTURE")] == ["ANSWERED"]


def test_an_authorization_that_expired_meanwhile_is_cancelled(counter: Counter) -> None:
    payment = counter.authorize()
    counter.strike("POST", CAPTURE, Fault(Kind.DROP))
    counter.capture(payment)
    counter.stripe.world.clock.advance(8 * 24 * 60 * 60)
    counter.resolve()
    payment.refresh_from_db()
    assert payment.status == "CANCELED"


def test_news_of_another_amount_changes_nothing(counter: Counter) -> None:
    payment = counter.authorize(2139)
    counter.strike("POST", CAPTURE, Fault(Kind.DROP, When.AFTER))
    counter.capture(payment)
    Payment.objects.update(currency="CAD")
    counter.resolve()
    payment.refresh_from_db()
    assert payment.captured_cents == 0
