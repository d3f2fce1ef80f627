"""The outbox: facts leave the building only after the transaction that made them true.

`publish` writes a fact beside the change it tells of. After the commit a doorbell wakes the relay,
which hands each fact to its subscribers, the Celery tasks named in `config/wiring.py`. Facts are
claimed by state, under a lease, never by "position after the last one": positions are handed out
before the commit, so a late commit would be skipped for good. Delivery is at least once; a
subscriber that sees an event id twice does its work once.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import takewhile
from typing import TYPE_CHECKING

import orjson
import structlog
from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.utils.module_loading import import_string
from django_subatomic.db import durable, run_after_commit, transaction, transaction_required

from apps.core.doorbell import ring
from apps.core.event_schemas import find_fault
from apps.core.models import OutboxEvent
from apps.core.sql import Batch

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from apps.core.events import Event

LEASE = timedelta(minutes=1)
BATCH = 200
_COLUMNS = (
    "event_id",
    "type",
    "version",
    "aggregate",
    "payload",
    "occurred_at",
    "is_shared",
    "fault",
)

log = structlog.get_logger()


class FactFaulty(ValueError):
    """What an application would tell others is not what it has promised to tell."""


type Send = Callable[[str, uuid.UUID], None]


@transaction_required
def publish(event: Event) -> None:
    """Write a fact in the caller's transaction; ring the doorbell once it has committed."""
    batch = Batch()
    add_to(batch, event)
    batch.run()


def add_to(batch: Batch, event: Event) -> None:
    """As `publish`, for a caller that sends its statements together.

    Raises:
        FactFaulty: the payload is not what its schema says, where `OUTBOX_CHECKS_AT_ONCE` is on,
            as in tests. Elsewhere a sale is not refused for that: the fact is found faulty when it
            is to be numbered.
    """
    payload = event.payload_json()
    if settings.OUTBOX_CHECKS_AT_ONCE and event.is_shared:
        _refuse_faulty(event, payload)
    row = (
        event.id,
        event.type,
        event.version,
        event.aggregate,
        payload.decode(),
        event.occurred_at,
    )
    batch.insert("core_outboxevent", _COLUMNS, [(*row, event.is_shared, "")])
    run_after_commit(ring)


def _refuse_faulty(event: Event, payload: bytes) -> None:
    if fault := find_fault(event.type, event.version, orjson.loads(payload)):
        raise FactFaulty(f"{event.type} is not what its schema says. {fault}")


def subscribers_of(event_type: str) -> tuple[str, ...]:
    """The names of the tasks that want to hear of an event type."""
    wiring: Mapping[type[Event], tuple[str, ...]] = import_string(settings.OUTBOX_SUBSCRIBERS)
    return next((tasks for event, tasks in wiring.items() if event.type == event_type), ())


def find_event(event_id: uuid.UUID | str) -> OutboxEvent | None:
    """The stored fact, or None."""
    return OutboxEvent.objects.filter(event_id=event_id).first()


@durable
def relay(*, now: datetime, send: Send) -> int:
    """Hand waiting facts to their subscribers, first written first; how many were handed on.

    The run ends at the first fact whose subscribers could not all be told: a broker that does not
    answer is not asked two hundred times. What is left is tried again when its lease is over.
    """
    relayed = 0
    while claimed := _claim(now):
        told = [event.pk for event in takewhile(lambda event: _tell(event, send), claimed)]
        with transaction():
            OutboxEvent.objects.filter(pk__in=told).update(relayed_at=now, leased_until=None)
        relayed += len(told)
        if len(told) < len(claimed):
            break
    return relayed


@transaction
def _claim(now: datetime) -> list[OutboxEvent]:
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=now)
    waiting = (
        OutboxEvent.objects.select_for_update(
            skip_locked=connection.features.has_select_for_update_skip_locked
        )
        .filter(free, relayed_at__isnull=True)
        .order_by("position")
    )
    claimed = list(waiting[:BATCH])
    OutboxEvent.objects.filter(pk__in=[event.pk for event in claimed]).update(
        leased_until=now + LEASE
    )
    return claimed


def _tell(event: OutboxEvent, send: Send) -> bool:
    try:
        for task in subscribers_of(event.type):
            send(task, event.event_id)
    except Exception as error:  # noqa: BLE001 - whatever a broker raises, the fact stays and is tried again
        log.warning("outbox_event_not_relayed", event_id=str(event.event_id), reason=repr(error))
        return False
    return True
