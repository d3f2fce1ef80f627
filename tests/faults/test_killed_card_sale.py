"""A process killed with SIGKILL at every point between the attempt's row and its outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from apps.core.ledgers import find_faults
from apps.payments.models import Attempt, Payment, Refund
from apps.payments.services import attempting
from tests.faults.killing import POINTS, arm, die, killed
from tests.payments.at_readers import ReaderCounter
from tests.payments.conftest import counter, stripe

if TYPE_CHECKING:
    from sandbox.stripe.server import Simulator
    from tests.payments.cards import Counter

__all__ = ["counter", "stripe"]
pytestmark = pytest.mark.django_db(transaction=True)


def assert_the_books_are_whole(counter: Counter, held_cents: int) -> None:
    assert counter.taken_cents() == held_cents
    assert not Attempt.objects.filter(state__in=["SENT", "UNANSWERED"]).exists()
    assert not list(find_faults())


@pytest.mark.parametrize("point", POINTS)
def test_a_killed_authorization_is_one_authorization(counter: Counter, point: int) -> None:
    killed(counter.authorize, point)
    counter.resolve()
    payment = Payment.objects.get()
    assert (payment.status, len(counter.intents())) == ("AUTHORIZED", 1)
    assert_the_books_are_whole(counter, 0)


@pytest.mark.parametrize("point", POINTS)
def test_a_killed_capture_takes_the_money_once(counter: Counter, point: int) -> None:
    payment = counter.authorize(2139)
    killed(lambda: counter.capture(payment), point)
    counter.resolve()
    payment.refresh_from_db()
    assert (payment.status, payment.captured_cents) == ("CAPTURED", 2139)
    assert_the_books_are_whole(counter, 2139)


@pytest.mark.parametrize("point", POINTS)
def test_a_killed_cancellation_lets_the_money_go(counter: Counter, point: int) -> None:
    payment = counter.authorize()
    killed(lambda: counter.cancel(payment), point)
    counter.resolve()
    payment.refresh_from_db()
    assert payment.status == "CANCELED"
    assert_the_books_are_whole(counter, 0)


@pytest.mark.parametrize("point", POINTS)
def test_a_killed_refund_gives_back_once(counter: Counter, point: int) -> None:
    payment = counter.paid(2139)
    killed(lambda: counter.refund(payment, 1000), point)
    counter.resolve()
    assert Refund.objects.get().status == "SUCCEEDED"
    assert counter.sent_back() == 1000
    assert_the_books_are_whole(counter, 1139)


@pytest.fixture
def at_reader(stripe: Simulator) -> ReaderCounter:
    """A till with a reader beside it."""
    return ReaderCounter(stripe)


def arm_second(point: int) -> None:
    """Let this process die at a point of its second call, the one to the reader."""
    ask, settle = attempting._ask, attempting.settle

    def ask_once(*given: Any, **named: Any) -> Any:
        attempting._ask = die if point == 1 else ask  # type: ignore[assignment]
        return ask(*given, **named)

    def settle_once(*given: Any, **named: Any) -> Any:
        done = settle(*given, **named)
        arm(point)
        return done

    attempting._ask, attempting.settle = ask_once, settle_once


@pytest.mark.parametrize("is_second", [False, True], ids=["intent", "reader"])
@pytest.mark.parametrize("point", POINTS)
def test_a_payment_killed_on_its_way_to_a_reader_is_with_the_reader_or_charges_nothing(
    at_reader: ReaderCounter, point: int, *, is_second: bool
) -> None:
    killed(at_reader.ask, point, arm_second if is_second else arm)
    payment = Payment.objects.get()
    has_it = at_reader.action() is not None
    assert has_it == (is_second and point > 1)
    at_reader.settle_down(payment)
    assert payment.status == ("PROCESSING" if has_it else "FAILED")
    if has_it:
        at_reader.tap()
        assert at_reader.settle_down(payment).status == "AUTHORIZED"
    states = {"requires_capture"} if has_it else {"canceled"}
    assert {intent.status for intent in at_reader.intents()} <= states
    assert_the_books_are_whole(at_reader, 0)


@pytest.mark.parametrize("point", POINTS)
def test_a_killed_cancellation_at_a_reader_lets_nobody_pay_later(
    at_reader: ReaderCounter, point: int
) -> None:
    payment = at_reader.ask()
    killed(lambda: at_reader.cancel(payment), point)
    assert at_reader.settle_down(payment).status == "CANCELED"
    assert at_reader.intent().status == "canceled"
    assert_the_books_are_whole(at_reader, 0)
