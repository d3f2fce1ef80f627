"""A broker that is away costs a committed fact nothing but time."""

from __future__ import annotations

import os
import queue
import socket
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

import celery
import pytest
from celery.exceptions import OperationalError
from django_subatomic.db import transaction

from apps.core import doorbell, tasks
from apps.core.events import Event
from apps.core.outbox import LEASE, find_event, publish, relay
from config import celery_app

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterator

    from pytest_django import Settings

DEADLINE = 30  # seconds after which a test gives up; nothing is timed


@dataclass(frozen=True, kw_only=True)
class BottleBroken(Event):
    type: ClassVar[str] = "test.bottle-broken"

    aggregate: str = "store:1"
    occurred_at: datetime = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)


SUBSCRIBERS = {BottleBroken: ("stock.count",)}


class Till(celery.Celery):
    """A Celery app whose broker is at `url`; it sends only once the caller has gone on."""

    def __init__(self, url: str) -> None:
        super().__init__("till", broker=url, set_as_current=False, fixups=[])
        self.conf.broker_transport_options = {"max_retries": 0, "socket_connect_timeout": 2}
        self.conf.task_default_queue = f"test-{os.getpid()}"
        self.caller_has_gone_on = threading.Event()
        self.outcomes: queue.Queue[tuple[bool, Exception | None]] = queue.Queue()

    def send_task(self, *args: Any, **options: Any) -> Any:
        gone_on = self.caller_has_gone_on.wait(DEADLINE)
        try:
            result = super().send_task(*args, **options)
        except Exception as error:
            self.outcomes.put((gone_on, error))
            raise
        self.outcomes.put((gone_on, None))
        return result


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A loopback port that refuses connections: taken from everybody else and not listened on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.fixture
def unplugged(closed_port: int, settings: Settings) -> Iterator[Till]:
    """The doorbell, on, before a broker that refuses connections."""
    settings.OUTBOX_DOORBELL = True
    settings.OUTBOX_SUBSCRIBERS = f"{__name__}.SUBSCRIBERS"
    till = Till(f"redis://127.0.0.1:{closed_port}/0")
    till.set_default()
    yield till
    celery_app.set_default()
    till.close()


@pytest.mark.django_db(transaction=True)
def test_a_commit_goes_on_while_the_doorbell_finds_no_broker(unplugged: Till) -> None:
    event = BottleBroken()
    with transaction():
        publish(event)
    assert find_event(event.id)
    unplugged.caller_has_gone_on.set()
    gone_on, error = unplugged.outcomes.get(timeout=DEADLINE)
    assert gone_on, "The caller was held up until the message had been sent."
    assert isinstance(error, OperationalError)


@pytest.mark.django_db(transaction=True)
def test_what_a_dead_broker_missed_is_sent_when_one_is_there(
    unplugged: Till, now: datetime
) -> None:
    event = BottleBroken()
    unplugged.caller_has_gone_on.set()
    with transaction():
        publish(event)

    def send_to_nobody(task: str, event_id: uuid.UUID) -> None:
        unplugged.send_task(task, args=[str(event_id)], retry=False)

    assert relay(now=now, send=send_to_nobody) == 0
    for _ in ("the doorbell", "the relay"):
        assert isinstance(unplugged.outcomes.get(timeout=DEADLINE)[1], OperationalError)
    with celery_app.connection_for_read() as broker, broker.SimpleQueue("celery") as box:
        box.clear()
        assert relay(now=now + 2 * LEASE, send=tasks._send) == 1
        message = box.get(timeout=DEADLINE)
        message.ack()
    assert (message.headers["task"], message.payload[0]) == ("stock.count", [str(event.id)])


@pytest.mark.redis
@pytest.mark.skipif("REDIS_URL" not in os.environ, reason="needs Redis; `make test` starts one")
def test_a_ring_arrives_in_the_queue_of_a_real_broker(settings: Settings) -> None:
    settings.OUTBOX_DOORBELL = True
    till = Till(os.environ["REDIS_URL"])
    till.caller_has_gone_on.set()
    till.set_default()
    doorbell.ring()
    queue_name = till.conf.task_default_queue
    with till.connection_for_read() as broker, broker.SimpleQueue(queue_name) as mailbox:
        message = mailbox.get(timeout=DEADLINE)
        message.ack()
    celery_app.set_default()
    till.close()
    assert message.headers["task"] == doorbell.RELAY_TASK
