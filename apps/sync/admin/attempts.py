"""What became of each sending of a batch, as a timeline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef, Subquery

from apps.sync.models import Attempt
from apps.sync.wording import say_attempt

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from apps.sync.models import Batch

_SECOND = 1_000  # milliseconds


@dataclass(frozen=True, slots=True)
class Moment:
    """One sending: when, what came of it, and what was said."""

    at: datetime
    tone: str
    title: str
    note: str
    detail: str
    batch_id: UUID


def list_moments(attempts: Iterable[Attempt], *, of_refused: bool = False) -> list[Moment]:
    """In the order given; `of_refused`, as they look to a fact that was not taken."""
    return [_moment(attempt, of_refused=of_refused) for attempt in attempts]


def with_last_outcome(batches: QuerySet[Batch]) -> QuerySet[Any]:
    """Batches with what came of their last sending, as `last_outcome`."""
    attempts = Attempt.objects.filter(batch=OuterRef("pk")).order_by("-number")
    return batches.annotate(last_outcome=Subquery(attempts.values("outcome")[:1]))


def _moment(attempt: Attempt, *, of_refused: bool) -> Moment:
    tone, title = say_attempt(attempt.outcome)
    if of_refused and attempt.outcome == "DELIVERED":
        tone, title = "bad", "It took the batch, and rejected this fact"
    status = f"HTTP {attempt.status}" if attempt.status else "no answer"
    note = f"Attempt {attempt.number}, {status}, after {_took(attempt.took_ms)}"
    return Moment(attempt.at, tone, title, note, attempt.detail, attempt.batch_id)


def _took(milliseconds: int) -> str:
    if milliseconds < _SECOND:
        return f"{milliseconds} ms"
    return f"{milliseconds / _SECOND:.1f} s"
