"""How far a destination had been told when it was asked, and what that says of a missing thing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import batched
from typing import TYPE_CHECKING

from apps.core.models import OutboxEvent
from apps.sync.comparing import PATHS, Kind
from apps.sync.models import Undelivered

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from apps.core.types import JSON
    from apps.sync.comparing import Thing
    from apps.sync.models import Destination

_AT_ONCE = 500  # names in a statement
_BEFORE_ITS_DAY = timedelta(days=3)  # no fact of a business date is older, whatever the zone


@dataclass(frozen=True, slots=True)
class Standing:
    """What a destination had been told, noted before it was asked what it has."""

    starts_after: int
    settled_through: int
    created_on: date
    undelivered: Mapping[int, str]
    at: datetime


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is missing there. `kind` of None: it never was to be told there."""

    kind: Kind | None
    why: str = ""


def note_standing(destination: Destination, *, now: datetime) -> Standing:
    """Where a destination stands at this moment."""
    rows = Undelivered.objects.filter(destination=destination)
    return Standing(
        destination.starts_after,
        destination.settled_through,
        destination.created_at.date(),
        dict(rows.values_list("sequence", "state")),
        now,
    )


def explain(
    things: Iterable[Thing], *, event_type: str, day: date, standing: Standing
) -> dict[str, Reason]:
    """For each thing of a type, by its id, what became of the facts that tell of it."""
    wanted = list(things)
    told = _find_facts(wanted, event_type, day)
    return {thing.id: _reason_of(told.get(thing.id, []), day, standing) for thing in wanted}


def _find_facts(things: list[Thing], event_type: str, day: date) -> dict[str, list[OutboxEvent]]:
    since = datetime.combine(day, time(), UTC) - _BEFORE_ITS_DAY
    facts: dict[str, list[OutboxEvent]] = defaultdict(list)
    for some in batched({thing.about for thing in things}, _AT_ONCE):
        found = OutboxEvent.objects.filter(
            type=event_type, aggregate__in=some, occurred_at__gte=since
        )
        for fact in found.order_by("position"):
            facts[_thing_of(fact)].append(fact)
    return facts


def _thing_of(fact: OutboxEvent) -> str:
    value: JSON = fact.payload
    for name in PATHS[fact.type]:
        value = value[name] if isinstance(value, dict) else None
    return str(value)


def _reason_of(facts: list[OutboxEvent], day: date, standing: Standing) -> Reason:
    """Of several facts, as of a refund and its undoing, the first that is not there."""
    if not facts:
        if day < standing.created_on:
            return Reason(None)
        return Reason(Kind.UNTOLD, "no fact here tells of it")
    reasons = [_reason_of_one(fact, standing) for fact in facts]
    return next((reason for reason in reasons if reason.kind is not Kind.MISSING), reasons[0])


def _reason_of_one(fact: OutboxEvent, standing: Standing) -> Reason:
    if fact.fault:
        return Reason(Kind.FAULTY, f"its fact cannot be told: {fact.fault[:200]}")
    if fact.sequence is None or fact.sequence > standing.settled_through:
        return Reason(Kind.PENDING)
    if fact.sequence <= standing.starts_after:
        return Reason(None)
    if state := standing.undelivered.get(fact.sequence):
        return Reason(Kind.UNDELIVERED, f"it is {state.lower()} among the undelivered")
    return Reason(Kind.MISSING)
