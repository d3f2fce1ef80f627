"""A process killed with SIGKILL at every point between the attempt's row and its outcome."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connections

from apps.core.ledgers import find_faults
from apps.payments.models import Attempt, Payment, Refund
from apps.payments.services import attempting
from tests.payments.conftest import counter, stripe

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.payments.cards import Counter

__all__ = ["counter", "stripe"]
pytestmark = pytest.mark.django_db(transaction=True)
# 1: the row is written, nothing was asked. 2: Stripe has done it, nothing is booked.
# 3: it is booked, nobody was told.
POINTS = [1, 2, 3]


def die(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def arm(point: int) -> None:
    """Let this process die at a point of its next call to Stripe."""
    settle = attempting.settle

    def settle_and_die(*given: Any, **named: Any) -> None:
        settle(*given, **named)
        die()

    if point == 1:
        attempting._ask = die  # type: ignore[assignment]
    else:
        attempting.settle = die if point == 2 else settle_and_die


def killed(act: Callable[[], object], point: int) -> None:
    """Run `act` in a process of its own that dies at a point."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        arm(point)
        try:
            act()
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL


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
