"""Facts that had their turn and are not there: why, what waits behind them, how they get on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, Min, OuterRef, Q
from django_subatomic.db import transaction_required

from apps.core.models import OutboxEvent
from apps.core.outbox import publish
from apps.sync.events import FactDead
from apps.sync.models import Undelivered
from apps.sync.rules import ATTEMPTS, DEAD_IN_A_ROW, LONGEST_WAIT, as_sentence, backoff
from apps.sync.services.states import stop
from apps.sync.types import UndeliveredState

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from apps.sync.models import Destination
    from apps.sync.rules import Rejection
    from apps.sync.waiting import Waiting

BROKE = "broke"
BEHIND = "behind"
_IN_THE_WAY = (UndeliveredState.DEAD, UndeliveredState.SUSPECT, UndeliveredState.RETRY)

_CHANGED = ("state", "code", "detail", "attempt_count", "next_attempt_at")  # of a row that is there


def find_next(destination: Destination, *, now: datetime) -> Undelivered | None:
    """The oldest that is to be sent again now, with none about the same thing before it.

    Before all others, the one that the destination insists on.
    """
    rows = Undelivered.objects.filter(destination=destination)
    before = rows.filter(aggregate=OuterRef("aggregate"), sequence__lt=OuterRef("sequence"))
    is_due = (
        Q(next_attempt_at__isnull=True)
        | Q(next_attempt_at__lte=now)
        | Q(next_attempt_at__gt=now + LONGEST_WAIT)
    )
    wanted = rows.filter(
        Q(state=UndeliveredState.REPLAY) | Q(is_due, state=UndeliveredState.RETRY),
        ~Exists(before.exclude(state=UndeliveredState.DISCARDED)),
        sequence__lte=destination.settled_through,
    )
    first = destination.insists_on
    insisted_on = None if first is None else wanted.filter(sequence=first).first()
    return insisted_on or wanted.order_by("sequence").first()


@transaction_required
def hold_back(destination: Destination, facts: Iterable[Waiting], *, now: datetime) -> None:
    """Let facts wait behind one about the same thing; one that stands there already stays."""
    Undelivered.objects.bulk_create(
        [
            Undelivered(
                destination=destination,
                event_id=each.position,
                sequence=each.fact.sequence,
                aggregate=each.fact.aggregate,
                state=UndeliveredState.HELD,
                code=BEHIND,
                since=now,
            )
            for each in facts
        ],
        ignore_conflicts=True,
    )


@transaction_required
def arrive(destination: Destination, sequence: int) -> None:
    """It is there now; what waited behind it goes next. The caller saves the destination."""
    row = _rows(destination, sequence).get()
    row.delete()
    # One from before its beginning, as it is after facts were left out, counts nowhere.
    destination.synced_count += row.sequence > destination.starts_after
    same = Undelivered.objects.filter(destination=destination, aggregate=row.aggregate)
    end = same.filter(state__in=_IN_THE_WAY).aggregate(first=Min("sequence"))["first"]
    held = same.filter(state=UndeliveredState.HELD)
    held = held if end is None else held.filter(sequence__lt=end)
    held.update(state=UndeliveredState.REPLAY, code="")


@transaction_required
def reject(
    destination: Destination, rejected: Sequence[Rejection], *, now: datetime, roll: float
) -> None:
    """Facts that were not taken, each by itself: they are sent again, three times in all."""
    for rejection in rejected:
        row = _find_row(destination, rejection.sequence, now=now)
        if row is None:
            continue
        row.code, row.detail = rejection.code, rejection.detail
        row.attempt_count += 1
        if row.attempt_count >= ATTEMPTS:
            _bury(destination, row, now=now)
            continue
        row.state = UndeliveredState.RETRY
        row.next_attempt_at = now + backoff(row.attempt_count, roll)
        _keep(row)


@transaction_required
def refuse(
    destination: Destination, sequence: int, code: str, detail: str, *, now: datetime
) -> None:
    """A fact is at fault itself: it is a dead letter. The caller saves the destination."""
    row = _find_row(destination, sequence, now=now)
    if row is None:
        return
    row.code, row.detail = code, detail
    row.attempt_count += 1
    _bury(destination, row, now=now)


@transaction_required
def suspect(destination: Destination, sequence: int, detail: str, *, now: datetime) -> None:
    """The destination broke over this fact three times.

    It may be the fact, or the destination may be broken. Where it was broken over before, and the
    destination took others in between, it is the fact.
    """
    row = _find_row(destination, sequence, now=now)
    if row is None:
        return
    row.detail, was_tried = detail, row.state == UndeliveredState.RETRY and row.code == BROKE
    row.code = BROKE
    row.attempt_count += ATTEMPTS
    if was_tried:
        _bury(destination, row, now=now)
        return
    row.state, row.next_attempt_at = UndeliveredState.SUSPECT, None
    _keep(row)


def has_any(destination: Destination) -> bool:
    """Whether any fact waits for another chance, a decision, or behind another one."""
    rows = Undelivered.objects.filter(destination=destination)
    return rows.exclude(state=UndeliveredState.DISCARDED).exists()


def count_suspects(destination: Destination) -> int:
    """How many it broke over since it last took anything."""
    return _suspects(destination).count()


@transaction_required
def try_suspects(destination: Destination) -> None:
    """It takes others: what it broke over is sent once more, and then accused."""
    _suspects(destination).update(state=UndeliveredState.RETRY)


@transaction_required
def acquit_suspects(destination: Destination) -> None:
    """It takes nothing at all, so none of them is to blame: they are sent first when it does."""
    _suspects(destination).update(state=UndeliveredState.REPLAY, code="")


def find_first_missing(destination: Destination, gaps: Iterable[tuple[int, int]]) -> int | None:
    """The first number that was delivered and is missing there, of what it says is missing.

    What is told from before it was added, or has not had its turn, or stands among the
    undelivered, is missing rightly.
    """
    for first, last in sorted(gaps):
        low = max(first, destination.starts_after + 1)
        high = min(last, destination.settled_through)
        known = Undelivered.objects.filter(destination=destination, sequence__range=(low, high))
        for number in known.order_by("sequence").values_list("sequence", flat=True).iterator():
            if number != low:
                break
            low += 1
        if low <= high:
            return low
    return None


def _suspects(destination: Destination) -> QuerySet[Undelivered]:
    return Undelivered.objects.filter(destination=destination, state=UndeliveredState.SUSPECT)


def _rows(destination: Destination, sequence: int) -> QuerySet[Undelivered]:
    return Undelivered.objects.filter(destination=destination, sequence=sequence)


@transaction_required
def _find_row(destination: Destination, sequence: int, *, now: datetime) -> Undelivered | None:
    """The fact's row; a new one, not stored yet, where it has none.

    None where a person has discarded it while it was sent: that holds.
    """
    row = _rows(destination, sequence).select_for_update().first()
    if row is not None:
        return None if row.state == UndeliveredState.DISCARDED else row
    event = OutboxEvent.objects.only("event_id", "aggregate").get(sequence=sequence)
    return Undelivered(
        destination=destination,
        event=event,
        sequence=sequence,
        aggregate=event.aggregate,
        since=now,
    )


@transaction_required
def _bury(destination: Destination, row: Undelivered, *, now: datetime) -> None:
    row.state, row.next_attempt_at = UndeliveredState.DEAD, None
    _keep(row)
    destination.dead_in_a_row += 1
    publish(
        FactDead(
            aggregate=row.aggregate,
            occurred_at=now,
            destination=destination.code,
            event_id=str(row.event.event_id),
            sequence=row.sequence,
            code=row.code,
            detail=row.detail,
        )
    )
    if destination.dead_in_a_row % DEAD_IN_A_ROW == 0:
        reason = (
            f"It refused {DEAD_IN_A_ROW} facts in a row and took none in between. The last time it"
            f" said: {as_sentence(row.detail or row.code)} Have that mended, replay them, and start"
            " it again."
        )
        stop(destination, reason, now=now)


def _keep(row: Undelivered) -> None:
    """Store a row; what was to be sent again, and is about the same thing, waits behind it."""
    row.save(update_fields=_CHANGED if row.pk else None)
    behind = Undelivered.objects.filter(
        destination=row.destination, aggregate=row.aggregate, sequence__gt=row.sequence
    )
    behind.filter(state=UndeliveredState.REPLAY).update(state=UndeliveredState.HELD, code=BEHIND)
