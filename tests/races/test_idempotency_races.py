"""Many tills at once: one key has one effect, nobody waits for it, and no key stays locked."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import orjson
import pytest
from django.db import connection

from apps.core import idempotency
from apps.core.answers import Answer, Request
from apps.core.errors import IdempotencyKeyInUse
from apps.core.idempotency import run_once
from apps.core.models import OutboxEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from apps.core.types import JSON

    type Document = dict[str, JSON]
    type Action = Callable[[], tuple[int, Document]]

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

REQUEST = Request("terminal:1", "7f3a", "POST /api/v1/orders", {"lines": []})
THREADS = 50
DEADLINE = 30  # seconds after which a test gives up; nothing is timed


class Till:
    """Sends the same request again and again, each time from a thread of its own."""

    def __init__(self, pool: ThreadPoolExecutor, now: datetime) -> None:
        self.pool = pool
        self.now = now

    def send(self, action: Action, request: Request = REQUEST) -> Future[Answer]:
        return self.pool.submit(self._run, request, action)

    def _run(self, request: Request, action: Action) -> Answer:
        try:
            return run_once(request, now=self.now, action=action)
        finally:
            connection.close()

    def sell(self) -> tuple[int, Document]:
        """An action whose effect carries the id that it answers with."""
        event = OutboxEvent.objects.create(
            type="sold", aggregate="sale", payload={}, occurred_at=self.now
        )
        return 201, {"id": str(event.event_id)}


class HeldSale:
    """A sale that stays open, from within its action, until it is let go."""

    def __init__(self, till: Till) -> None:
        self._entered, self._released = threading.Event(), threading.Event()
        self._till = till
        self.answer = till.send(self._hold)
        assert self._entered.wait(DEADLINE)

    def _hold(self) -> tuple[int, Document]:
        self._entered.set()
        assert self._released.wait(DEADLINE), "Somebody waited for this sale."
        return self._till.sell()

    def let_go(self) -> None:
        self._released.set()


@pytest.fixture
def till(now: datetime) -> Iterator[Till]:
    with ThreadPoolExecutor(THREADS) as pool:
        yield Till(pool, now)


def effects() -> set[str]:
    return {str(key) for key in OutboxEvent.objects.values_list("event_id", flat=True)}


def lose_power() -> tuple[int, Document]:
    raise RuntimeError("the power went")


def test_fifty_threads_on_one_key_have_one_effect_and_one_answer(till: Till, now: datetime) -> None:
    start = threading.Barrier(THREADS, timeout=DEADLINE)

    def send() -> Answer | IdempotencyKeyInUse:
        start.wait()
        try:
            return run_once(REQUEST, now=now, action=till.sell)
        except IdempotencyKeyInUse as refusal:
            return refusal
        finally:
            connection.close()

    futures = [till.pool.submit(send) for _ in range(THREADS)]
    outcomes = [future.result(DEADLINE) for future in futures]
    answers = [outcome for outcome in outcomes if isinstance(outcome, Answer)]
    assert Counter(answer.is_replay for answer in answers)[False] == 1
    assert {orjson.loads(answer.body)["id"] for answer in answers} == effects()


def test_who_comes_while_a_key_is_open_is_told_so_and_does_not_wait(till: Till) -> None:
    held = HeldSale(till)
    with pytest.raises(IdempotencyKeyInUse) as refusal:
        till.send(till.sell).result(DEADLINE)
    assert refusal.value.retry_after == 1
    assert not held.answer.done()
    held.let_go()
    first = held.answer.result(DEADLINE)
    assert till.send(till.sell).result(DEADLINE) == replace(first, is_replay=True)


def test_an_open_key_holds_up_no_other_key_and_no_other_terminal(till: Till) -> None:
    held = HeldSale(till)
    for other in (replace(REQUEST, key="7f3b"), replace(REQUEST, scope="terminal:2")):
        assert not till.send(till.sell, other).result(DEADLINE).is_replay
    assert not held.answer.done()
    held.let_go()


def test_a_crash_frees_the_key_though_its_connection_stays_open(till: Till, now: datetime) -> None:
    with pytest.raises(RuntimeError, match="power"):
        run_once(REQUEST, now=now, action=lose_power)
    assert not till.send(till.sell).result(DEADLINE).is_replay


def test_who_loses_the_race_to_the_insert_is_undone_and_gets_the_replay(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each thread takes a lock of its own, so both pass the look-up, as they do where one commits
    # between the other's look and its lock. Both are inside their action before either ends it.
    monkeypatch.setattr(idempotency, "_lock_id", lambda _request: threading.get_ident())
    both_inside = threading.Barrier(2, timeout=DEADLINE)

    def sell_side_by_side() -> tuple[int, Document]:
        both_inside.wait()
        return till.sell()

    sent = [till.send(sell_side_by_side) for _ in range(2)]
    first, second = sorted((f.result(DEADLINE) for f in sent), key=lambda answer: answer.is_replay)
    assert (first.is_replay, second) == (False, replace(first, is_replay=True))
    assert effects() == {orjson.loads(first.body)["id"]}
