"""What sending and taking in facts is about."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from apps.core.types import JSON

MAX_EVENTS = 1_000  # of one batch
MAX_BODY_BYTES = 5 * 1024 * 1024  # of one batch, as sent and once inflated

PAYMENTS = ("payment.captured", "payment.refunded")
# Facts that are books of a shop: whoever received them keeps them. Others are forgotten in time.
BOOKS = (
    "order.completed",
    "order.voided",
    "return.completed",
    "return.without_receipt",
    *PAYMENTS,
    "shift.closed",
    "shift.amended",
)


class Format(StrEnum):
    """In which form a destination is told."""

    TILLHOUSE = "TILLHOUSE"  # the batch of POST /api/sync
    JOURNAL = "JOURNAL"  # lines of journal entries, for an accounting system


class DestinationState(StrEnum):
    """Whether it is sent to."""

    ACTIVE = "ACTIVE"
    FAILING = "FAILING"  # it does not answer: it is tried at each beat
    STOPPED = "STOPPED"  # it refuses us, or somebody said so: a person starts it again
    GIVEN_UP = "GIVEN_UP"  # a person decided that it is never told anything again


RUNNING = (DestinationState.ACTIVE.value, DestinationState.FAILING.value)  # those that are sent to


class BatchState(StrEnum):
    """What became of frozen bytes."""

    OPEN = "OPEN"
    DELIVERED = "DELIVERED"
    ABANDONED = "ABANDONED"  # refused as a whole; its facts went on in others


class UndeliveredState(StrEnum):
    """Why a fact that had its turn is not there."""

    RETRY = "RETRY"  # rejected by itself; it is sent again, three times in all
    SUSPECT = "SUSPECT"  # the destination broke over it, perhaps over anything
    DEAD = "DEAD"  # a dead letter: a person has to decide
    HELD = "HELD"  # waits behind another fact about the same thing
    REPLAY = "REPLAY"  # it is to be sent again at the next turn
    DISCARDED = "DISCARDED"  # a person decided that it is never sent


class ReceivedState(StrEnum):
    """What we made of a fact."""

    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"


class Comparison(StrEnum):
    """What came of comparing a day's books with those of a destination."""

    AGREES = "AGREES"
    DIFFERS = "DIFFERS"
    NOT_COMPARED = "NOT_COMPARED"  # it shows no totals
    NOT_REACHED = "NOT_REACHED"  # it did not answer, or not as it should: the next night again


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact that is told to other installations."""

    position: int
    sequence: int
    id: UUID
    type: str
    version: int
    aggregate: str
    occurred_at: datetime
    payload: JSON
