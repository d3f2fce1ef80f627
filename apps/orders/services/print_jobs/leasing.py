"""A print agent takes a job for a minute, prints it, and says what came of it.

Of two agents one gets a job. A lease that runs out without a word may have been printed, so the
next one prints a copy that says so; a drawer is not opened again for it. An agent that was too slow
is told that the job is no longer its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import F, Q
from django_subatomic.db import transaction_required

from apps.orders.errors import PrintJobLost, PrintJobUnknown
from apps.orders.models import PrintJob
from apps.orders.paper.escpos import render_kick, render_slip
from apps.orders.services.closing.shifts import print_z
from apps.orders.services.printing import hand_out
from apps.orders.types import Paper, PrintKind, PrintState, ReceiptFormat

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from apps.stores.types import Till

LEASE = timedelta(minutes=1)
DRAWER_LIFE = timedelta(minutes=1)  # a drawer that opens later opens when nobody expects it
_PAUSE = timedelta(seconds=10)  # after an agent said that it failed
_REASON_LENGTH = 300
_OPEN = (PrintState.QUEUED.value, PrintState.LEASED.value)
_UNHEARD = "Nobody said in time whether it was printed."
_TOO_LATE = "Nobody came for it in time. Ask for it again."


@dataclass(frozen=True, slots=True)
class Leased:
    """A job in an agent's hands, and the bytes for its printer."""

    job: PrintJob
    content: bytes


@transaction_required
def lease_print(*, till: Till, now: datetime) -> Leased | None:
    """The job that has waited longest at a till, for a minute; None where nothing waits."""
    mine = PrintJob.objects.filter(terminal=till.register.id, state__in=_OPEN)
    _give_up(mine, now)
    waiting = mine.filter(due_at__lte=now).order_by("asked_at", "pk")
    has_skip = connection.features.has_select_for_update_skip_locked
    job = waiting.select_for_update(skip_locked=has_skip).first()
    if job is None:
        return None
    job.reason = _UNHEARD if job.state == PrintState.LEASED else job.reason
    job.attempts, job.state, job.due_at = job.attempts + 1, PrintState.LEASED.value, now + LEASE
    job.save(update_fields=["attempts", "state", "due_at", "reason"])
    return Leased(job, _render(job, till, now))


@transaction_required
def finish_print(*, till: Till, job_id: UUID, fence: int, now: datetime) -> PrintJob:
    """The agent has printed it. Told twice, it is answered twice.

    Raises:
        PrintJobUnknown: this till has no such job.
        PrintJobLost: the lease was given to somebody else, or the job was given up.
    """
    outcome = {"state": PrintState.DONE.value, "due_at": None, "ended_at": now, "reason": ""}
    return _end(till, job_id, fence, outcome)


@transaction_required
def fail_print(*, till: Till, job_id: UUID, fence: int, reason: str, now: datetime) -> PrintJob:
    """The agent could not print it: it is tried again soon, unless that was its last attempt.

    Raises:
        PrintJobUnknown, PrintJobLost: as `finish_print`.
    """
    said = reason[:_REASON_LENGTH]
    over = {"state": PrintState.FAILED.value, "reason": said, "due_at": None, "ended_at": now}
    again = {"state": PrintState.QUEUED.value, "reason": said, "due_at": now + _PAUSE}
    job = _get(till, job_id)
    return _end(till, job_id, fence, again if job.attempts < job.attempts_allowed else over)


def _render(job: PrintJob, till: Till, now: datetime) -> bytes:
    if job.order_id:
        drawer_of = till.register.id if job.is_from_its_till else None
        paper = Paper(till.store.id, till.store.receipt_columns, drawer_of)
        form = ReceiptFormat.ESCPOS
        return hand_out(actor=till.actor, paper=paper, order_id=job.order_id, form=form, now=now)
    if job.z:
        return render_slip(print_z(till=till, shift_id=job.z.shift_id, now=now))
    return render_kick()


def _give_up(jobs: QuerySet[PrintJob], now: datetime) -> None:
    """End what must not be printed any more: spent jobs, and drawers that nobody waits for."""
    ended = {"state": PrintState.FAILED.value, "due_at": None, "ended_at": now}
    spent = Q(attempts__gte=F("attempts_allowed"), due_at__lte=now)
    jobs.filter(spent).update(**ended, reason=_UNHEARD)
    late = Q(kind=PrintKind.DRAWER.value, attempts=0, asked_at__lte=now - DRAWER_LIFE)
    jobs.filter(late).update(**ended, reason=_TOO_LATE)


def _end(till: Till, job_id: UUID, fence: int, outcome: Mapping[str, object]) -> PrintJob:
    mine = PrintJob.objects.filter(pk=job_id, terminal=till.register.id, attempts=fence)
    is_mine = mine.filter(state=PrintState.LEASED.value).update(**outcome)
    job = _get(till, job_id)
    if not is_mine and (job.attempts, job.state) != (fence, outcome["state"]):
        raise PrintJobLost(
            "This lease is over. If somebody else has the job, throw away what you printed.",
            id=str(job_id),
            state=job.state.lower(),
        )
    return job


def _get(till: Till, job_id: UUID) -> PrintJob:
    job = PrintJob.objects.select_related("z").filter(pk=job_id, terminal=till.register.id).first()
    if job is None:
        raise PrintJobUnknown("This till has no such print job.", id=str(job_id))
    return job
