"""How far destinations are told: what waits, since when, and how it went hour by hour."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import (
    BigIntegerField,
    BooleanField,
    Count,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    Max,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce, TruncDay, TruncHour
from django.utils import timezone

from apps.core.models import OutboxEvent, OutboxSequence
from apps.sync.locks import SEALED
from apps.sync.models import Batch, Destination, Undelivered
from apps.sync.standing import AGAIN, note_unnumbered
from apps.sync.types import BatchState, UndeliveredState

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

    `pending` counts what was not tried yet and what is sent again by itself (`again_count`), and
    `oldest_at` is when the oldest of it happened; `dead_count` is of what a person has to decide
    on, `held_count` of what waits behind other facts about the same thing.
    """
    last = OutboxSequence.objects.order_by("pk").values("last")[:1]
    next_one = OutboxEvent.objects.filter(sequence=OuterRef("settled_through") + 1)
    again = Undelivered.objects.filter(destination=OuterRef("pk"), state__in=AGAIN)
    whole, unnumbered = BigIntegerField(), note_unnumbered()
    counted: QuerySet[Any] = without_secrets(destinations, *SEALED).annotate(
        again_count=_count_in(*AGAIN),
        dead_count=_count_in(UndeliveredState.DEAD),
        held_count=_count_in(UndeliveredState.HELD),
    )
    found: QuerySet[Any] = counted.annotate(
        pending=ExpressionWrapper(
            Coalesce(Subquery(last, output_field=whole), F("settled_through"), output_field=whole)
            - F("settled_through")
            + unnumbered.count
            + F("again_count"),
            output_field=whole,
        ),
        oldest_at=Coalesce(
            Subquery(again.order_by("sequence").values("event__occurred_at")[:1]),
            Subquery(next_one.values("occurred_at")[:1]),
            Value(unnumbered.oldest_at, output_field=DateTimeField()),
        ),
    )
    return found


def _count_in(*states: str) -> Coalesce:
    """How many facts a destination has not taken that are in these states."""
    rows = Undelivered.objects.filter(destination=OuterRef("pk"), state__in=states)
    count = rows.order_by().values("destination").values(count=Count("pk"))
    return Coalesce(Subquery(count, output_field=BigIntegerField()), 0)


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


def list_steps(destination: Any, *, span: Span, now: datetime) -> list[Step]:
    """How it went, step by step.

    What waited at the end of a step is what had been written by then, less what had arrived or was
    set aside by then; each is a number, found by its index. Nothing waited before the destination
    was there, and what waits now is its backlog, which it bears.
    """
    begins = span.begins(now)
    ends = [*begins[1:], now]
    arrived, settled = _read_batches(destination, span, begins[0])
    floor = max(settled.pop(None), destination.starts_after)
    steps = []
    for begin, end in zip(begins, ends, strict=True):
        floor = max(floor, settled.get(begin, 0))
        waiting = _count_written(end) - floor if end > destination.created_at else 0
        steps.append(Step(begin, arrived[begin], max(0, waiting)))
    last = steps[-1]
    return [*steps[:-1], Step(last.begins, last.synced, destination.pending)]


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
    arrived: Counter[Any] = _count_resent(batches.filter(settled_at__gte=since), truncate)
    settled: dict[Any, int] = {}
    for row in rows:
        arrived[row["step"]] += row["synced"]
        settled[row["step"]] = row["through"] or 0
    before = batches.filter(settled_at__lt=since, is_replay=False)
    settled[None] = before.aggregate(through=Max("last_sequence"))["through"] or 0
    return arrived, settled


def _count_resent(batches: QuerySet[Batch], truncate: Any) -> Counter[Any]:
    """Less than nothing, by step: what was there from an earlier batch, and was sent once more.

    A duplicate of which no earlier batch knows is one whose answer was lost: it counts.
    """
    earlier = Batch.objects.filter(
        destination=OuterRef("destination"),
        state=BatchState.DELIVERED,
        is_replay=False,
        last_sequence__gte=OuterRef("first_sequence"),
        settled_at__lt=OuterRef("settled_at"),
    )
    rows = batches.filter(Exists(earlier), duplicate_count__gt=0, is_replay=False)
    step = truncate("settled_at", tzinfo=timezone.get_current_timezone())
    found = rows.annotate(step=step).values("step").order_by().annotate(n=Sum("duplicate_count"))
    return Counter({row["step"]: -row["n"] for row in found})


def _count_written(at: datetime) -> int:
    """The number of the last fact that had happened by then; by a look into an index."""
    told = OutboxEvent.objects.filter(occurred_at__lt=at, sequence__isnull=False)
    return told.order_by("-occurred_at", "-pk").values_list("sequence", flat=True).first() or 0
