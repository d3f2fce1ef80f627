"""How many of this process's threads may wait for Stripe at once, and when none should.

A hanging Stripe must not take the threads that sell for cash. So only some of them may wait. While
Stripe answers quickly the next card waits its turn for a moment; once a call drags on, the next is
turned away at once. After several silences in a row nobody asks for a while, and then one does.
"""

from __future__ import annotations

import contextlib
import threading
import time
from typing import TYPE_CHECKING

from django.conf import settings

from apps.payments.errors import CardsBusy

if TYPE_CHECKING:
    from collections.abc import Iterator

SILENCES_UNTIL_OPEN = 3
OPEN_SECONDS = 10.0
PATIENCE_SECONDS = 2.0  # how old the oldest call in hand may be while others wait for its slot


class Bulkhead:
    """A bounded number of slots, and a switch that opens after silences in a row."""

    def __init__(self, slots: int) -> None:
        self._slots = threading.BoundedSemaphore(slots)
        self._lock = threading.Lock()
        self._begun: list[float] = []  # when each call in hand began, by time.monotonic()
        self._silences = 0
        self._open_until = 0.0

    @contextlib.contextmanager
    def slot(self) -> Iterator[None]:
        """One of the slots.

        Raises:
            CardsBusy: none is free, or Stripe has been silent of late.
        """
        self._refuse_while_open()
        if not self._slots.acquire(timeout=self._patience()):
            raise CardsBusy("Other cards are being taken: try again in a second.", retry_after=1)
        began = time.monotonic()
        with self._lock:
            self._begun.append(began)
        try:
            yield
        finally:
            with self._lock:
                self._begun.remove(began)
            self._slots.release()

    def note_silence(self) -> None:
        """Stripe did not answer."""
        with self._lock:
            self._silences += 1
            if self._silences >= SILENCES_UNTIL_OPEN:
                self._open_until = time.monotonic() + OPEN_SECONDS

    def note_answer(self) -> None:
        """Stripe answered, whatever it said."""
        with self._lock:
            self._silences, self._open_until = 0, 0.0

    def _refuse_while_open(self) -> None:
        """After the silence one call finds out for all whether it is over."""
        with self._lock:
            is_probed = self._silences >= SILENCES_UNTIL_OPEN and bool(self._begun)
            if time.monotonic() < self._open_until or is_probed:
                raise CardsBusy(
                    "The card network does not answer. Try again shortly, or take cash.",
                    retry_after=int(OPEN_SECONDS),
                )

    def _patience(self) -> float:
        """How long a slot is worth waiting for, in seconds."""
        with self._lock:
            oldest = min(self._begun, default=time.monotonic())
        return max(0.0, PATIENCE_SECONDS - (time.monotonic() - oldest))


bulkhead = Bulkhead(settings.STRIPE_THREADS)


def stripe_slot() -> contextlib.AbstractContextManager[None]:
    """The right to wait for Stripe; see `Bulkhead.slot`."""
    return bulkhead.slot()
