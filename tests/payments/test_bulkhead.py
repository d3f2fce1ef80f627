"""Some threads may wait for Stripe; the others go on selling for cash."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from apps.payments import bulkhead
from apps.payments.bulkhead import OPEN_SECONDS, SILENCES_UNTIL_OPEN, Bulkhead
from apps.payments.errors import CardsBusy

if TYPE_CHECKING:
    from collections.abc import Iterator

SOON = 10.0  # seconds that no test may last


@contextmanager
def a_call_in_hand(wall: Bulkhead) -> Iterator[threading.Event]:
    """A thread that waits for Stripe until it is let go."""
    taken, let_go = threading.Event(), threading.Event()

    def wait() -> None:
        with wall.slot():
            taken.set()
            let_go.wait(SOON)

    thread = threading.Thread(target=wait)
    thread.start()
    assert taken.wait(SOON)
    yield let_go
    let_go.set()
    thread.join(SOON)


def take(wall: Bulkhead) -> None:
    with wall.slot():
        pass


def silence(wall: Bulkhead, times: int = SILENCES_UNTIL_OPEN) -> None:
    for _ in range(times):
        with wall.slot():
            wall.note_silence()


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock of the bulkhead's that can be put forward: `later[0] += seconds`."""
    ahead, clock = [0.0], time.monotonic
    monkeypatch.setattr("apps.payments.bulkhead.time.monotonic", lambda: clock() + ahead[0])
    return ahead


def test_the_next_card_waits_its_turn_while_stripe_is_quick() -> None:
    wall = Bulkhead(1)
    with ThreadPoolExecutor(1) as pool, a_call_in_hand(wall) as let_go:
        waiting = pool.submit(take, wall)
        let_go.set()
        waiting.result(SOON)


def test_the_next_card_is_turned_away_at_once_when_a_call_drags_on(later: list[float]) -> None:
    wall = Bulkhead(1)
    with a_call_in_hand(wall):
        later[0] += bulkhead.PATIENCE_SECONDS
        with pytest.raises(CardsBusy) as refusal:
            take(wall)
    assert refusal.value.retry_after == 1


def test_nobody_asks_for_a_while_after_silences_in_a_row(later: list[float]) -> None:
    wall = Bulkhead(2)
    silence(wall)
    with pytest.raises(CardsBusy) as refusal:
        take(wall)
    assert refusal.value.retry_after == OPEN_SECONDS
    later[0] += OPEN_SECONDS
    take(wall)


def test_an_answer_between_silences_keeps_the_way_open() -> None:
    wall = Bulkhead(2)
    silence(wall, SILENCES_UNTIL_OPEN - 1)
    wall.note_answer()
    silence(wall, SILENCES_UNTIL_OPEN - 1)
    take(wall)


def test_one_call_finds_out_for_all_whether_the_silence_is_over(later: list[float]) -> None:
    wall = Bulkhead(2)
    silence(wall)
    later[0] += OPEN_SECONDS
    with a_call_in_hand(wall):
        with pytest.raises(CardsBusy):
            take(wall)
        wall.note_answer()
        take(wall)
