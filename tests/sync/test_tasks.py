"""Celery only rings: a task that is lost, late or doubled changes nothing but the time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from celery.schedules import crontab
from django.conf import settings
from django_subatomic.db import transaction

from apps.core import numbering
from apps.core.events import Event
from apps.core.outbox import publish
from apps.sync.services.dispatching import End
from apps.sync.services.leasing import claim
from apps.sync.tasks import dispatch, prune_told, send
from tests.conftest import NOON
from tests.sync.office import CODE, Sender, destination, everything_is_there, make_destination, tell

if TYPE_CHECKING:
    from datetime import datetime

    import time_machine

    from tests.sync.listening import Listener, Peer

pytestmark = pytest.mark.django_db


@dataclass(frozen=True, kw_only=True)
class Rung(Event):
    type: ClassVar[str] = "test.rung"
    is_shared: ClassVar[bool] = True

    aggregate: str = "bell:1"
    occurred_at: datetime = NOON


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which runs were asked for."""
    asked: list[str] = []
    monkeypatch.setattr("apps.sync.tasks._ask_for", asked.append)
    return asked


def test_a_run_is_asked_for_each_destination_that_is_not_stopped(
    sender: Sender, listener: Listener, rung: list[str]
) -> None:
    make_destination(listener.url, code="books")
    make_destination(listener.url, code="closed", state="STOPPED")
    assert dispatch() == 2
    assert rung == ["books", CODE]


def test_the_beat_tells_every_five_minutes_and_compares_and_forgets_every_night() -> None:
    entries: Any = settings.CELERY_BEAT_SCHEDULE.values()
    by_task = {entry["task"]: entry["schedule"] for entry in entries}
    assert (by_task["sync.dispatch"], by_task["sync.pull_catalog"]) == (300, 300)
    for task in ("sync.reconcile", "sync.prune", "sync.forget_old"):
        (hour,), (minute,) = by_task[task].hour, by_task[task].minute
        assert by_task[task] == crontab(hour=str(hour), minute=str(minute))


def test_a_doubled_or_late_task_finds_nothing_to_do(sender: Sender, peer: Peer) -> None:
    tell(3)
    assert [send(CODE) for _ in range(3)] == [End.DONE] * 3
    assert len(peer.heard) == 1
    assert everything_is_there(peer)


def test_a_lost_task_is_made_up_for_by_the_next_beat(
    sender: Sender, peer: Peer, rung: list[str]
) -> None:
    tell(3)
    dispatch()
    rung.clear()  # the broker has lost it, and nothing new happens in the shop
    dispatch()
    assert [send(code) for code in rung] == [End.DONE]
    assert everything_is_there(peer)


def test_a_task_beside_a_run_leaves_it_alone(
    sender: Sender, peer: Peer, clock: time_machine.Traveller
) -> None:
    tell(3)
    assert claim(CODE, now=NOON)
    assert (send(CODE), peer.heard) == (End.TAKEN, [])


def test_a_run_that_takes_long_makes_room_and_is_asked_for_again(
    sender: Sender, peer: Peer, rung: list[str], clock: time_machine.Traveller
) -> None:
    tell(1_500)
    take = peer.take

    def slowly(request: object) -> object:
        clock.shift(300)
        return take(request)  # type: ignore[arg-type]

    peer.take = slowly  # type: ignore[method-assign, assignment]
    assert (send(CODE), rung) == (End.CUT, [CODE])
    assert destination().settled_through == 1_000
    assert send(CODE) is End.CUT
    assert everything_is_there(peer)


def test_a_beat_numbers_what_no_relay_has_numbered_yet(
    sender: Sender, peer: Peer, monkeypatch: pytest.MonkeyPatch, rung: list[str]
) -> None:
    monkeypatch.setattr(numbering, "find_fault", lambda *_: "")
    monkeypatch.setattr("apps.core.outbox.find_fault", lambda *_: "")
    with transaction():
        publish(Rung())
    dispatch()
    send(CODE)
    assert [fact["type"] for fact in peer.facts.values()] == ["test.rung"]


def test_pruning_runs_as_a_task(sender: Sender) -> None:
    assert prune_told() == 0
