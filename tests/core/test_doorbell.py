"""The doorbell rings after a commit, once for many rings, and never in the caller's thread."""

from __future__ import annotations

import contextlib
import queue
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from celery import Celery
from django_subatomic.db import transaction

from apps.core import doorbell
from apps.core.events import Event
from apps.core.outbox import publish
from config import celery_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import Settings

DEADLINE = 10  # seconds after which a test gives up; nothing is timed


@dataclass(frozen=True, kw_only=True)
class DoorOpened(Event):
    type: ClassVar[str] = "test.door-opened"

    aggregate: str = "store:1"
    occurred_at: datetime = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)


class Bell(Celery):
    """A Celery app that keeps each message, and the ringer, until the test takes the message."""

    def __init__(self) -> None:
        super().__init__("bell", set_as_current=False, fixups=[])
        self._sent: queue.Queue[tuple[str, str]] = queue.Queue()
        self._may_go_on = threading.Semaphore(0)
        self.breaks = False

    def send_task(self, name: str, *args: Any, **options: Any) -> None:  # type: ignore[override]
        breaks = self.breaks
        self._sent.put((name, threading.current_thread().name))
        assert self._may_go_on.acquire(timeout=DEADLINE)
        if breaks:
            raise ConnectionRefusedError("the broker is away")

    def wait_for_a_message(self) -> tuple[str, str]:
        """The next message: its task and the thread that sends it. The ringer is held meanwhile."""
        return self._sent.get(timeout=DEADLINE)

    def let_go(self) -> None:
        self._may_go_on.release()

    @property
    def is_silent(self) -> bool:
        """Whether no message is being sent and none was asked for."""
        return self._sent.empty() and not doorbell._rung.is_set()


@pytest.fixture
def bell(settings: Settings) -> Iterator[Bell]:
    """The app that the doorbell's thread sends with. Every test takes each message it causes."""
    settings.OUTBOX_DOORBELL = True
    bell = Bell()
    bell.set_default()
    yield bell
    assert bell.is_silent, "The test rang and did not wait for the message."
    celery_app.set_default()


@pytest.fixture
def held(bell: Bell) -> Iterator[Bell]:
    """The ringer in the middle of a message, so that whatever rings now is seen to wait."""
    doorbell.ring()
    bell.wait_for_a_message()
    yield bell
    bell.let_go()


def take(bell: Bell) -> tuple[str, str]:
    message = bell.wait_for_a_message()
    bell.let_go()
    return message


def test_a_ring_sends_the_relay_task_from_the_doorbells_own_thread(bell: Bell) -> None:
    doorbell.ring()
    assert take(bell) == ("core.relay_outbox", "outbox-doorbell")


def test_nothing_rings_where_the_doorbell_is_switched_off(held: Bell, settings: Settings) -> None:
    settings.OUTBOX_DOORBELL = False
    doorbell.ring()
    assert held.is_silent


def test_many_rings_while_one_is_answered_send_one_message_more(bell: Bell) -> None:
    doorbell.ring()
    bell.wait_for_a_message()
    for _ in range(100):
        doorbell.ring()
    bell.let_go()
    bell.wait_for_a_message()
    assert bell.is_silent  # the ringer is inside the second message, and nobody asked for a third
    bell.let_go()


def test_rings_from_many_threads_are_answered_by_one_ringer(bell: Bell) -> None:
    doorbell.ring()
    bell.wait_for_a_message()
    callers = [threading.Thread(target=doorbell.ring) for _ in range(20)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(DEADLINE)
    ringers = [t for t in threading.enumerate() if t.name == "outbox-doorbell"]
    bell.let_go()
    take(bell)
    assert len(ringers) == 1


@pytest.mark.django_db(transaction=True)
def test_a_published_fact_rings_after_the_commit_and_not_before(bell: Bell) -> None:
    doorbell.ring()
    bell.wait_for_a_message()
    with transaction():
        publish(DoorOpened())
        assert bell.is_silent
    assert not bell.is_silent
    bell.let_go()
    take(bell)


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_fact_never_rings(held: Bell) -> None:
    with contextlib.suppress(ZeroDivisionError), transaction():
        publish(DoorOpened())
        raise ZeroDivisionError
    assert held.is_silent


def test_the_ringer_outlives_a_broker_that_refuses_a_message(bell: Bell) -> None:
    bell.breaks = True
    doorbell.ring()
    take(bell)
    ringer, bell.breaks = doorbell._ringer, False
    doorbell.ring()
    assert take(bell) == ("core.relay_outbox", "outbox-doorbell")
    assert doorbell._ringer is ringer


def test_the_message_reaches_the_broker_of_the_configured_app(settings: Settings) -> None:
    settings.OUTBOX_DOORBELL = True
    with celery_app.connection_for_read() as broker, broker.SimpleQueue("celery") as mailbox:
        mailbox.clear()
        doorbell.ring()
        message = mailbox.get(timeout=DEADLINE)
        message.ack()
    assert message.headers["task"] == "core.relay_outbox"
