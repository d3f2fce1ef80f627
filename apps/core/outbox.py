"""The outbox: facts leave the building only after the transaction that made them true.

`publish` writes a fact beside the change it tells of. After the commit a doorbell wakes the relay,
which hands each fact to its subscribers, the Celery tasks named in `config/wiring.py`. Facts are
claimed by state, under a lease, never by "id greater than the last one": ids are handed out before
the commit, so a late commit would be skipped for good. Delivery is at least once; a subscriber that
sees an event id twice does its work once.
"""

from __future__ import annotations

import dataclasses
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

import orjson
import structlog
from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.utils.module_loading import import_string
from django_subatomic.db import durable, run_after_commit, transaction, transaction_required

from apps.core.doorbell import ring
from apps.core.models import OutboxEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from apps.core.types import JSON

LEASE = timedelta(minutes=1)
BATCH = 200

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Event:
    """Base of all facts. Subclasses are frozen dataclasses whose fields are the payload."""

    type: ClassVar[str]
    version: ClassVar[int] = 1

    aggregate: str
    occurred_at: datetime
    id: uuid.UUID = dataclasses.field(default_factory=uuid.uuid4)

    def payload(self) -> dict[str, JSON]:
        """What the fact says, self-contained, as JSON."""
        own = {f.name for f in dataclasses.fields(self)} - {"id", "aggregate", "occurred_at"}
        document: dict[str, JSON] = orjson.loads(
            orjson.dumps({name: getattr(self, name) for name in sorted(own)})
        )
        return document


type Send = Callable[[str, uuid.UUID], None]


@transaction_required
def publish(event: Event) -> None:
    """Write a fact in the caller's transaction; ring the doorbell once it has committed."""
    OutboxEvent.objects.create(
        id=event.id,
        type=event.type,
        version=event.version,
        aggregate=event.aggregate,
        payload=event.payload(),
        occurred_at=event.occurred_at,
    )
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

    A fact whose subscribers could not all be told stays, and is tried again when its lease is over.
    """
    relayed = 0
    while claimed := _claim(now):
        told = [event.pk for event in claimed if _tell(event, send)]
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
