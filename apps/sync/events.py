"""What becomes of the sending of facts, for those who look after this installation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from apps.core.events import Event

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class DestinationStopped(Event):
    """A destination is not sent to any more until a person starts it again."""

    type: ClassVar[str] = "destination.stopped"

    destination: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class DeliveryFailing(Event):
    """A destination does not take anything; it is tried every five minutes. Told once."""

    type: ClassVar[str] = "delivery.failing"

    destination: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class DeliveryResumed(Event):
    """A destination that failed has taken facts again."""

    type: ClassVar[str] = "delivery.resumed"

    destination: str
    failing_since: datetime | None


@dataclass(frozen=True, kw_only=True)
class FactDead(Event):
    """A destination does not take one fact: a person has to decide. The aggregate is the fact's."""

    type: ClassVar[str] = "fact.dead"

    destination: str
    event_id: str
    sequence: int
    code: str
    detail: str


@dataclass(frozen=True, kw_only=True)
class BooksDiffer(Event):
    """A business date in our books is not what a destination has of it: somebody has to look."""

    type: ClassVar[str] = "books.differ"

    destination: str
    day: str
    difference_count: int
    first: str
