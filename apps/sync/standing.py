"""How each destination stands, for who looks at it from a terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count

from apps.core.models import OutboxEvent, OutboxSequence
from apps.core.numbering import list_unnumbered
from apps.sync.models import Destination, Undelivered
from apps.sync.types import RUNNING, DestinationState, UndeliveredState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from django.db.models import QuerySet

# What a destination did not take, and is sent again without anybody's doing.
AGAIN = (
    UndeliveredState.RETRY.value,
    UndeliveredState.SUSPECT.value,
    UndeliveredState.REPLAY.value,
)


@dataclass(frozen=True, slots=True)
class Standing:
    """One destination: what waits for it, since when, and what it did not take.

    `pending` counts what was not tried yet, and what is sent again by itself.
    """

    code: str
    state: str
    reason: str
    pending: int
    oldest_at: datetime | None
    undelivered: Mapping[str, int]
    next_attempt_at: datetime | None
    last_delivered_at: datetime | None
    synced: int

    @property
    def is_due(self) -> bool:
        """Whether anything is to be sent to it, now or later."""
        return self.pending > 0


def list_codes() -> list[str]:
    """The destinations that are sent to."""
    running = Destination.objects.filter(state__in=RUNNING)
    return list(running.order_by("code").values_list("code", flat=True))


def list_standings() -> list[Standing]:
    """All destinations, in the order of their codes."""
    last = OutboxSequence.objects.values_list("last", flat=True).first() or 0
    rows = Destination.objects.defer("token", "secret", "second_secret").order_by("code")
    unnumbered = note_unnumbered()
    return [_standing_of(row, last, unnumbered) for row in rows]


@dataclass(frozen=True, slots=True)
class Unnumbered:
    """Facts without a number: how many, and when the oldest of them happened."""

    count: int
    oldest_at: datetime | None


def note_unnumbered() -> Unnumbered:
    """What waits for every destination before it has a place in the order of telling."""
    waiting = list_unnumbered()
    oldest = waiting.order_by("position").values_list("occurred_at", flat=True).first()
    return Unnumbered(waiting.count() if oldest else 0, oldest)


def _standing_of(row: Destination, last: int, unnumbered: Unnumbered) -> Standing:
    """For one that was given up, nothing waits."""
    is_told = row.state != DestinationState.GIVEN_UP
    waiting = OutboxEvent.objects.filter(sequence__gt=row.settled_through).order_by("sequence")
    rows = Undelivered.objects.filter(destination=row)
    again = rows.filter(state__in=AGAIN).order_by("sequence")
    states = rows.order_by("state").values_list("state")
    undelivered = dict(states.annotate(count=Count("pk")))
    pending = last - row.settled_through + unnumbered.count
    pending += sum(undelivered.get(state, 0) for state in AGAIN)
    oldest_at = again.values_list("event__occurred_at", flat=True).first()
    oldest_at = oldest_at or _oldest_of(waiting, unnumbered)
    return Standing(
        row.code,
        row.state,
        row.reason,
        pending * is_told,
        oldest_at if is_told else None,
        undelivered,
        row.next_attempt_at,
        row.last_delivered_at,
        row.synced_count,
    )


def _oldest_of(waiting: QuerySet[OutboxEvent], unnumbered: Unnumbered) -> datetime | None:
    return waiting.values_list("occurred_at", flat=True).first() or unnumbered.oldest_at
