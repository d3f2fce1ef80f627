"""What a person does with a destination that runs: stops it, starts it, has it sent to at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from celery import current_app
from django_subatomic.db import transaction_required

from apps.core import audit
from apps.sync.errors import SyncStateConflict
from apps.sync.locks import lock_destination
from apps.sync.models import Destination
from apps.sync.rules import as_sentence
from apps.sync.services.fencing import end_lease
from apps.sync.types import MAX_EVENTS, RUNNING, DestinationState

if TYPE_CHECKING:
    from datetime import datetime

    from apps.core.types import JSON, Actor

DISPATCH_TASK = "sync.dispatch"

log = structlog.get_logger()


@transaction_required
def stop(*, actor: Actor, destination_id: int, reason: str, now: datetime) -> None:
    """Send nothing more until somebody starts it again. An attempt under way counts no more.

    Raises:
        SyncStateConflict: it is stopped already.
    """
    found = lock_destination(destination_id)
    running = Destination.objects.filter(pk=found.pk, state__in=RUNNING)
    why = as_sentence(f"{reason} ({actor.name})")
    if not running.update(state=DestinationState.STOPPED, reason=why, next_attempt_at=None):
        raise SyncStateConflict(f"It is stopped already: {found.reason}")
    end_lease(destination_id=found.pk)
    _note(now, actor, found, "destination.stopped", {"reason": reason})


@transaction_required
def start(*, actor: Actor, destination_id: int, now: datetime) -> None:
    """Send again, from where it stopped. What was known of a refused range is forgotten.

    Raises:
        SyncStateConflict: it is not stopped.
    """
    found = lock_destination(destination_id)
    stopped = Destination.objects.filter(pk=found.pk, state=DestinationState.STOPPED)
    if not stopped.update(
        state=DestinationState.ACTIVE,
        reason="",
        bad_until=None,
        insists_on=None,
        dead_in_a_row=0,
        next_attempt_at=None,
        failing_since=None,
    ):
        raise SyncStateConflict("It is not stopped: somebody has started it.")
    _note(now, actor, found, "destination.started", {"was": found.reason})


@transaction_required
def send_soon(*, actor: Actor, destination_id: int, now: datetime) -> bool:
    """Let it be its turn now, however long it was to wait. Whether it is being sent to already.

    Raises:
        SyncStateConflict: it is stopped.
    """
    found = lock_destination(destination_id)
    running = Destination.objects.filter(pk=found.pk, state__in=RUNNING)
    if not running.update(next_attempt_at=now):
        raise SyncStateConflict(f"It is stopped: {found.reason} Start it first.")
    _note(now, actor, found, "destination.send_asked", {})
    return found.leased_until is not None and found.leased_until > now


@transaction_required
def widen_batches(*, actor: Actor, destination_id: int, now: datetime) -> None:
    """Put as many facts into a batch again as at the beginning.

    Raises:
        SyncStateConflict: they are no smaller.
    """
    found = lock_destination(destination_id)
    narrowed = Destination.objects.filter(pk=found.pk, batch_limit__lt=MAX_EVENTS)
    if not narrowed.update(batch_limit=MAX_EVENTS):
        raise SyncStateConflict(f"A batch holds {MAX_EVENTS:,} facts already.")
    _note(now, actor, found, "destination.batches_widened", {"was": found.batch_limit})


def ring() -> bool:
    """Ask a worker to send, once what was decided is committed; whether one could be asked.

    Nothing depends on it: what is due is sent at the next beat as well.
    """
    try:
        current_app.send_task(DISPATCH_TASK, retry=False, ignore_result=True)
    except Exception as error:  # noqa: BLE001 - a broker may raise anything; the schedule catches up
        log.warning("sync_bell_unanswered", reason=repr(error))
        return False
    return True


def _note(
    now: datetime, actor: Actor, found: Destination, action: str, facts: dict[str, JSON]
) -> None:
    facts = {"code": found.code, **facts}
    audit.record(audit.AuditFact(now, actor, action, f"destination:{found.pk}", facts))
