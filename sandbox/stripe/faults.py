"""What goes wrong on purpose: per method, path and call, before or after the effect, or by dice."""

from __future__ import annotations

import random
import re
import threading
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from sandbox.stripe.errors import INVALID_REQUEST, StripeRefusal

if TYPE_CHECKING:
    from collections.abc import Sequence

_ALWAYS = 10**9


class Kind(StrEnum):
    """The ways in which a call can go wrong."""

    HANG = "hang"  # nothing is ever sent; the connection stays open until the client gives up
    DROP = "drop"  # the connection is closed without an answer
    TRUNCATE = "truncate"  # the answer breaks off in the middle of its body
    RATE_LIMIT = "rate_limit"  # 429 rate_limit
    LOCK_TIMEOUT = "lock_timeout"  # 429 lock_timeout: somebody else works on the object
    CONFLICT = "conflict"  # 409 idempotency_key_in_use
    ERROR = "error"  # 500 api_error (or `status`), kept under the idempotency key or not
    HTML = "html"  # a page of a proxy instead of JSON
    SLOW = "slow"  # the right answer, late


class When(StrEnum):
    """Whether the call takes effect in spite of the fault."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong.

    `is_stored` keeps a 5xx under the idempotency key, so that it is replayed for a day even where
    the effect took place; otherwise a retry with the key gets what really happened. `seconds` is
    how long a hang or a slow answer lasts, None for the world's own setting.
    """

    kind: Kind
    when: When = When.BEFORE
    status: int | None = None
    is_stored: bool = False
    should_retry: bool | None = None
    seconds: float | None = None

    def refusal(self) -> StripeRefusal | None:
        """The error that is answered, for the kinds that answer one in Stripe's own envelope."""
        if self.kind is Kind.ERROR:
            message = "An unknown error occurred. Please retry later."
            refusal = StripeRefusal(self.status or 500, "api_error", None, message)
            refusal.is_stored = self.is_stored
        elif self.kind in _REFUSED:
            status, error_type, code, message = _REFUSED[self.kind]
            refusal = StripeRefusal(status, error_type, code, message).unstored()
        else:
            return None
        return refusal.should_retry(self.should_retry)


_REFUSED = {
    Kind.RATE_LIMIT: (
        429, INVALID_REQUEST, "rate_limit",
        "Request rate limit exceeded. Learn more at https://stripe.com/docs/rate-limits.",
    ),
    Kind.LOCK_TIMEOUT: (
        429, INVALID_REQUEST, "lock_timeout",
        "This object cannot be accessed right now because another API request is accessing it.",
    ),
    Kind.CONFLICT: (
        409, "idempotency_error", "idempotency_key_in_use",
        "There is currently another in-progress request using this Idempotent Key.",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Waiting:
    """A fault that was asked for and has not struck for the last time.

    It strikes `times` calls (None: all that come) once `skipped` more of them have gone well.
    """

    method: str
    path: str
    fault: Fault
    times: int | None
    skipped: int


@dataclass
class _Rule:
    method: str
    path: str
    fault: Fault
    first: int
    last: int
    seen: int = 0
    pattern: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        self.pattern = _pattern(self.path)

    def waiting(self) -> Waiting:
        gone = max(self.seen, self.first - 1)
        times = None if self.last == _ALWAYS else self.last - gone
        return Waiting(self.method, self.path, self.fault, times, gone - self.seen)


@dataclass
class _Dice:
    """A plan that throws dice for each call that it covers; the same seed gives the same faults."""

    probability: float
    choices: Sequence[Fault]
    method: str
    pattern: re.Pattern[str]
    random: random.Random


@dataclass
class Faults:
    """The faults to come, and what was picked for each call they struck."""

    picked: list[tuple[str, str, Fault]] = field(default_factory=list)
    _rules: list[_Rule] = field(default_factory=list)
    _dice: _Dice | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(
        self, method: str, path: str, fault: Fault, *, nth: int = 1, times: int | None = 1
    ) -> None:
        """Strike the nth call from now on of a method and path, and so many after it.

        In `path`, `*` stands for one segment and `**` for any number; the method may be `*`.
        `times` of None strikes for ever.
        """
        last = _ALWAYS if times is None else nth + times - 1
        with self._lock:
            self._rules.append(_Rule(method, path, fault, nth, last))

    def at_random(
        self,
        probability: float,
        *,
        seed: int,
        choices: Sequence[Fault] | None = None,
        method: str = "POST",
        path: str = "/v1/**",
    ) -> None:
        """Strike each call with a probability, from a seed; `choices` defaults to every fault."""
        dice = random.Random(seed)  # noqa: S311 - repeatable on purpose
        with self._lock:
            self._dice = _Dice(probability, choices or every_fault(), method, _pattern(path), dice)

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()
            self.picked.clear()
            self._dice = None

    def waiting(self) -> list[Waiting]:
        """The faults by number that are still to strike, in the order in which they were added."""
        with self._lock:
            return [rule.waiting() for rule in self._rules if rule.seen < rule.last]

    def pick(self, method: str, path: str) -> Fault | None:
        """The fault for a call, if any; each call is counted by every rule that it matches."""
        with self._lock:
            fault = self._by_rule(method, path) or self._by_dice(method, path)
            if fault:
                self.picked.append((method, path, fault))
        return fault

    def _by_rule(self, method: str, path: str) -> Fault | None:
        struck = None
        for rule in self._rules:
            if rule.method not in {method, "*"} or not rule.pattern.fullmatch(path):
                continue
            rule.seen += 1
            if struck is None and rule.first <= rule.seen <= rule.last:
                struck = rule.fault
        return struck

    def _by_dice(self, method: str, path: str) -> Fault | None:
        dice = self._dice
        if dice is None or dice.method not in {method, "*"} or not dice.pattern.fullmatch(path):
            return None
        if dice.random.random() >= dice.probability:
            return None
        return dice.random.choice(dice.choices)


def every_fault(seconds: float | None = None) -> tuple[Fault, ...]:
    """One of each kind, before and after the effect; a 5xx also stored."""
    plain = [Fault(kind, when, seconds=seconds) for kind in Kind for when in When]
    stored = [replace(fault, is_stored=True) for fault in plain if fault.kind is Kind.ERROR]
    return (*plain, *stored)


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"(\*\*|\*)", path)
    stands_for = {"**": ".*", "*": "[^/]+"}
    return re.compile("".join(stands_for.get(part) or re.escape(part) for part in parts))
