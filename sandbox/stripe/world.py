"""Everything the simulator knows: clock, objects, books, webhooks, faults, settings, one lock."""

from __future__ import annotations

import random
import string
import threading
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.stripe.clock import Clock
from sandbox.stripe.contract.checking import installed_contract
from sandbox.stripe.faults import Faults
from sandbox.stripe.idempotency import Idempotency
from sandbox.stripe.ledger import Ledger
from sandbox.stripe.storage import Storage
from sandbox.stripe.webhooks import API_VERSION, Webhooks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.stripe.routing import Call

__all__ = ["API_VERSION", "DAY", "Logged", "Settings", "World"]

DAY = 24 * 60 * 60
_MOST_REQUESTS = 1000
_ALPHABET = string.ascii_letters + string.digits


@dataclass(frozen=True)
class Logged:
    """A request that was answered; it says nothing of keys or bodies."""

    at: int
    method: str
    path: str
    status: int
    request_id: str
    fault: str | None


@dataclass
class Settings:
    """What a test or the demo may switch.

    `partial_capture_makes_refund`: whether the part of an authorisation that is not captured is
    released as a refund object on the charge (seen 2019 to 2023) or only by a smaller
    amount_captured. Durations are in seconds, amounts in cents.
    """

    partial_capture_makes_refund: bool = True
    card_hold_seconds: int = 7 * DAY
    card_present_hold_seconds: int = 2 * DAY
    card_present_visa_hold_seconds: int = 5 * DAY
    refund_seconds: int = 60 * 60
    minimum_amount: int = 50
    fee_basis_points: int = 290
    fee_fixed_cents: int = 30
    latency_ms: tuple[int, int] = (0, 0)
    hang_seconds: float = 30.0
    slow_seconds: float = 3.0
    # Whatever else a part of the simulator wants to have switched.
    extra: dict[str, Any] = field(default_factory=dict)


class World:
    """One account's test mode.

    Whoever reads or changes objects holds the lock: `with world.turn(): ...`. It is re-entrant, and
    never held while anything is sent anywhere.
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        start: int | None = None,
        database: str | None = None,
        is_ticking: bool = False,
    ) -> None:
        self.seed = seed
        self.storage = Storage(database)
        # Repeatable on purpose; what a file remembers shifts the seed, so that no id comes twice.
        self.random = random.Random(seed + self.storage.added_count)  # noqa: S311
        self.dice = random.Random(seed)  # noqa: S311 - for latency, so that ids stay repeatable
        self.lock = threading.RLock()
        self._depth = 0
        self.clock = Clock(start, is_ticking=is_ticking)
        # A clock that was moved on before a restart does not fall behind what the file remembers.
        self.clock.advance(max(0, self.storage.newest_created() - self.clock.now()))
        self.settings = Settings()
        self.contract = installed_contract()
        self.crimes: list[str] = []
        self.requests: deque[Logged] = deque(maxlen=_MOST_REQUESTS)
        self.current_call: Call | None = None
        self.faults = Faults()
        self.idempotency = Idempotency(self)
        self.webhooks = Webhooks(self)
        self.ledger = Ledger(self)

    def reset(self) -> None:
        """Forget all but the clock's time: objects, faults, settings, requests and crimes."""
        with self.turn():
            self.storage.clear()
            self.clock.clear()
            self.faults.clear()
            self.webhooks.clear()
            self.crimes.clear()
            self.requests.clear()
            self.settings = Settings()
            self.random.seed(self.seed)

    def close(self) -> None:
        """Write what is not written yet, and close the file if there is one."""
        with self.lock:
            self.storage.close()

    @contextmanager
    def turn(self, call: Call | None = None) -> Iterator[None]:
        """Hold the lock; what was touched is written to the file when the outermost turn ends."""
        with self.lock:
            outer = self.current_call
            self.current_call = call or outer
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                self.current_call = outer
                if self._depth == 0:
                    self.storage.flush()

    def new_id(self, prefix: str) -> str:
        """An id such as pi_3QxYz..., different on each call and the same for the same seed."""
        with self.lock:
            return prefix + "_" + "".join(self.random.choices(_ALPHABET, k=24))

    def now(self) -> int:
        return self.clock.now()
