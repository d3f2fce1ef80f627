"""Numbered points between an attempt's row and its outcome, at which a process can be killed."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any

from django.db import connections

from apps.payments.services import attempting

if TYPE_CHECKING:
    from collections.abc import Callable

# 1: the row is written, nothing was asked. 2: Stripe has done it, nothing is booked.
# 3: it is booked, nobody was told.
POINTS = [1, 2, 3]


def die(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def arm(point: int) -> None:
    """Let this process die at a point of its next call to Stripe."""
    settle = attempting.settle

    def settle_and_die(*given: Any, **named: Any) -> None:
        settle(*given, **named)
        die()

    if point == 1:
        attempting._ask = die  # type: ignore[assignment]
    else:
        attempting.settle = die if point == 2 else settle_and_die


def killed(act: Callable[[], object], point: int, arm: Callable[[int], None] = arm) -> None:
    """Run `act` in a process of its own that dies at a point."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        arm(point)
        try:
            act()
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
