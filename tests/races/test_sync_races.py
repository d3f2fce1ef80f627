"""Many send, number and sell at the same instant: one sends, and each thing keeps its order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from threading import Barrier
from threading import Event as Signal
from typing import TYPE_CHECKING, ClassVar

import pytest
from django.db import connection
from django_subatomic.db import transaction

from apps.core import numbering
from apps.core.events import Event
from apps.core.models import OutboxEvent
from apps.core.numbering import number_facts
from apps.core.outbox import publish
from apps.sync.conservation import find_lost_facts
from apps.sync.models import Batch
from apps.sync.services.dispatching import End
from apps.sync.services.leasing import claim
from tests.conftest import NOON
from tests.sync.conftest import listener, peer, sender
from tests.sync.listening import Peer, Reply
from tests.sync.office import CODE, Sender, destination, tell

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

__all__ = ["listener", "peer", "sender"]
pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
AT_ONCE = 6
PATIENCE = 20  # seconds after which a test gives up; nothing is timed


def at_once[T](act: Callable[[], T], times: int = AT_ONCE) -> list[T]:
    start = Barrier(times)

    def run(_: int) -> T:
        start.wait()
        return closing(act)

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def closing[T](act: Callable[[], T]) -> T:
    try:
        return act()
    finally:
        connection.close()


def test_of_many_that_claim_at_once_one_gets_the_lease(sender: Sender) -> None:
    leases = at_once(lambda: claim(CODE, now=NOON))
    assert len([lease for lease in leases if lease]) == 1
    assert destination().lease_epoch == 1


def test_many_beats_at_once_send_every_fact_once_and_in_order(sender: Sender, peer: Peer) -> None:
    tell(2_500)
    ends = at_once(lambda: Sender().run())
    assert End.DONE in ends
    sender.run()
    assert peer.order == list(range(1, 2_501))
    assert sum(len(request.numbers) for request in peer.heard) == 2_500
    assert list(find_lost_facts()) == []


def test_who_is_overtaken_while_their_batch_is_on_its_way_changes_nothing(
    sender: Sender, peer: Peer
) -> None:
    tell(3)
    late = Signal()
    peer.script.append(Reply(422, waits=late))
    with ThreadPoolExecutor(1) as pool:
        sleeper = pool.submit(closing, Sender().run)
        while not peer.heard:
            late.wait(0.01)
        sender.now = NOON.replace(hour=23)
        assert sender.run() is End.DONE
        late.set()
        assert sleeper.result(PATIENCE) is End.TAKEN
    assert (destination().synced_count, Batch.objects.get().state) == (3, "DELIVERED")
    assert list(find_lost_facts()) == []


@dataclass(frozen=True, kw_only=True)
class Moved(Event):
    type: ClassVar[str] = "test.moved"
    is_shared: ClassVar[bool] = True

    occurred_at: datetime
    step: int


@pytest.fixture
def unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """No schema is asked for."""
    monkeypatch.setattr(numbering, "find_fault", lambda *_: "")
    monkeypatch.setattr("apps.core.outbox.find_fault", lambda *_: "")


def told(aggregate: str, *steps: int, before_the_end: Callable[[], object] = bool) -> None:
    """Write facts about one thing in one transaction, by a clock that is being set back."""
    with transaction():
        for step in steps:
            at = NOON - timedelta(minutes=step)
            publish(Moved(aggregate=aggregate, step=step, occurred_at=at))
        before_the_end()


@pytest.mark.usefixtures("unchecked")
def test_facts_of_one_thing_keep_their_order_with_two_relays_and_a_late_commit(
    sender: Sender, peer: Peer
) -> None:
    written, others_are_sent = Signal(), Signal()
    wait = partial(say_and_wait, written, others_are_sent)
    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(closing, lambda: told("order:slow", 1, before_the_end=wait))
        assert written.wait(PATIENCE)
        told("order:quick", 1, 2, 3)
        at_once(number_facts, times=2)
        sender.run()
        others_are_sent.set()
        late.result(PATIENCE)
    told("order:slow", 2)
    at_once(lambda: (number_facts(), Sender().run()), times=2)
    sender.run()
    assert steps_taken(peer) == [*[("quick", n) for n in (1, 2, 3)], ("slow", 1), ("slow", 2)]


def say_and_wait(said: Signal, awaited: Signal) -> None:
    said.set()
    assert awaited.wait(PATIENCE)


def steps_taken(peer: Peer) -> list[tuple[str, int]]:
    """In the order in which they came; none is left without a number."""
    assert not OutboxEvent.objects.filter(sequence__isnull=True, is_shared=True).exists()
    facts = [peer.facts[number] for number in peer.order]
    return [(fact["aggregate"].removeprefix("order:"), fact["data"]["step"]) for fact in facts]
