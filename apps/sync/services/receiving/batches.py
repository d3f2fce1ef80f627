"""A batch that is sent to us, from its bytes to the bytes of its answer."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import DataError
from django_subatomic.db import durable, transaction

from apps.core.errors import SignatureInvalid
from apps.stores.errors import PermissionMissing
from apps.sync import signing
from apps.sync.errors import BatchUnstorable, NoEventsReadable
from apps.sync.gaps import FARTHEST, Seen
from apps.sync.inbox import find_answer, find_peer
from apps.sync.services.receiving.judging import NotTaken, judge_events
from apps.sync.services.receiving.reading import read_batch
from apps.sync.services.receiving.recording import record_batch, same_answer
from apps.sync.services.receiving.unpacking import refuse_large, unpack

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from apps.sync.models import Peer
    from apps.sync.services.receiving.judging import Judged
    from apps.sync.services.receiving.reading import ReadBatch


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came over the wire. `source` is whose token it came with."""

    source: str
    headers: Mapping[str, str]
    body: bytes
    is_packed: bool


@durable
def receive_batch(delivery: Delivery, *, now: datetime) -> bytes:
    """Take in what is new of a batch, and answer it. The same batch again has the same answer.

    Raises:
        SignatureInvalid: nobody whom we know as this source has signed the body just now.
        PermissionMissing: the batch says that it is of another source.
        BatchTooLarge, EncodingInvalid: as `unpacking.unpack`.
        JSONInvalid, ValidationFailed, UnknownField, NoEventsReadable: as `reading.read_batch`.
        NoEventsReadable: none of its events has an id to answer it by.
        BatchReused: the id of the batch was used for another one.
        BatchUnstorable: the database refuses an event, which its sender finds by halving.
    """
    refuse_large(delivery.body)
    peer = _verify(delivery, now)
    body = unpack(delivery.body, is_packed=delivery.is_packed)
    sha256 = hashlib.sha256(body).hexdigest()
    read = read_batch(body)
    if read.source != delivery.source:
        raise PermissionMissing(
            f"This token sends for {delivery.source}, and the batch is of another source.",
            permission="sync:write",
        )
    if row := find_answer(peer_id=peer.pk, batch_id=read.batch_id):
        return same_answer(row, sha256)
    events = judge_events(read.events, body, _refuse_far(peer, read))
    if not any(event.is_named for event in events):
        raise NoEventsReadable("No event of this batch has an id by which it could be answered.")
    return _record(peer, read, sha256, events, now)


def _verify(delivery: Delivery, now: datetime) -> Peer:
    peer = find_peer(source=delivery.source)
    if peer is None:
        raise SignatureInvalid(
            f"No secret is known of {delivery.source}. `manage.py add_peer` makes one."
        )
    try:
        secrets = (peer.secret, peer.second_secret)
        signing.verify(delivery.headers, delivery.body, secrets=secrets, now=now)
    except signing.NotSigned as reason:
        raise SignatureInvalid(str(reason), server_time=now.isoformat()) from reason
    return peer


def _refuse_far(peer: Peer, read: ReadBatch) -> NotTaken | None:
    """Why no event of a batch is taken whose numbers are out of all reason, if they are."""
    if not Seen(peer.seen_through).is_beyond(read.sequence):
        return None
    return NotTaken(
        "event-invalid",
        f"Its number is more than {FARTHEST:,} ahead of {peer.seen_through:,}, the highest seen."
        " Who begins so late is registered with the number of the last fact that does not come.",
    )


def _record(peer: Peer, read: ReadBatch, sha256: str, events: list[Judged], now: datetime) -> bytes:
    try:
        with transaction():
            return record_batch(peer_id=peer.pk, read=read, sha256=sha256, events=events, now=now)
    except DataError as error:
        raise BatchUnstorable(
            "The database cannot hold one of these events. Send them in smaller batches."
        ) from error
