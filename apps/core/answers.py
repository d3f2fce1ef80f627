"""Answers kept under their idempotency keys: byte for byte what was sent, for ninety days."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import orjson
from django_subatomic.db import transaction, transaction_required

from apps.core.errors import IdempotencyKeyReused, IdempotencyKeyUnknown
from apps.core.models import IdempotencyRecord
from apps.core.sql import Batch, insert_sql

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from apps.core.sql import Row
    from apps.core.types import JSON

KEPT = timedelta(days=90)
COLUMNS = ("scope", "key", "fingerprint", "status", "body", "created_at")
_TABLE = "core_idempotencyrecord"
_KEEP_FIRST = f"{insert_sql(_TABLE, COLUMNS, 1)} ON CONFLICT (scope, key) DO NOTHING RETURNING 1"
FIND = "SELECT fingerprint, status, body FROM core_idempotencyrecord WHERE scope = %s AND key = %s"


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked: `operation` is the call, `body` its parsed JSON."""

    scope: str
    key: str
    operation: str
    body: JSON

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the call and its body, whatever the order of the body's keys."""
        canonical = orjson.dumps([self.operation, self.body], option=orjson.OPT_SORT_KEYS)
        return hashlib.sha256(canonical).hexdigest()


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and a body, byte for byte as it was or will be sent."""

    status: int
    body: bytes
    is_replay: bool = False


def find_replay(request: Request) -> Answer | None:
    """The answer stored before, for an action whose effect is outside the database.

    Nothing is locked: such an action knows by its own ids what it has done.

    Raises:
        IdempotencyKeyReused: the key was used for another call or another body.
    """
    batch = Batch()
    look = batch.add(FIND, [request.scope, request.key])
    batch.run()
    return as_replay(request, look.one())


def keep_answer(
    request: Request, status: int, document: Mapping[str, JSON], *, now: datetime
) -> Answer:
    """Store the answer of an action that is done; or give the one that a twin has stored."""
    answer, batch = Answer(status, orjson.dumps(document, option=orjson.OPT_UTC_Z)), Batch()
    kept = batch.add(_KEEP_FIRST, _values(request, answer, now))
    batch.run()  # one statement is a transaction of its own
    return answer if kept.rows else find_replay(request) or answer


def find_answer(*, scope: str, key: str) -> Answer:
    """The answer stored under a key: proof that the request happened.

    Raises:
        IdempotencyKeyUnknown: no request with this key has succeeded in the last 90 days.
    """
    record = IdempotencyRecord.objects.filter(scope=scope, key=key).first()
    if record is None:
        raise IdempotencyKeyUnknown(
            "Nothing was done under this key. It is safe to send the request.", key=key
        )
    return Answer(record.status, record.body.encode(), is_replay=True)


def forget_old_answers(*, now: datetime) -> int:
    """Delete answers older than 90 days; their number."""
    with transaction():
        return IdempotencyRecord.objects.filter(created_at__lt=now - KEPT).delete()[0]


@transaction_required
def store(request: Request, answer: Answer, *, now: datetime) -> None:
    """Keep an answer, in the transaction of what it tells of.

    Raises:
        django.db.IntegrityError: one is kept under this key already.
    """
    batch = Batch()
    batch.insert(_TABLE, COLUMNS, [_values(request, answer, now)])
    batch.run()


def _values(request: Request, answer: Answer, now: datetime) -> tuple[object, ...]:
    """What COLUMNS hold of an answer."""
    body = answer.body.decode()
    return (request.scope, request.key, request.fingerprint, answer.status, body, now)


def as_replay(request: Request, row: Row | None) -> Answer | None:
    """A row of FIND as the answer to a request that came again.

    Raises:
        IdempotencyKeyReused: it was kept for another call or another body.
    """
    if row is None:
        return None
    if row[0] != request.fingerprint:
        raise IdempotencyKeyReused(
            "This key was used for another request. Take a new key for a new request.",
            key=request.key,
        )
    return Answer(row[1], row[2].encode(), is_replay=True)
