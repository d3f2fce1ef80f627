"""One command, one effect: a request that is sent again gets the answer it got before.

`run_once` runs an action and stores its answer in ONE transaction, so there is no moment at which
the effect exists without the answer, and no lock that outlives a crash. Effects outside the
database do not belong here: they take an attempt row of their own, written before the call.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import orjson
from django.db import IntegrityError
from django_subatomic.db import transaction

from apps.core.answers import FIND, Answer, Request, as_replay, store
from apps.core.errors import IdempotencyKeyInUse
from apps.core.sql import Batch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from apps.core.types import JSON

RETRY_SECONDS = 1

# The lock is held until the transaction ends, so whoever does not get it knows that another request
# with this key is still at work, without waiting for it. It is a statement of its own, before the
# look-up: a look-up that began before the lock was had would not see the answer it waited for.
_LOCK = "SELECT pg_try_advisory_xact_lock(%s)"


type Action = Callable[[], tuple[int, Mapping[str, JSON]]]


def run_once(request: Request, *, now: datetime, action: Action) -> Answer:
    """Run `action` in a transaction and store its answer, or give the answer stored before.

    Raises:
        IdempotencyKeyReused: the key was used for another call or another body.
        IdempotencyKeyInUse: another request with this key is at work at this moment.
        DomainError: whatever the action refuses; then nothing is stored and the key stays free.
    """
    try:
        return _run(request, now, action)
    except IntegrityError:
        # Two requests can both pass the look-up when no lock is to be had or the winner commits
        # between our look and our lock. The loser's work is rolled back; the answer is there now.
        if answer := _replay(request):
            return answer
        raise


@transaction
def _run(request: Request, now: datetime, action: Action) -> Answer:
    if answer := _replay(request):
        return answer
    status, document = action()
    answer = Answer(status, orjson.dumps(document, option=orjson.OPT_UTC_Z))
    store(request, answer, now=now)
    return answer


def _replay(request: Request) -> Answer | None:
    """The stored answer, or None where this request is the first and holds the lock on its key."""
    batch = Batch()
    lock = batch.add(_LOCK, [_lock_id(request)]) if batch.is_postgres else None
    look = batch.add(FIND, [request.scope, request.key])
    batch.run()
    row = look.one()
    if row is None:
        if lock and not lock.rows[0][0]:
            raise IdempotencyKeyInUse(
                "The first request with this key is still being worked on. Send it again shortly.",
                retry_after=RETRY_SECONDS,
            )
        return None
    return as_replay(request, row)


def _lock_id(request: Request) -> int:
    """A 64-bit advisory lock number for scope and key."""
    digest = hashlib.sha256(f"{request.scope}\n{request.key}".encode()).digest()
    return int.from_bytes(digest[:8], signed=True)
