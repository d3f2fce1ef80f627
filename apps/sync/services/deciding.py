"""What a person decides about facts that did not arrive: they are sent again, or never.

Each deed holds the row of the destination, names in its update the state that it was decided on,
and is a row of the audit. Of two people who decide at once the second is told what happened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django_subatomic.db import transaction_required

from apps.core import audit
from apps.sync.deeds import BLOCKING, DISCARDABLE, REPLAYABLE, Chosen, Discarded, Replayed
from apps.sync.errors import SyncStateConflict
from apps.sync.locks import SEALED, lock_destination
from apps.sync.models import Undelivered
from apps.sync.services.fencing import abandon_open_batch
from apps.sync.types import DestinationState, UndeliveredState

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from django.db.models import QuerySet

    from apps.core.types import JSON, Actor
    from apps.sync.models import Destination

AT_ONCE = 500  # rows of one statement
MOST_NAMED = 100  # numbers in a row of the audit
_SEALED = tuple(f"destination__{name}" for name in SEALED)


@transaction_required
def replay(*, actor: Actor, chosen: Chosen, now: datetime) -> Replayed:
    """Send facts again at the next turn, the oldest first.

    One that is not the oldest of its kind that is undecided waits for that one: facts about one
    thing keep their order.

    Raises:
        SyncStateConflict: none of them can be sent again.
    """
    destination = lock_destination(chosen.destination_id)
    wanted = _list_chosen(chosen, REPLAYABLE)
    free = list(wanted.filter(~Exists(_older_than(chosen))).order_by("sequence"))
    count = wanted.count()
    if not free:
        raise SyncStateConflict(_say_behind(chosen) if count else say_why_not(chosen))
    for some in _slices(free):
        ids = [row.pk for row in some]
        rows = Undelivered.objects.filter(pk__in=ids, state__in=REPLAYABLE)
        if rows.update(state=UndeliveredState.REPLAY, next_attempt_at=None) != len(ids):
            raise SyncStateConflict(say_why_not(chosen))
    _note(now, actor, f"destination:{destination.pk}", "undelivered.replayed", _facts(free))
    behind = count - len(free)
    return Replayed(len(free), behind=behind, is_stopped=_is_stopped(destination))


@transaction_required
def discard(*, actor: Actor, chosen: Chosen, reason: str, now: datetime) -> Discarded:
    """Let go of facts for good. What waited behind them alone is sent at the next turn.

    One that is being sent again at this moment is taken from whoever sends it: what comes of that
    counts no more, though the destination may have it.

    Raises:
        SyncStateConflict: none of them can be discarded.
    """
    destination = lock_destination(chosen.destination_id)
    rows = list(_list_chosen(chosen, DISCARDABLE).order_by("sequence"))
    if not rows:
        raise SyncStateConflict(say_why_not(chosen))
    for row in rows:
        abandon_open_batch(destination_id=destination.pk, now=now, holding=row.sequence)
    for some in _slices(rows):
        ids = [row.pk for row in some]
        if Undelivered.objects.filter(pk__in=ids, state__in=DISCARDABLE).update(
            state=UndeliveredState.DISCARDED,
            next_attempt_at=None,
            discarded_at=now,
            discarded_by=actor.name,
            discarded_reason=reason,
        ) != len(ids):
            raise SyncStateConflict(say_why_not(chosen))
    freed = _free_held(destination.pk, {row.aggregate for row in rows})
    facts: dict[str, JSON] = {**_facts(rows), "freed": freed, "reason": reason}
    _note(now, actor, f"destination:{destination.pk}", "undelivered.discarded", facts)
    return Discarded(len(rows), freed, is_stopped=_is_stopped(destination))


@transaction_required
def send_after_all(*, actor: Actor, chosen: Chosen, now: datetime) -> Replayed:
    """Send a discarded fact at the next turn. Who had discarded it, and why, stays in the audit.

    Later facts about the same thing may be there already; those that are not wait behind it.

    Raises:
        SyncStateConflict: it is not discarded, or an older one about the same thing is undecided.
    """
    destination = lock_destination(chosen.destination_id)
    gone = Undelivered.objects.filter(destination=destination, state=UndeliveredState.DISCARDED)
    row = gone.filter(pk__in=list(chosen.ids or ())).first()
    if row is None or row.discarded_at is None:
        raise SyncStateConflict(say_why_not(chosen))
    if _older_facts(chosen).exists():
        raise SyncStateConflict(_say_behind(chosen))
    facts: dict[str, JSON] = {
        **_facts([row]),
        "discarded_by": row.discarded_by,
        "discarded_at": row.discarded_at.isoformat(),
        "discarded_reason": row.discarded_reason,
    }
    gone.filter(pk=row.pk).update(
        state=UndeliveredState.REPLAY,
        next_attempt_at=None,
        discarded_at=None,
        discarded_by="",
        discarded_reason="",
    )
    _note(now, actor, f"destination:{destination.pk}", "undelivered.sent_after_all", facts)
    return Replayed(1, is_stopped=_is_stopped(destination))


def say_why_not(chosen: Chosen) -> str:
    """What has become of what somebody wanted to decide on: perhaps somebody else was faster."""
    ids = list(chosen.ids or ())
    rows = Undelivered.objects.select_related("destination").defer(*_SEALED)
    row = rows.filter(pk__in=ids).order_by("sequence").first()
    if chosen.ids is None or len(ids) > 1:
        return "Nothing of it waits for a decision any more. Look at the list again."
    if row is None:
        return "It has arrived meanwhile."
    if row.state == UndeliveredState.DISCARDED and row.discarded_at:
        at = f"{timezone.localtime(row.discarded_at):%b %-d, %H:%M}"
        return f"{row.discarded_by} discarded it on {at}: {row.discarded_reason}"
    when = "once it is started" if _is_stopped(row.destination) else "at the next turn"
    return {
        UndeliveredState.REPLAY.value: f"It is to be sent again already, {when}.",
        UndeliveredState.HELD.value: "It waits behind another fact about the same thing.",
    }.get(row.state, "It is being tried by itself: look again in some minutes.")


def _say_behind(chosen: Chosen) -> str:
    first = _older_facts(chosen).order_by("sequence").first()
    number = f" #{first.sequence}" if first else ""
    return f"An older fact about the same thing{number} is undecided: decide on that one first."


def _list_chosen(chosen: Chosen, states: tuple[str, ...]) -> QuerySet[Undelivered]:
    rows = Undelivered.objects.filter(destination=chosen.destination_id)
    if chosen.ids is None:
        return rows.filter(state=UndeliveredState.DEAD)
    return rows.filter(pk__in=list(chosen.ids), state__in=states)


def _older_than(chosen: Chosen) -> QuerySet[Undelivered]:
    """What is older than a row, about the same thing, undecided, and not chosen with it."""
    older = Undelivered.objects.filter(
        destination=chosen.destination_id,
        aggregate=OuterRef("aggregate"),
        sequence__lt=OuterRef("sequence"),
        state__in=BLOCKING,
    )
    if chosen.ids is None:
        return older.exclude(state=UndeliveredState.DEAD)
    return older.exclude(pk__in=list(chosen.ids), state__in=REPLAYABLE)


def _older_facts(chosen: Chosen) -> QuerySet[Undelivered]:
    """The undecided facts that any of the chosen ones is younger than, about the same thing."""
    rows = Undelivered.objects.filter(destination=chosen.destination_id)
    mine = rows.filter(state=UndeliveredState.DEAD)
    if chosen.ids is not None:
        mine = rows.filter(pk__in=list(chosen.ids))
    younger = mine.filter(aggregate=OuterRef("aggregate"), sequence__gt=OuterRef("sequence"))
    return rows.filter(Exists(younger), state__in=BLOCKING)


def _free_held(destination_id: int, aggregates: set[str]) -> int:
    """Send what waits behind nothing any more; how many they are."""
    blocking = Undelivered.objects.filter(
        destination=destination_id, aggregate=OuterRef("aggregate"), state__in=BLOCKING
    )
    held = Undelivered.objects.filter(destination=destination_id, state=UndeliveredState.HELD)
    freed = 0
    for aggregate in sorted(aggregates):
        free = held.filter(~Exists(blocking), aggregate=aggregate)
        ids = list(free.values_list("pk", flat=True))
        for some in _slices(ids):
            freed += held.filter(pk__in=some).update(state=UndeliveredState.REPLAY)
    return freed


def _is_stopped(destination: Destination) -> bool:
    """Whether what was decided goes only once somebody starts it again."""
    return destination.state == DestinationState.STOPPED


def _slices[T](rows: list[T]) -> Iterator[list[T]]:
    for start in range(0, len(rows), AT_ONCE):
        yield rows[start : start + AT_ONCE]


def _facts(rows: list[Undelivered]) -> dict[str, JSON]:
    return {"count": len(rows), "numbers": [row.sequence for row in rows[:MOST_NAMED]]}


def _note(now: datetime, actor: Actor, subject: str, action: str, facts: dict[str, JSON]) -> None:
    audit.record(audit.AuditFact(now, actor, action, subject, facts))
