"""Looking where a payment stands: by whoever asks, as often as may be, and the intent is right."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest

from apps.payments.bulkhead import bulkhead
from apps.payments.errors import PaymentUnknown
from apps.payments.gateway import terminal as terminal_gateway
from apps.payments.models import Attempt, Payment
from apps.payments.services.looking import look_at_payment
from sandbox.stripe import terminal
from sandbox.stripe.faults import Fault, Kind, When
from tests.conftest import NOON
from tests.payments.at_readers import DECLINED, INTENT, READER, ReaderCounter
from tests.payments.cards import CANCEL, CREATE

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.stripe.server import Simulator

    type Way = Callable[[ReaderCounter, Payment], Payment]

pytestmark = pytest.mark.django_db(transaction=True)


def by_polling(counter: ReaderCounter, payment: Payment) -> Payment:
    return counter.poll(payment)


def by_the_resolver(counter: ReaderCounter, payment: Payment) -> Payment:
    return counter.settle_down(payment)


def by_being_told(counter: ReaderCounter, payment: Payment) -> Payment:
    counter.look(payment)
    payment.refresh_from_db()
    return payment


EACH_ALONE = pytest.mark.parametrize("way", [by_polling, by_the_resolver, by_being_told])


@pytest.fixture
def counter(stripe: Simulator) -> ReaderCounter:
    """A till with a reader beside it."""
    return ReaderCounter(stripe)


@EACH_ALONE
def test_an_approved_card_is_found(counter: ReaderCounter, way: Way) -> None:
    payment = counter.ask()
    counter.tap()
    assert way(counter, payment).status == "AUTHORIZED"


@EACH_ALONE
def test_a_card_approved_while_the_reader_reports_a_failure_is_approved(
    counter: ReaderCounter, way: Way
) -> None:
    payment = counter.ask(2139)
    counter.lose_outcome()
    counter.tap()
    assert counter.action().status == "failed"
    after = way(counter, payment)
    assert (after.status, after.authorized_cents) == ("AUTHORIZED", 2139)
    assert counter.capture(after).captured_cents == 2139


@EACH_ALONE
def test_a_declined_card_fails_and_its_intent_is_closed(counter: ReaderCounter, way: Way) -> None:
    payment = counter.ask()
    counter.tap(DECLINED)
    after = way(counter, payment)
    assert (after.status, after.decline_code) == ("FAILED", "generic_decline")
    assert counter.intent().status == "canceled"


@EACH_ALONE
def test_a_customer_who_presses_cancel_fails_the_payment(counter: ReaderCounter, way: Way) -> None:
    payment = counter.ask()
    terminal.customer_cancels(counter.world, counter.reader.stripe_id)
    after = way(counter, payment)
    assert (after.status, after.decline_code) == ("FAILED", "customer_canceled")
    assert counter.intent().status == "canceled"


@EACH_ALONE
def test_a_reader_that_still_waits_leaves_the_payment_alone(
    counter: ReaderCounter, way: Way
) -> None:
    payment = counter.ask()
    assert way(counter, payment).status == "PROCESSING"
    assert counter.action().status == "in_progress"


def test_a_reader_whose_screen_was_cleared_elsewhere_fails_the_payment(
    counter: ReaderCounter,
) -> None:
    payment = counter.ask()
    counter.stripe.client().v1.terminal.readers.cancel_action(counter.reader.stripe_id)
    after = counter.poll(payment)
    assert (after.status, after.decline_code) == ("FAILED", "reader_not_waiting")


def test_a_card_that_comes_between_two_looks_is_not_given_up(
    counter: ReaderCounter, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = counter.ask()
    look = terminal_gateway.retrieve_reader

    def look_late(reader_id: str) -> object:
        counter.lose_outcome()
        counter.tap()
        return look(reader_id)

    monkeypatch.setattr(terminal_gateway, "retrieve_reader", look_late)
    assert counter.poll(payment).status == "AUTHORIZED"


def test_looking_again_changes_nothing(counter: ReaderCounter) -> None:
    payment = counter.ask()
    counter.tap(DECLINED)
    for _ in range(3):
        assert counter.look(payment)
    assert Attempt.objects.filter(operation="CANCEL").count() == 1


def test_a_closing_that_failed_is_made_up_for(counter: ReaderCounter) -> None:
    payment = counter.ask()
    counter.tap(DECLINED)
    counter.strike("POST", CANCEL, Fault(Kind.DROP))
    assert counter.poll(payment).status == "FAILED"
    assert counter.intent().status == "requires_payment_method"
    counter.settle_down(payment)
    assert counter.intent().status == "canceled"


def test_looking_finds_an_intent_whose_name_was_never_heard(counter: ReaderCounter) -> None:
    counter.strike("POST", CREATE, Fault(Kind.DROP, When.AFTER))
    payment = counter.authorize()
    assert (payment.status, payment.intent_id) == ("UNKNOWN", None)
    assert counter.look(payment)
    payment.refresh_from_db()
    assert (payment.status, payment.intent_id) == ("AUTHORIZED", counter.intent().id)


def test_looking_before_stripe_was_asked_finds_nothing(counter: ReaderCounter) -> None:
    counter.strike("POST", CREATE, Fault(Kind.DROP))
    payment = counter.authorize()
    assert counter.look(payment)
    payment.refresh_from_db()
    assert payment.status == "UNKNOWN"


@pytest.mark.parametrize("path", [INTENT, READER])
def test_a_silent_stripe_leaves_the_till_with_what_we_know(
    counter: ReaderCounter, path: str
) -> None:
    payment = counter.ask()
    terminal.customer_cancels(counter.world, counter.reader.stripe_id)
    counter.strike("GET", path, Fault(Kind.DROP))
    assert counter.poll(payment).status == "PROCESSING"
    counter.strike("GET", path, Fault(Kind.DROP))
    assert not counter.look(payment)


@pytest.mark.parametrize("path", [INTENT, READER])
def test_a_refused_key_is_no_news_of_a_payment(counter: ReaderCounter, path: str) -> None:
    payment = counter.ask()
    terminal.customer_cancels(counter.world, counter.reader.stripe_id)
    counter.strike("GET", path, Fault(Kind.ERROR, status=401))
    assert not counter.look(payment)
    payment.refresh_from_db()
    assert payment.status == "PROCESSING"


def test_a_key_refused_between_two_looks_is_no_news_of_a_payment(
    counter: ReaderCounter, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = counter.ask()
    terminal.customer_cancels(counter.world, counter.reader.stripe_id)
    look = terminal_gateway.retrieve_reader

    def look_and_lose_the_key(reader_id: str) -> object:
        counter.strike("GET", INTENT, Fault(Kind.ERROR, status=401))
        return look(reader_id)

    monkeypatch.setattr(terminal_gateway, "retrieve_reader", look_and_lose_the_key)
    assert not counter.look(payment)


def test_what_stripe_does_not_know_is_news_of_a_payment(counter: ReaderCounter) -> None:
    payment = counter.ask()
    Payment.objects.update(intent_id="pi_of_nobody")
    assert counter.look(payment)


def test_a_till_that_asks_takes_no_slot_that_is_not_there(counter: ReaderCounter) -> None:
    payment = counter.ask()
    counter.tap()
    for _ in range(3):
        bulkhead.note_silence()
    assert counter.poll(payment).status == "PROCESSING"
    bulkhead.note_answer()
    assert counter.poll(payment).status == "AUTHORIZED"


def test_silence_while_a_till_asks_is_counted_with_the_others(counter: ReaderCounter) -> None:
    payment = counter.ask()
    counter.strike("GET", INTENT, Fault(Kind.DROP), times=None)
    asked = len(counter.world.faults.picked)
    for _ in range(5):
        counter.poll(payment)
    assert len(counter.world.faults.picked) - asked == 3


def test_there_is_nothing_to_see_of_a_payment_nobody_made() -> None:
    with pytest.raises(PaymentUnknown):
        look_at_payment(payment_id=uuid.uuid4(), now=NOON)
