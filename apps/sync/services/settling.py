"""What becomes of a batch and its facts by the answer to it, in one transaction under the lease.

`docs/adr/0024-one-cursor-one-open-batch.md` says why it is so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django_subatomic.db import transaction, transaction_required

from apps.core.pruning import lock_pruning
from apps.sync.models import Attempt, Batch, Undelivered
from apps.sync.rules import ATTEMPTS, SUSPECTS, Sent, Verdict, as_sentence, backoff, strikes_needed
from apps.sync.services import holes, insisting, states
from apps.sync.services.going_back import set_back
from apps.sync.services.leasing import hold
from apps.sync.transforms.registry import transform_of
from apps.sync.types import BatchState, DestinationState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from apps.sync.models import Destination
    from apps.sync.rules import Answer, Outcome
    from apps.sync.services.freezing import Frozen
    from apps.sync.services.leasing import Lease

_LATELY = timedelta(minutes=5)
_SO_OFTEN = 3  # lately: a destination that makes us go round in circles is given a rest


@dataclass(frozen=True, slots=True)
class Case:
    """One answer to one batch. What is changed of the destination is saved at the end."""

    destination: Destination
    frozen: Frozen
    outcome: Outcome
    now: datetime
    roll: float

    @property
    def number(self) -> int:
        """Of this attempt."""
        return self.frozen.attempt_count + 1

    @property
    def is_single(self) -> bool:
        return len(self.frozen.ids) == 1


@transaction
def settle(
    lease: Lease, frozen: Frozen, answer: Answer, *, now: datetime, roll: float
) -> datetime | None:
    """Write down what an answer means; until when to wait with the next attempt, if at all.

    Raises:
        LeaseLost: somebody else sends now, and will see for themselves.
    """
    destination = hold(lease, now=now)
    sent = Sent(str(frozen.id), frozen.first, frozen.ids, now)
    outcome = transform_of(destination.format).read(answer, sent)
    Attempt.objects.create(
        batch_id=frozen.id,
        number=frozen.attempt_count + 1,
        epoch=lease.epoch,
        at=now,
        took_ms=answer.took_ms,
        outcome=outcome.verdict,
        status=answer.status,
        detail=outcome.detail,
    )
    Batch.objects.filter(pk=frozen.id).update(attempt_count=frozen.attempt_count + 1)
    _STEPS[outcome.verdict](Case(destination, frozen, outcome, now, roll))
    destination.save(update_fields=states.FIELDS)
    return destination.next_attempt_at


# --- It arrived -----------------------------------------------------------------------------------


@transaction_required
def _deliver(case: Case) -> None:
    destination, frozen, outcome = case.destination, case.frozen, case.outcome
    states.recover(destination, now=case.now)
    destination.insists_on = None
    _close(case, BatchState.DELIVERED)
    if outcome.arrived_count:
        destination.dead_in_a_row = 0
        destination.last_delivered_at = case.now
        holes.try_suspects(destination)
    if frozen.is_replay and outcome.arrived_count:
        holes.arrive(destination, frozen.first)
    elif not frozen.is_replay:
        destination.settled_through = frozen.last
        destination.synced_count += outcome.arrived_count
    holes.reject(destination, outcome.rejected, now=case.now, roll=case.roll)
    missing = holes.find_first_missing(destination, outcome.gaps)
    if missing is not None:
        _go_back(case, missing, f"It misses facts from number {missing} on.")


# --- It misses some -------------------------------------------------------------------------------


@transaction_required
def _rewind(case: Case) -> None:
    """It takes nothing unless the facts from `expected` on come first."""
    expected, destination = case.outcome.expected or 0, case.destination
    _close(case, BatchState.ABANDONED)
    said = f"It insists on number {expected}, "
    if Undelivered.objects.filter(destination=destination, sequence=expected).exists():
        _send_first(case, expected)
        return
    if expected <= destination.starts_after:
        reason = (
            f"{said}and is told from {destination.starts_after + 1} on. Have it begin there and"
            " start it again; or give it up, and add it anew under another code with all that is"
            " on record."
        )
    elif expected > destination.settled_through + 1:
        reason = (
            f"{said}and has been told up to {destination.settled_through}. Was this installation,"
            " or another of the same name, restored from a backup? See to that, then start it"
            " again."
        )
    else:
        _go_back(case, expected, case.outcome.detail)
        return
    states.stop(destination, reason, now=case.now)


@transaction_required
def _send_first(case: Case, number: int) -> None:
    """What it insists on stands among the undelivered: that goes next, or a person decides."""
    destination = case.destination
    reason = insisting.send_first(destination, number)
    destination.next_attempt_at = None
    if reason is not None:
        states.stop(destination, reason, now=case.now)
    elif _goes_round(case):
        states.fail(destination, f"It insists on number {number} time and again.", now=case.now)
        destination.next_attempt_at = case.now + states.PAUSE


@transaction_required
def _go_back(case: Case, number: int, detail: str) -> None:
    """Send again from a number on. What is there already does no harm: it knows each by its id."""
    destination = case.destination
    if number <= lock_pruning():
        states.stop(destination, states.say_gone(destination, number), now=case.now)
        return
    set_back(destination, number)
    Attempt.objects.filter(batch_id=case.frozen.id, number=case.number).update(
        outcome=Verdict.REWIND, detail=detail
    )
    destination.next_attempt_at = case.now + states.PAUSE if _goes_round(case) else None


def _goes_round(case: Case) -> bool:
    """Whether it has sent us back or away too often lately: somebody goes round in circles."""
    lately = Attempt.objects.filter(
        batch__destination=case.destination,
        at__gt=case.now - _LATELY,
        outcome__in=(Verdict.REWIND, Verdict.REUSED),
    )
    return lately.count() > _SO_OFTEN


@transaction_required
def _freeze_anew(case: Case) -> None:
    """Its books know this batch's id, as another batch's."""
    _close(case, BatchState.ABANDONED)
    if _goes_round(case):
        states.fail(case.destination, case.outcome.detail, now=case.now)
        case.destination.next_attempt_at = case.now + states.PAUSE


# --- It does not want it --------------------------------------------------------------------------


@transaction_required
def _halve(case: Case) -> None:
    """Batches are smaller from now on; a fact that is too large by itself is a dead letter."""
    if case.is_single:
        _bury(case, "too-large")
        return
    _close(case, BatchState.ABANDONED)
    case.destination.batch_limit = len(case.frozen.ids) // 2
    case.destination.next_attempt_at = None


@transaction_required
def _part(case: Case) -> None:
    """Look for the fact that is refused in ever smaller halves."""
    if case.is_single:
        _bury(case, case.outcome.code)
        return
    _close(case, BatchState.ABANDONED)
    case.destination.bad_until = case.frozen.last
    case.destination.next_attempt_at = None


@transaction_required
def _bury(case: Case, code: str) -> None:
    destination, detail = case.destination, case.outcome.detail
    destination.next_attempt_at = None
    _pass_by(case)
    holes.refuse(destination, case.frozen.first, code, detail, now=case.now)


@transaction_required
def _pass_by(case: Case) -> None:
    """Close the batch of a single fact, which stands among the undelivered from now on."""
    _close(case, BatchState.ABANDONED)
    if not case.frozen.is_replay:
        case.destination.settled_through = case.frozen.last
        case.destination.bad_until = None


# --- It cannot, or is not there -------------------------------------------------------------------


@transaction_required
def _stop(case: Case) -> None:
    reason = (
        f"It does not let us in: {as_sentence(case.outcome.detail)} Mend its address, token or"
        " secrets, then start it again."
    )
    states.stop(case.destination, reason, now=case.now)


@transaction_required
def _try_later(case: Case) -> None:
    """The same bytes again after a while. An outage is no fault of the facts, however long."""
    destination = case.destination
    if case.number >= ATTEMPTS or destination.state == DestinationState.FAILING:
        states.fail(destination, case.outcome.detail, now=case.now)
    destination.next_attempt_at = case.now + _patience(case)


def _patience(case: Case) -> timedelta:
    asked = case.outcome.wait_seconds
    if case.destination.state == DestinationState.FAILING:
        return max(states.PAUSE, timedelta(seconds=asked or 0))
    return backoff(case.number, case.roll) if asked is None else timedelta(seconds=asked)


@transaction_required
def _doubt(case: Case) -> None:
    """It broke over these bytes. Over the same ones time and again, and they are parted."""
    destination, frozen = case.destination, case.frozen
    strikes = Attempt.objects.filter(batch_id=frozen.id, outcome=Verdict.BROKEN).count()
    if strikes < strikes_needed(count=len(frozen.ids), bad_until=destination.bad_until):
        _try_later(case)
        return
    if not case.is_single:
        _part(case)
    else:
        _pass_by(case)
        holes.suspect(destination, frozen.first, case.outcome.detail, now=case.now)
        destination.next_attempt_at = None
    if holes.count_suspects(destination) >= SUSPECTS:
        holes.acquit_suspects(destination)
        states.fail(destination, f"It breaks over everything: {case.outcome.detail}", now=case.now)
    if destination.state == DestinationState.FAILING:
        destination.next_attempt_at = case.now + states.PAUSE


@transaction_required
def _close(case: Case, state: BatchState) -> None:
    """The batch is done with, so its bytes are let go of."""
    outcome = case.outcome
    Batch.objects.filter(pk=case.frozen.id).update(
        state=state,
        settled_at=case.now,
        body=b"",
        accepted_count=outcome.accepted_count,
        duplicate_count=outcome.duplicate_count,
        rejected_count=len(outcome.rejected),
    )


_STEPS: Mapping[Verdict, Callable[[Case], None]] = {
    Verdict.DELIVERED: _deliver,
    Verdict.REWIND: _rewind,
    Verdict.REUSED: _freeze_anew,
    Verdict.TOO_LARGE: _halve,
    Verdict.REFUSED: _part,
    Verdict.WAIT: _try_later,
    Verdict.STOP: _stop,
    Verdict.SILENT: _try_later,
    Verdict.BROKEN: _doubt,
}
