"""The simulator's clock: tests move it, and what falls due on the way happens in order."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(order=True)
class Timer:
    """Something to do at an instant, in Unix seconds; equal instants keep their order."""

    due_at: int
    turn: int
    action: Callable[[], object] = field(compare=False)
    is_cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        self.is_cancelled = True


class Clock:
    """Whole Unix seconds: standing still until moved, or ticking with the wall.

    Timers run in the thread that moves the clock (`advance`) or asks for them (`run_due`), without
    any lock held, so an action may call over HTTP or take the world's lock itself.
    """

    def __init__(self, start: int | None = None, *, is_ticking: bool = False) -> None:
        wall = int(time.time())
        self.is_ticking = is_ticking
        self._offset = (wall if start is None else start) - (wall if is_ticking else 0)
        self._timers: list[Timer] = []
        self._turns = itertools.count()
        self._lock = threading.Lock()

    def now(self) -> int:
        return self._offset + (int(time.time()) if self.is_ticking else 0)

    def call_at(self, due_at: int, action: Callable[[], object]) -> Timer:
        """Ask for `action` at `due_at`; one that is due already waits for the next `run_due`."""
        timer = Timer(due_at, next(self._turns), action)
        with self._lock:
            heapq.heappush(self._timers, timer)
        return timer

    def call_in(self, seconds: int, action: Callable[[], object]) -> Timer:
        return self.call_at(self.now() + seconds, action)

    def advance(self, seconds: int) -> None:
        """Move the clock on; each timer on the way sees the clock at its own instant.

        Raises:
            ValueError: if asked to move backwards.
        """
        if seconds < 0:
            raise ValueError("The clock only moves forwards.")
        target = self.now() + seconds
        while timer := self._pop(target):
            self._set(max(timer.due_at, self.now()))
            timer.action()
        self._set(max(target, self.now()))

    def run_due(self) -> None:
        """Run the timers whose instant has come, without moving the clock."""
        while timer := self._pop(self.now()):
            timer.action()

    def clear(self) -> None:
        with self._lock:
            self._timers.clear()

    def _pop(self, until: int) -> Timer | None:
        with self._lock:
            while self._timers and self._timers[0].due_at <= until:
                timer = heapq.heappop(self._timers)
                if not timer.is_cancelled:
                    return timer
        return None

    def _set(self, instant: int) -> None:
        self._offset = instant - (int(time.time()) if self.is_ticking else 0)
