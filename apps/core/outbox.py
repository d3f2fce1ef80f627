"""The outbox: facts leave the building only after the transaction that made them true.

`publish` writes a fact beside the change it tells of. After the commit a doorbell wakes the relay,
which hands each fact to its subscribers, the Celery tasks named in `config/wiring.py`. Facts are
claimed by state, under a lease, never by "id greater than the last one": ids are handed out before
the commit, so a late commit would be skipped for good. Delivery is at least once; a subscriber that
sees an event id twice does its work once.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import takewhile
from typing import TYPE_CHECKING

import structlog
from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.utils.module_loading import import_string
from django_subatomic.db import durable, run_after_commit, transaction, transaction_required

from apps.core.doorbell import ring
from apps.core.models import OutboxEvent
from apps.core.sql import Batch

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from apps.core.events import Event

LEASE = timedelta(minutes=1)
BATCH = 200
_COLUMNS = ("id", "type", "version", "aggregate", "payload", "occurred_at")

log = structlog.get_logger()

type Send = Callable[[str, uuid.UUID], None]


@transaction_required
def publish(event: Event) -> None:
    """Write a fact in the caller's transaction; ring the doorbell once it has committed."""
    batch = Batch()
    add_to(batch, event)
    batch.run()


def add_to(batch: Batch, event: Event) -> None:
    """As `publish`, for a caller that sends its statements together."""
    payload = event.payload_json().decode()
    row = (event.id, event.type, event.version, event.aggregate, payload, event.occurred_at)
    batch.insert("core_outboxevent", _COLUMNS, [row])
    run_after_commit(ring)


def subscribers_of(event_type: str) -> tuple[str, ...]:
    """The names of the tasks that want to hear of an event type."""
    wiring: Mapping[type[Event], tuple[str, ...]] = import_string(settings.OUTBOX_SUBSCRIBERS)
    return next((tasks for event, tasks in wiring.items() if event.type == event_type), ())


def find_event(event_id: uuid.UUID | str) -> OutboxEvent | None:
    """The stored fact, or None."""
    return OutboxEvent.objects.filter(pk=event_id).first()


@durable
def relay(*, now: datetime, send: Send) -> int:
    """Hand waiting facts to their subscribers, oldest first; how many were handed on.

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
        .order_by("occurred_at", "pk")
    )
    claimed = list(waiting[:BATCH])
    OutboxEvent.objects.filter(pk__in=[event.pk for event in claimed]).update(
        leased_until=now + LEASE
    )
    return claimed


def _tell(event: OutboxEvent, send: Send) -> bool:
    try:
        for task in subscribers_of(event.type):
            send(task, event.pk)
    except Exception as error:  # noqa: BLE001 - whatever a broker raises, the fact stays and is tried again
        log.warning("outbox_event_not_relayed", event_id=str(event.pk), reason=repr(error))
        return False
    return True
