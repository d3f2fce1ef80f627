"""How long a request waits for Stripe: all its calls together, whatever each of them does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apps.payments.gateway import calling, intents
from apps.payments.types import Answered, Silence, Unanswered

if TYPE_CHECKING:
    from tests.payments.cards import Counter

WHOLE = calling.CONNECT_SECONDS + calling.READ_SECONDS
BRISK = calling.BRISK_CONNECT_SECONDS + calling.BRISK_READ_SECONDS


class Hanging:
    """A clock on which every call takes as long as it is allowed to."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def monotonic(self) -> float:
        return self.now


def spend(clock: Hanging) -> int:
    """Make calls until none is sent any more; how many were."""
    sent = 0
    while patience := calling._patience():
        clock.now += sum(patience)
        sent += 1
    return sent


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Hanging:
    hanging = Hanging()
    monkeypatch.setattr(calling, "time", hanging)
    return hanging


def test_all_calls_of_a_request_take_less_than_twenty_seconds(clock: Hanging) -> None:
    with calling.within(calling.REQUEST_SECONDS):
        assert spend(clock) == 1
    assert clock.now - 1_000 <= calling.REQUEST_SECONDS < 20


@pytest.mark.parametrize("took", [0.0, 3.9, 4.1, 12.9, 13.1, 19.0])
def test_a_second_call_gets_the_time_that_the_first_has_left(clock: Hanging, took: float) -> None:
    with calling.within(calling.REQUEST_SECONDS):
        clock.now += took
        spend(clock)
    assert clock.now - 1_000 <= calling.REQUEST_SECONDS


def test_clearing_a_screen_leaves_time_for_the_cancellation(clock: Hanging) -> None:
    with calling.within(calling.REQUEST_SECONDS):
        with calling.within(13.0):
            assert spend(clock) == 2
        assert spend(clock) == 1
    assert clock.now - 1_000 <= calling.REQUEST_SECONDS


def test_a_wider_limit_inside_a_narrow_one_does_not_count(clock: Hanging) -> None:
    with calling.within(BRISK), calling.within(10 * WHOLE):
        assert calling._patience() == (2.0, 4.0)
    assert calling._patience() == (3.0, 12.0)


@pytest.mark.django_db
def test_what_has_no_time_left_is_not_sent(counter: Counter) -> None:
    with calling.within(0):
        outcome = intents.create_intent({"amount": 500, "currency": "usd"}, key="k")
    assert outcome == Unanswered(Silence.NOT_SENT, "No time was left to ask.")
    assert not counter.intents()


@pytest.mark.usefixtures("stripe")
def test_a_limit_ends_with_its_block() -> None:
    with calling.within(0):
        assert calling._patience() is None
    made = intents.create_intent({"amount": 500, "currency": "usd"}, key="k")
    assert isinstance(made, Answered)
