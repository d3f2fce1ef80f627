"""What goes wrong on purpose with a batch: so many times, or until it is lifted."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection


class Kind(StrEnum):
    """The ways in which a batch can go wrong."""

    STATUS = "status"  # any other answer than 200, with Retry-After if one is named
    HANG = "hang"  # nothing is ever sent; the connection stays open for so many seconds
    SLOW = "slow"  # the right answer, so many seconds late
    RESET = "reset"  # the connection is reset
    HALF = "half"  # the answer breaks off in the middle of its body
    GARBAGE = "garbage"  # 200 with a page of a proxy
    REJECT = "reject"  # the events that are named are rejected, each by itself
    OMIT = "omit"  # the results of the events that are named are left out of the answer


class When(StrEnum):
    """Whether the batch is taken in in spite of the fault: then only the answer is lost."""

    BEFORE = "before"
    AFTER = "after"


IN_THE_ANSWER = frozenset({Kind.SLOW, Kind.REJECT, Kind.OMIT})


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong.

    It strikes batches of more than `above` events, and, where `holding` names ids or types of
    events, only those that hold one. REJECT and OMIT without names are about the first event.
    """

    kind: Kind
    when: When = When.BEFORE
    status: int = 503
    code: str = "unavailable"
    retry_after: str = ""  # seconds or an HTTP date
    seconds: float = 60
    above: int = 0
    holding: frozenset[str] = frozenset()

    def strikes(self, names: Collection[str], count: int) -> bool:
        """Whether it is about a batch of so many events with these ids and types."""
        return count > self.above and (not self.holding or not self.holding.isdisjoint(names))

    def is_about(self, event: dict[str, Any], position: int) -> bool:
        """Whether it is about this very event of a batch that it strikes."""
        if not self.holding:
            return position == 0
        return event["id"] in self.holding or event["type"] in self.holding


@dataclass
class _Waiting:
    fault: Fault
    times: int | None


@dataclass
class Faults:
    """The faults to come, the first that fits first, and those that struck."""

    struck: list[Fault] = field(default_factory=list)
    _waiting: list[_Waiting] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, fault: Fault, *, times: int | None = 1) -> None:
        """Let a fault strike so many times; None for until it is lifted."""
        with self._lock:
            self._waiting.append(_Waiting(fault, times))

    def lift(self) -> None:
        """Let nothing go wrong any more."""
        with self._lock:
            self._waiting.clear()

    def pick(self, names: Collection[str], count: int) -> Fault | None:
        """The fault that strikes this batch, if one does."""
        with self._lock:
            for waiting in self._waiting:
                if waiting.fault.strikes(names, count):
                    self._use(waiting)
                    return waiting.fault
        return None

    def waiting(self) -> list[tuple[Fault, int | None]]:
        """What is to come, and how many times."""
        with self._lock:
            return [(each.fault, each.times) for each in self._waiting]

    def _use(self, waiting: _Waiting) -> None:
        self.struck.append(waiting.fault)
        if waiting.times is not None:
            waiting.times -= 1
            if not waiting.times:
                self._waiting.remove(waiting)
