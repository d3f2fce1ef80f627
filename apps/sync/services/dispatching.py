"""Sending what waits: claim, then freeze, send and settle until nothing is left or nobody answers.

Each step is a function of its own, and what is known between two of them stands in rows: whoever
comes next, after however sudden an end, goes on from there.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

from django_subatomic.db import durable

from apps.sync.services import freezing, leasing, sending, settling

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from requests import Session

    from apps.sync.services.freezing import Ahead, Frozen
    from apps.sync.services.leasing import Lease

PATIENCE_SECONDS = 60.0  # a run waits so long for the next attempt itself, and holds its lease


class End(StrEnum):
    """Why a run has ended."""

    DONE = "DONE"  # nothing is left to send, or it is stopped
    WAITING = "WAITING"  # the next attempt is not due for a while
    TAKEN = "TAKEN"  # somebody else sends, or it is not due, or stopped
    CUT = "CUT"  # the time of this run was over


@dataclass(frozen=True, slots=True)
class Office:
    """What of the world around it a run needs: the clock, a way to wait, and who is told."""

    clock: Callable[[], datetime]
    pause: Callable[[float], None]
    told: Callable[[int], None] = lambda _: None
    roll: Callable[[], float] = random.random


@durable
def send_waiting(
    code: str, office: Office, *, is_forced: bool = False, until: datetime | None = None
) -> End:
    """Send a destination all that waits for it, batch after batch."""
    lease = leasing.claim(code, now=office.clock(), is_forced=is_forced)
    if lease is None:
        return End.TAKEN
    try:
        with sending.open_line() as line:
            return _send_batches(line, lease, office, until)
    except leasing.LeaseLost:
        return End.TAKEN
    finally:
        leasing.release(lease)


def _send_batches(line: Session, lease: Lease, office: Office, until: datetime | None) -> End:
    ahead: list[Ahead] = []
    while until is None or office.clock() < until:
        frozen = freezing.freeze(lease, now=office.clock(), ahead=ahead.pop() if ahead else None)
        if frozen is None:
            return End.DONE
        look = partial(_look_ahead, lease, frozen, ahead)
        answer = sending.send(line, lease, frozen, now=office.clock(), meanwhile=look)
        now = office.clock()
        next_attempt_at = settling.settle(lease, frozen, answer, now=now, roll=office.roll())
        office.told(len(frozen.ids))
        if next_attempt_at is None:
            continue
        seconds = (next_attempt_at - now).total_seconds()
        if seconds > PATIENCE_SECONDS:
            return End.WAITING
        office.pause(seconds)
    return End.CUT


def _look_ahead(lease: Lease, frozen: Frozen, ahead: list[Ahead]) -> None:
    """Make the next body ready, in place of what was made ready before."""
    found = freezing.look_ahead(lease, frozen)
    ahead[:] = [found] if found else []
