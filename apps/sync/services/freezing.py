"""What is sent next, as bytes that never change again: a body is stored before it is sent."""

from __future__ import annotations

import hashlib
import uuid
import zlib
from dataclasses import dataclass
from itertools import count, takewhile
from typing import TYPE_CHECKING

from django.conf import settings
from django_subatomic.db import durable, transaction, transaction_required

from apps.core.models import OutboxEvent
from apps.sync.locks import SEALED
from apps.sync.models import Batch, Destination
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

    from apps.sync.services.leasing import Lease
    from apps.sync.waiting import Waiting

_FASTEST = 1
_WORTH_IT = 100  # facts from which on it pays to make a body ready ahead
_GZIP = 31  # zlib's name of the gzip format, with its largest window


type Form = tuple[str, bool, object]


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


@dataclass(frozen=True, slots=True)
class Ahead:
    """What would be sent next if all of the batch that is on its way arrives: nothing is stored."""

    key: uuid.UUID
    facts: Sequence[Waiting]
    body: bytes
    form: Form

    def fits(self, destination: Destination) -> bool:
        """Whether it is what a look from now would find."""
        return (
            self.facts[0].fact.sequence == destination.settled_through + 1
            and len(self.facts) <= destination.batch_limit
            and destination.bad_until is None
            and self.form == _form_of(destination)
            and not holes.has_any(destination)
        )


@durable
def look_ahead(lease: Lease, frozen: Frozen) -> Ahead | None:
    """Make the next body ready while this one is on its way; None where it is not worth it."""
    destination = Destination.objects.defer(*SEALED).get(pk=lease.destination_id)
    if frozen.is_replay or destination.bad_until is not None or holes.has_any(destination):
        return None
    facts = list_waiting(destination.pk, after=frozen.last, most=destination.batch_limit)
    numbers = count(frozen.last + 1)
    next_ones = takewhile(lambda each: each.fact.sequence == next(numbers), facts)
    facts = list(takewhile(lambda each: not each.is_held, next_ones))
    if len(facts) < _WORTH_IT:
        return None
    key = uuid.uuid4()
    return Ahead(key, facts, _body_of(destination, key, facts), _form_of(destination))


def _form_of(destination: Destination) -> Form:
    """All that a body depends on beside its facts."""
    return destination.format, destination.compresses, destination.options


@transaction
def freeze(lease: Lease, *, now: datetime, ahead: Ahead | None = None) -> Frozen | None:
    """The open batch, or else the next one, stored; None where nothing is to be sent.

    What was undelivered and is to be sent again goes first, one fact a batch. What was made ready
    ahead is taken where it is still what comes next.

    Raises:
        LeaseLost: somebody else sends now.
    """
    destination = hold(lease, now=now)
    frozen = None
    if destination.state != DestinationState.STOPPED:
        frozen = (
            _thaw(destination)
            or _replay(destination, now)
            or _take_ahead(destination, ahead, now)
            or _take_next(destination, now)
        )
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
        if frozen := _write(destination, facts, now=now, is_replay=True):
            return frozen
        holes.arrive(destination, row.sequence)
    return None


@transaction_required
def _take_ahead(destination: Destination, ahead: Ahead | None, now: datetime) -> Frozen | None:
    if ahead is None or not ahead.body or not ahead.fits(destination):
        return None
    return _store(destination, ahead.key, ahead.facts, ahead.body, now=now)


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
        if frozen := _write(destination, free, now=now):
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
def _write(
    destination: Destination, facts: Sequence[Waiting], *, now: datetime, is_replay: bool = False
) -> Frozen | None:
    """A new open batch of these facts; None where the destination's form says nothing of them."""
    key = uuid.uuid4()
    body = _body_of(destination, key, facts)
    if not body:
        return None
    return _store(destination, key, facts, body, now=now, is_replay=is_replay)


def _body_of(destination: Destination, key: uuid.UUID, facts: Sequence[Waiting]) -> bytes:
    """The bytes as they are sent; none where there is nothing to say."""
    run = Run(str(key), settings.SYNC_SOURCE, [each.fact for each in facts], destination.options)
    body = transform_of(destination.format).write(run)
    return _squeeze(body) if body and destination.compresses else body


@transaction_required
def _store(
    destination: Destination,
    key: uuid.UUID,
    facts: Sequence[Waiting],
    body: bytes,
    *,
    now: datetime,
    is_replay: bool = False,
) -> Frozen:
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
