"""Rows of sync as a back office sees them, with good defaults."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from apps.core.models import OutboxEvent, OutboxSequence
from apps.sync.models import (
    Attempt,
    Batch,
    Destination,
    Peer,
    ReceivedBatch,
    ReceivedFact,
    RemoteStock,
    SequenceGap,
    SyncReconciliation,
    Undelivered,
)

if TYPE_CHECKING:
    from apps.core.types import JSON

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ORDER = "order:0197c0de-0000-7000-8000-000000000001"


def make_destination(code: str = "head-office", **fields: Any) -> Destination:
    """The head office, which is told everything."""
    given = {
        "name": code.replace("-", " ").capitalize(),
        "url": "https://hq.test/api/sync",
        "token": "let-me-in",
        "secret": SECRET,
        "created_at": timezone.now(),
        **fields,
    }
    return Destination.objects.create(code=code, **given)


def make_fact(sequence: int | None = None, **fields: Any) -> OutboxEvent:
    """A fact with its number; the next one, where none is given."""
    head, _ = OutboxSequence.objects.get_or_create(pk=1)
    sequence = head.last + 1 if sequence is None else sequence
    OutboxSequence.objects.update(last=max(head.last, sequence))
    given = {
        "type": "order.voided",
        "aggregate": f"order:{uuid.uuid4()}",
        "payload": {"number": "CAF-1-000001", "reason": "wrong bag"},
        "occurred_at": timezone.now(),
        **fields,
    }
    return OutboxEvent.objects.create(is_shared=True, sequence=sequence, **given)


def make_undelivered(
    destination: Destination, fact: OutboxEvent | None = None, **fields: Any
) -> Undelivered:
    """A dead letter."""
    fact = fact or make_fact()
    assert fact.sequence is not None
    given = {
        "state": "DEAD",
        "code": "event-invalid",
        "detail": "number: is not a text",
        "attempt_count": 3,
        "since": timezone.now(),
        **fields,
    }
    return Undelivered.objects.create(
        destination=destination,
        event=fact,
        sequence=fact.sequence,
        aggregate=fact.aggregate,
        **given,
    )


def make_batch(destination: Destination, **fields: Any) -> Batch:
    """A batch of one fact that was delivered at the first attempt."""
    first, count = fields.pop("first_sequence", 1), fields.pop("event_count", 1)
    given = {
        "body": b"",
        "sha256": "ab" * 32,
        "state": "DELIVERED",
        "accepted_count": count,
        "frozen_at": timezone.now(),
        "settled_at": timezone.now(),
        **fields,
    }
    return Batch.objects.create(
        destination=destination,
        first_sequence=first,
        last_sequence=first + count - 1,
        event_count=count,
        **given,
    )


def make_open_batch(destination: Destination, **fields: Any) -> Batch:
    """A batch that has not been taken yet."""
    state = {"state": "OPEN", "settled_at": None, "accepted_count": 0, "body": b"frozen"}
    return make_batch(destination, **{**state, **fields})


def make_attempt(batch: Batch, number: int = 1, **fields: Any) -> Attempt:
    """A sending that nobody answered."""
    given = {
        "epoch": 1,
        "at": timezone.now(),
        "took_ms": 1_250,
        "outcome": "SILENT",
        "detail": "Connection refused",
        **fields,
    }
    return Attempt.objects.create(batch=batch, number=number, **given)


def make_comparison(destination: Destination, **fields: Any) -> SyncReconciliation:
    """A day that is the same on both sides."""
    now = timezone.now()
    values = {"day": now.date(), "compared_at": now, "state": "AGREES", **fields}
    return SyncReconciliation.objects.create(destination=destination, **values)


def make_peer(source: str = "cafe", **fields: Any) -> Peer:
    """The café, which sends to us."""
    given = {"name": "Corner Café", "secret": SECRET, "created_at": timezone.now(), **fields}
    return Peer.objects.create(source=source, **given)


def make_received(peer: Peer, **fields: Any) -> ReceivedFact:
    """A sale of the café that was taken in."""
    given: dict[str, Any] = {
        "event_id": uuid.uuid4(),
        "sequence": 1,
        "type": "order.completed",
        "version": 1,
        "aggregate": ORDER,
        "occurred_at": timezone.now(),
        "store": "CAF",
        "number": "CAF-1-000001",
        "business_date": timezone.localdate(),
        "amount_cents": 2_139,
        "payload": sale_payload(),
        "state": "ACCEPTED",
        "received_at": timezone.now(),
        **fields,
    }
    return ReceivedFact.objects.create(peer=peer, **given)


def make_rejected(peer: Peer, **fields: Any) -> ReceivedFact:
    """A fact of the café that could not be taken in."""
    given = {
        "payload": None,
        "raw": '{"type": "loyalty.enrolled", "data": {}}',
        "type": "loyalty.enrolled",
        "state": "REJECTED",
        "code": "event-type-unknown",
        "detail": "Facts of type loyalty.enrolled are not known here.",
        "number": "",
        "business_date": None,
        "amount_cents": None,
        **fields,
    }
    return make_received(peer, **given)


def make_received_batch(peer: Peer, **fields: Any) -> ReceivedBatch:
    """A batch of one fact, and its answer."""
    given = {
        "batch_id": str(uuid.uuid4()),
        "sha256": "cd" * 32,
        "first_sequence": 1,
        "event_count": 1,
        "accepted_count": 1,
        "duplicate_count": 0,
        "rejected_count": 0,
        "answer": '{"results": [], "next_expected_sequence": 2, "gaps": []}',
        "received_at": timezone.now(),
        **fields,
    }
    return ReceivedBatch.objects.create(peer=peer, **given)


def make_gap(peer: Peer, first: int = 5, last: int = 7) -> SequenceGap:
    """Numbers that have not come."""
    found_at = timezone.now() - timedelta(minutes=10)
    return SequenceGap.objects.create(peer=peer, first=first, last=last, found_at=found_at)


def make_remote_stock(peer: Peer, sku: str = "BRB-1", **fields: Any) -> RemoteStock:
    """Seven of them on the café's shelf."""
    given = {"store": "CAF", "on_hand": 7, "changed_at": timezone.now(), **fields}
    return RemoteStock.objects.create(peer=peer, sku=sku, **given)


def sale_payload(**fields: JSON) -> dict[str, JSON]:
    """A sale of one bottle at $19.99, paid in cash."""
    line: dict[str, JSON] = {
        "product_id": 17, "name": "Bourbon", "quantity": 1, "pack_size": 1,
        "unit_price_cents": 1_999, "tax_cents": 140, "total_cents": 2_139,
        "modifiers": [], "discounts": [], "note": "",
    }  # fmt: skip
    order: dict[str, JSON] = {
        "number": "CAF-1-000001", "business_date": "2026-11-22",
        "placed_at": "2026-11-22T17:00:00Z",
        "store": {"id": 1, "code": "CAF", "name": "Corner Café"},
        "terminal": {"id": 1, "number": 1, "name": "Counter"},
        "cashier": {"id": 1, "name": "Ana"}, "lines": [line],
        "subtotal_cents": 1_999, "discount_cents": 0, "tax_cents": 140, "total_cents": 2_139,
        "tenders": [{"kind": "cash", "amount_cents": 2_200, "payment_id": None}],
        "change_cents": 61, "age_check": None, **fields,
    }  # fmt: skip
    return {"store": "CAF", "store_id": 1, "order": order, "skus": {"17": "BRB-1"}}
