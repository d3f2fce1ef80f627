"""What a person decides about sync, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from apps.sync.types import Format, UndeliveredState

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from apps.core.types import JSON

# What a person can send again, what they can let go of, and what of that they can take back.
REPLAYABLE = (UndeliveredState.DEAD.value, UndeliveredState.RETRY.value)
DISCARDABLE = (
    UndeliveredState.DEAD.value,
    UndeliveredState.RETRY.value,
    UndeliveredState.SUSPECT.value,
    UndeliveredState.REPLAY.value,
)
RECALLABLE = (UndeliveredState.DISCARDED.value,)
# What later facts about the same thing wait behind.
BLOCKING = (
    UndeliveredState.DEAD.value,
    UndeliveredState.RETRY.value,
    UndeliveredState.SUSPECT.value,
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Undelivered facts of one destination: these, or every dead letter where none is named."""

    destination_id: int
    ids: Collection[int] | None = None


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many are sent again, and how many wait behind an older one that nobody has decided on.

    `is_stopped`: they go only once somebody starts the destination.
    """

    count: int
    behind: int = 0
    is_stopped: bool = False


@dataclass(frozen=True, slots=True)
class Discarded:
    """How many are never sent, and how many waited behind them and are sent now.

    `is_stopped`: those that waited go only once somebody starts the destination.
    """

    count: int
    freed: int
    is_stopped: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class NewDestination:
    """A back office as an owner types it in. It never shows its secrets in a log."""

    code: str
    name: str
    url: str
    format: Format = Format.TILLHOUSE
    compresses: bool = True
    token: str = ""
    secret: str = ""
    options: Mapping[str, JSON] = field(default_factory=dict)
    begins_now: bool = False  # with what happens from now on, not with all that is on record

    def __repr__(self) -> str:
        return f"NewDestination({self.code})"
