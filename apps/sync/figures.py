"""How far destinations are told: what waits, since when, and how it went hour by hour."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    Count,
    DateTimeField,
    ExpressionWrapper,
    F,
    Max,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, TruncDay, TruncHour
from django.utils import timezone

from apps.core.models import OutboxEvent, OutboxSequence
from apps.sync.locks import SEALED
from apps.sync.models import Batch, Destination, Undelivered
from apps.sync.standing import note_unnumbered
from apps.sync.types import BatchState, DestinationState, UndeliveredState

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet


MOST_COUNTED = 1_000


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time that is charted."""

    key: str
    title: str
    steps: int
    step: timedelta
    name_of: str  # of one step, as a format

    def begins(self, now: datetime) -> list[datetime]:
        """When each step begins on the office's clock, the oldest first; the last one is now's."""
        local = timezone.localtime(now)
        whole = local.replace(minute=0, second=0, microsecond=0)
        if self.step >= timedelta(days=1):
            whole = whole.replace(hour=0)
        return [whole - self.step * ago for ago in reversed(range(self.steps))]


HOURS = Span("hours", "24 hours", 24, timedelta(hours=1), "%H:%M")
DAYS = Span("days", "30 days", 30, timedelta(days=1), "%b %-d")
SPANS = {span.key: span for span in (HOURS, DAYS)}


@dataclass(frozen=True, slots=True)
class Step:
    """An hour or a day: the facts that arrived in it, and those that waited at its end."""

    begins: datetime
    synced: int
    waiting: int


def without_secrets(rows: QuerySet[Any], *names: str) -> QuerySet[Any]:
    """Rows whose sealed columns are not read: only whether there is any, as `has_token`."""
    given = {
        f"has_{name}": ExpressionWrapper(~Q(**{name: ""}), output_field=BooleanField())
        for name in names
    }
    found: QuerySet[Any] = rows.defer(*names).annotate(**given)
    return found


def with_backlog(destinations: QuerySet[Destination]) -> QuerySet[Any]:
    """Destinations without their secrets, with what waits for them.

    Nothing waits for one that was given up.
    `pending` counts what was not tried yet, and `oldest_at` is when the oldest of it happened;
    `undelivered_count` is of what was tried in vain and is not discarded, `dead_count` of the dead
    letters among it.
    """
    last = OutboxSequence.objects.order_by("pk").values("last")[:1]
    next_one = OutboxEvent.objects.filter(sequence=OuterRef("settled_through") + 1)
    in_vain = (
        Undelivered.objects.filter(destination=OuterRef("pk")).order_by().values("destination")
    )
    whole, unnumbered = BigIntegerField(), note_unnumbered()
    found: QuerySet[Any] = without_secrets(destinations, *SEALED).annotate(
        pending=Case(
            When(state=DestinationState.GIVEN_UP, then=Value(0)),
            default=Coalesce(Subquery(last, output_field=whole), F("settled_through"))
            - F("settled_through")
            + unnumbered.count,
            output_field=whole,
        ),
        oldest_at=Case(
            When(state=DestinationState.GIVEN_UP, then=None),
            default=Coalesce(
                Subquery(next_one.values("occurred_at")[:1]),
                Value(unnumbered.oldest_at, output_field=DateTimeField()),
            ),
        ),
        undelivered_count=Coalesce(
            Subquery(
                in_vain.exclude(state=UndeliveredState.DISCARDED).values(count=Count("pk")),
                output_field=whole,
            ),
            0,
        ),
        dead_count=Coalesce(
            Subquery(
                in_vain.filter(state=UndeliveredState.DEAD).values(count=Count("pk")),
                output_field=whole,
            ),
            0,
        ),
    )
    return found


def count_dead() -> int:
    """Dead letters of all destinations, for a person to decide on; a thousand at most.

    Every page asks, and nobody reads on.
    """
    dead = Undelivered.objects.filter(state=UndeliveredState.DEAD)
    return len(dead.values_list("pk")[:MOST_COUNTED])


def count_undelivered(*, destination_id: int) -> dict[str, int]:
    """How many facts of a destination are in each state of not being there."""
    rows = Undelivered.objects.filter(destination=destination_id).values("state")
    found = rows.order_by().annotate(count=Count("pk"))
    return {row["state"]: row["count"] for row in found}


def list_steps(destination: Destination, *, span: Span, now: datetime) -> list[Step]:
    """How it went, step by step.

    What waited at the end of a step is what had been written by then, less what had arrived or was
    set aside by then; each is a number, found by its index.
    """
    begins = span.begins(now)
    ends = [*begins[1:], now]
    arrived, settled = _read_batches(destination, span, begins[0])
    floor = max(settled.pop(None), destination.starts_after)
    steps = []
    told_until = destination.given_up_at or now
    for begin, end in zip(begins, ends, strict=True):
        floor = max(floor, settled.get(begin, 0))
        waiting = max(0, _last_number_at(end, is_now=end is now) - floor)
        steps.append(Step(begin, arrived[begin], waiting if end <= told_until else 0))
    last = steps[-1]
    if destination.given_up_at:
        return steps
    current = max(0, _last_number_at(now, is_now=True) - destination.settled_through)
    return [*steps[:-1], Step(last.begins, last.synced, current)]


def _read_batches(
    destination: Destination, span: Span, since: datetime
) -> tuple[Counter[Any], dict[Any, int]]:
    """What arrived in each step, and the highest number settled in it; under None, before all."""
    batches = Batch.objects.filter(destination=destination, state=BatchState.DELIVERED)
    truncate = TruncHour if span is HOURS else TruncDay
    rows = (
        batches.filter(settled_at__gte=since)
        .annotate(step=truncate("settled_at", tzinfo=timezone.get_current_timezone()))
        .values("step")
        .order_by()
        .annotate(
            synced=Sum(F("event_count") - F("rejected_count")),
            through=Max("last_sequence", filter=Q(is_replay=False)),
        )
    )
    arrived: Counter[Any] = Counter()
    settled: dict[Any, int] = {}
    for row in rows:
        arrived[row["step"]] += row["synced"]
        settled[row["step"]] = row["through"] or 0
    before = batches.filter(settled_at__lt=since, is_replay=False)
    settled[None] = before.aggregate(through=Max("last_sequence"))["through"] or 0
    return arrived, settled


def _last_number_at(at: datetime, *, is_now: bool) -> int:
    """The number of the last fact that had happened by then; by a look into an index."""
    if is_now:
        return OutboxSequence.objects.values_list("last", flat=True).first() or 0
    told = OutboxEvent.objects.filter(occurred_at__lt=at, sequence__isnull=False)
    return told.order_by("-occurred_at", "-pk").values_list("sequence", flat=True).first() or 0
