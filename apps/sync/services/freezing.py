"""What is sent next, as bytes that never change again: a body is stored before it is sent."""

from __future__ import annotations

import hashlib
import uuid
import zlib
from dataclasses import dataclass
from itertools import count, takewhile
from typing import TYPE_CHECKING

from django.conf import settings
from django_subatomic.db import transaction, transaction_required

from apps.core.models import OutboxEvent
from apps.sync.models import Batch
from apps.sync.rules import next_size
from apps.sync.services import holes, states
from apps.sync.services.leasing import hold
from apps.sync.transforms.registry import transform_of
from apps.sync.transforms.seam import Run
from apps.sync.types import BatchState, DestinationState
from apps.sync.waiting import list_waiting

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from apps.sync.models import Destination
    from apps.sync.services.leasing import Lease
    from apps.sync.waiting import Waiting

_FASTEST = 1
_GZIP = 31  # zlib's name of the gzip format, with its largest window


@dataclass(frozen=True, slots=True)
class Frozen:
    """An open batch as it is sent. The ids of its facts stand in the order of sending."""

    id: uuid.UUID
    first: int
    ids: Sequence[str]
    body: bytes
    attempt_count: int
    is_replay: bool

    @property
    def last(self) -> int:
        return self.first + len(self.ids) - 1


@transaction
def freeze(lease: Lease, *, now: datetime) -> Frozen | None:
    """The open batch, or else the next one, stored; None where nothing is to be sent.

    What was undelivered and is to be sent again goes first, one fact a batch.

    Raises:
        LeaseLost: somebody else sends now.
    """
    destination = hold(lease, now=now)
    frozen = None
    if destination.state != DestinationState.STOPPED:
        frozen = _thaw(destination) or _replay(destination, now) or _take_next(destination, now)
    destination.save(update_fields=states.FIELDS)
    return frozen


def _thaw(destination: Destination) -> Frozen | None:
    """The batch whose end nobody has seen; it is sent as it was."""
    batch = Batch.objects.filter(destination=destination, state=BatchState.OPEN).first()
    if batch is None:
        return None
    span = (batch.first_sequence, batch.last_sequence)
    facts = OutboxEvent.objects.filter(sequence__range=span).order_by("sequence")
    ids = [str(each) for each in facts.values_list("event_id", flat=True)]
    body = bytes(batch.body)
    return Frozen(batch.id, batch.first_sequence, ids, body, batch.attempt_count, batch.is_replay)


@transaction_required
def _replay(destination: Destination, now: datetime) -> Frozen | None:
    while row := holes.find_next(destination, now=now):
        facts = list_waiting(destination.pk, after=row.sequence - 1, most=1)
        if frozen := _store(destination, facts, now=now, is_replay=True):
            return frozen
        holes.arrive(destination, row.sequence)
    return None


@transaction_required
def _take_next(destination: Destination, now: datetime) -> Frozen | None:
    """The next run of facts; those that have to wait, and those not meant for it, are passed."""
    while facts := _list_next(destination, now):
        held = list(takewhile(lambda each: each.is_held, facts))
        if held:
            holes.hold_back(destination, held, now=now)
            destination.settled_through = held[-1].fact.sequence
            continue
        free = list(takewhile(lambda each: not each.is_held, facts))
        if frozen := _store(destination, free, now=now):
            return frozen
        destination.settled_through = free[-1].fact.sequence
        destination.synced_count += len(free)
    if holes.count_suspects(destination) and destination.state != DestinationState.STOPPED:
        _wait_with_suspects(destination, now)
    return None


@transaction_required
def _list_next(destination: Destination, now: datetime) -> list[Waiting]:
    """What comes after the last fact that was settled, as far as the numbers are dense.

    Where the next fact is not there and later ones are, a person has to say how to go on.
    """
    after = destination.settled_through
    if destination.bad_until is not None and destination.bad_until <= after:
        destination.bad_until = None
    most = next_size(
        settled_through=after, bad_until=destination.bad_until, limit=destination.batch_limit
    )
    found = list_waiting(destination.pk, after=after, most=most)
    if found and found[0].fact.sequence != after + 1:
        states.stop(destination, states.say_gone(destination, after + 1), now=now)
    dense = zip(found, count(after + 1), strict=False)
    return [each for each, number in dense if each.fact.sequence == number]


def _wait_with_suspects(destination: Destination, now: datetime) -> None:
    """Nothing is left by which to tell whether it is the facts that broke it, or it is broken."""
    holes.acquit_suspects(destination)
    states.fail(destination, "It breaks over all that is left to send.", now=now)
    destination.next_attempt_at = now + states.PAUSE


@transaction_required
def _store(
    destination: Destination, facts: Sequence[Waiting], *, now: datetime, is_replay: bool = False
) -> Frozen | None:
    """A new open batch of these facts; None where the destination's form says nothing of them."""
    key = uuid.uuid4()
    run = Run(str(key), settings.SYNC_SOURCE, [each.fact for each in facts], destination.options)
    body = transform_of(destination.format).write(run)
    if not body:
        return None
    body = _squeeze(body) if destination.compresses else body
    first = facts[0].fact.sequence
    Batch.objects.create(
        id=key,
        destination=destination,
        first_sequence=first,
        last_sequence=first + len(facts) - 1,
        event_count=len(facts),
        body=body,
        sha256=hashlib.sha256(body).hexdigest(),
        is_replay=is_replay,
        frozen_at=now,
    )
    return Frozen(key, first, [str(each.fact.id) for each in facts], body, 0, is_replay)


def _squeeze(body: bytes) -> bytes:
    packer = zlib.compressobj(_FASTEST, zlib.DEFLATED, _GZIP)
    return packer.compress(body) + packer.flush()
