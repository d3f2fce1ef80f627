"""How many of this process's threads may wait for Stripe at once, and when none should.

A hanging Stripe must not take the threads that sell for cash. So only some of them may wait, the
next card is turned away at once, and after several silences in a row nobody asks for a while.
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


class Bulkhead:
    """A bounded number of slots, and a switch that opens after silences in a row."""

    def __init__(self, slots: int) -> None:
        self._slots = threading.BoundedSemaphore(slots)
        self._silences = 0
        self._open_until = 0.0  # time.monotonic()

    @contextlib.contextmanager
    def slot(self) -> Iterator[None]:
        """One of the slots.

        Raises:
            CardsBusy: none is free, or Stripe has been silent of late.
        """
        if time.monotonic() < self._open_until or not self._slots.acquire(blocking=False):
            raise CardsBusy(
                "The card network does not answer. Try again shortly, or take cash.",
                retry_after=int(OPEN_SECONDS),
            )
        try:
            yield
        finally:
            self._slots.release()

    def note_silence(self) -> None:
        """Stripe did not answer."""
        self._silences += 1
        if self._silences >= SILENCES_UNTIL_OPEN:
            self._open_until = time.monotonic() + OPEN_SECONDS

    def note_answer(self) -> None:
        """Stripe answered, whatever it said."""
        self._silences, self._open_until = 0, 0.0


bulkhead = Bulkhead(settings.STRIPE_THREADS)


def stripe_slot() -> contextlib.AbstractContextManager[None]:
    """The right to wait for Stripe; see `Bulkhead.slot`."""
    return bulkhead.slot()
