"""A card at a reader: sent there once, and what becomes of it is what the intent shows."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from apps.payments.errors import PaymentExists, PaymentStateConflict, ReaderUnknown
from apps.payments.gateway import calling
from apps.payments.gateway import terminal as gateway
from apps.payments.models import Attempt, Payment, Reader
from apps.payments.services.freeing import TIMED_OUT
from apps.payments.services.presenting import present_payment
from apps.payments.services.settling import FORGOTTEN_AFTER, settle_payments
from apps.payments.types import Refused
from sandbox.stripe import terminal
from sandbox.stripe.faults import Fault, Kind, When
from sandbox.stripe.terminal_fleet import set_reader_online
from tests.factories import make_store
from tests.payments.at_readers import DECLINED, FREE, PROCESS, ReaderCounter
from tests.payments.cards import CANCEL, CREATE
from tests.payments.rows import make_reader

if TYPE_CHECKING:
    from sandbox.stripe.server import Simulator

pytestmark = pytest.mark.django_db(transaction=True)
SILENCES = [Fault(Kind.DROP), Fault(Kind.DROP, When.AFTER), Fault(Kind.ERROR, is_stored=True)]


def name(fault: Fault) -> str:
    return f"{fault.kind.value}-{fault.when.value}"


@pytest.fixture
def counter(stripe: Simulator) -> ReaderCounter:
    """A till with a reader beside it."""
    return ReaderCounter(stripe)


def test_a_payment_sent_to_a_reader_waits_for_a_card(counter: ReaderCounter) -> None:
    payment = counter.ask(2139)
    assert (payment.status, payment.authorized_cents) == ("PROCESSING", 0)
    assert counter.action().process_payment_intent.payment_intent == payment.intent_id
    assert counter.intent().capture_method == "manual"


def test_a_card_that_is_presented_is_authorized_and_captured_like_any(
    counter: ReaderCounter,
) -> None:
    payment = counter.ask(2139)
    counter.tap()
    assert (counter.poll(payment).status, counter.taken_cents()) == ("AUTHORIZED", 0)
    captured = counter.capture(payment)
    assert (captured.card_last4, captured.captured_cents) == ("4242", 2139)
    assert counter.taken_cents() == 2139


def test_a_tip_given_at_the_reader_comes_on_top(counter: ReaderCounter) -> None:
    payment = counter.ask(2000)
    counter.tap(tip=300)
    counter.look(payment)
    payment.refresh_from_db()
    amounts = (payment.amount_cents, payment.tip_cents, payment.authorized_cents)
    assert amounts == (2000, 300, 2300)
    assert counter.capture(payment).captured_cents == 2300


def test_a_busy_reader_fails_the_payment_and_nothing_can_charge_it_later(
    counter: ReaderCounter,
) -> None:
    first = counter.ask()
    second = counter.ask()
    assert (second.status, second.decline_code) == ("FAILED", "terminal_reader_busy")
    newest, oldest = counter.intents()
    assert (newest.id, newest.status) == (second.intent_id, "canceled")
    assert (oldest.id, oldest.status) == (first.intent_id, "requires_payment_method")
    assert counter.action().status == "in_progress"


def test_an_offline_reader_fails_the_payment(counter: ReaderCounter) -> None:
    set_reader_online(counter.world, counter.reader.stripe_id, is_online=False)
    payment = counter.ask()
    assert (payment.status, payment.decline_code) == ("FAILED", "terminal_reader_offline")
    assert counter.intent().status == "canceled"


def test_a_reader_that_timed_out_is_freed_and_cannot_charge_later(counter: ReaderCounter) -> None:
    terminal.time_out_next_call(counter.world, counter.reader.stripe_id)
    payment = counter.ask()
    assert (payment.status, payment.decline_code) == ("FAILED", "terminal_reader_timeout")
    assert counter.intent().status == "canceled"
    assert counter.ask().status == "PROCESSING"


def test_a_reader_that_had_it_in_spite_of_its_timeout_is_freed(
    counter: ReaderCounter, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = gateway.process_payment_intent

    def time_out(*given: str, key: str) -> Refused[object]:
        process(*given, key=key)
        return Refused(TIMED_OUT, "The reader did not answer in time.")

    monkeypatch.setattr(gateway, "process_payment_intent", time_out)
    assert counter.ask().status == "FAILED"
    assert (counter.action(), counter.intent().status) == (None, "canceled")


def test_a_payment_that_was_cancelled_meanwhile_is_not_presented(counter: ReaderCounter) -> None:
    payment = counter.ask()
    counter.cancel(payment)
    present_payment(payment_id=payment.pk, now=counter.now)
    assert payment.attempts.filter(operation="PRESENT").count() == 1
    assert counter.action() is None


def test_a_card_declined_while_a_cancellation_is_open_is_cancelled_once(
    counter: ReaderCounter,
) -> None:
    payment = counter.ask()
    counter.strike("POST", FREE, Fault(Kind.DROP))
    counter.strike("POST", CANCEL, Fault(Kind.DROP))
    assert counter.cancel(payment).status == "UNKNOWN"
    counter.tap(DECLINED)
    counter.look(payment)
    assert counter.settle_down(payment).status == "FAILED"
    assert [a.state for a in payment.attempts.filter(operation="CANCEL")] == ["ANSWERED"]


def test_an_intent_that_could_not_be_closed_is_closed_by_the_resolver(
    counter: ReaderCounter,
) -> None:
    set_reader_online(counter.world, counter.reader.stripe_id, is_online=False)
    counter.strike("POST", CANCEL, Fault(Kind.DROP))
    payment = counter.ask()
    assert (payment.status, counter.intent().status) == ("FAILED", "requires_payment_method")
    assert counter.settle_down(payment).status == "FAILED"
    assert counter.intent().status == "canceled"


@pytest.mark.parametrize("fault", SILENCES, ids=name)
def test_a_call_to_a_reader_without_an_answer_is_found_out_and_not_repeated(
    counter: ReaderCounter, fault: Fault
) -> None:
    counter.strike("POST", PROCESS, fault)
    payment = counter.ask()
    assert payment.status == "UNKNOWN"
    has_it = counter.action() is not None
    counter.settle_down(payment)
    assert payment.status == ("PROCESSING" if has_it else "FAILED")
    assert (counter.action() is not None) == has_it
    assert payment.attempts.filter(operation="PRESENT").count() == 1


def test_a_card_presented_while_nobody_knew_is_authorized(counter: ReaderCounter) -> None:
    counter.strike("POST", PROCESS, Fault(Kind.DROP, When.AFTER))
    payment = counter.ask()
    counter.tap()
    assert counter.settle_down(payment).status == "AUTHORIZED"


@pytest.mark.parametrize("when", When)
def test_an_intent_whose_making_was_not_seen_is_never_presented(
    counter: ReaderCounter, when: When
) -> None:
    counter.strike("POST", CREATE, Fault(Kind.DROP, when))
    payment = counter.ask()
    assert payment.status == "UNKNOWN"
    counter.settle_down(payment)
    assert (payment.status, payment.decline_code[:6]) == ("FAILED", "reader")
    assert [intent.status for intent in counter.intents()] == ["canceled"] * len(counter.intents())
    assert not payment.attempts.filter(operation="PRESENT").exists()


def test_a_payment_is_cancelled_while_the_reader_waits(counter: ReaderCounter) -> None:
    payment = counter.ask()
    assert counter.cancel(payment).status == "CANCELED"
    assert (counter.intent().status, counter.action()) == ("canceled", None)


def test_a_card_presented_in_the_moment_of_the_cancellation_is_let_go(
    counter: ReaderCounter,
) -> None:
    payment = counter.ask()
    counter.tap()
    assert counter.cancel(payment).status == "CANCELED"
    assert (counter.intent().status, counter.taken_cents()) == ("canceled", 0)


def test_cancelling_leaves_a_reader_alone_that_serves_the_next_customer(
    counter: ReaderCounter,
) -> None:
    payment = counter.ask()
    terminal.customer_cancels(counter.world, counter.reader.stripe_id)
    other = counter.ask()
    counter.cancel(payment)
    assert counter.action().process_payment_intent.payment_intent == other.intent_id


def test_a_payment_that_no_customer_comes_for_is_let_go_after_fifteen_minutes(
    counter: ReaderCounter,
) -> None:
    payment = counter.ask()
    settle_payments(now=counter.now + FORGOTTEN_AFTER - timedelta(seconds=1))
    payment.refresh_from_db()
    assert payment.status == "PROCESSING"
    settle_payments(now=counter.now + FORGOTTEN_AFTER)
    payment.refresh_from_db()
    assert (payment.status, counter.action()) == ("CANCELED", None)


def test_a_payment_that_failed_at_a_reader_cannot_be_cancelled(counter: ReaderCounter) -> None:
    counter.ask()
    failed = counter.ask()
    with pytest.raises(PaymentStateConflict):
        counter.cancel(failed)


@pytest.mark.parametrize("whose", ["nobody's", "another store's", "a removed one"])
def test_a_payment_needs_a_reader_of_this_store(counter: ReaderCounter, whose: str) -> None:
    reader_id = "tmr_nobody"
    if whose == "another store's":
        reader_id = make_reader(make_store("MIA", county="Miami-Dade")).stripe_id
    elif whose == "a removed one":
        reader_id = counter.reader.stripe_id
        Reader.objects.update(removed_at=counter.now)
    with pytest.raises(ReaderUnknown):
        counter.ask(reader_id=reader_id)
    assert not Payment.objects.exists()
    assert not counter.intents()


def test_the_same_payment_is_not_sent_to_another_reader(counter: ReaderCounter) -> None:
    payment_id, second = uuid.uuid4(), counter.register("Counter 2")
    first = counter.ask(payment_id=payment_id)
    assert counter.ask(payment_id=payment_id) == first
    with pytest.raises(PaymentExists):
        counter.ask(payment_id=payment_id, reader_id=second.stripe_id)


def test_a_slow_first_call_leaves_the_second_no_time(
    counter: ReaderCounter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "_patience", iter([(3.0, 12.0), None]).__next__)
    payment = counter.ask()
    assert payment.status == "UNKNOWN"
    assert counter.action() is None
    told = Attempt.objects.get(operation="PRESENT")
    assert (told.silence, told.answer) == ("NOT_SENT", "No time was left to ask.")
