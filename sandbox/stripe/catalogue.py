"""Every module that answers calls; importing this one registers all their routes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.stripe import (
    charges,
    controls,
    disputes,
    ledger,
    paying,
    payment_intents,
    payment_methods,
    payouts,
    refunds,
    status,
    terminal,
    terminal_fleet,
    webhook_calls,
)

if TYPE_CHECKING:
    from sandbox.stripe.world import World

__all__ = [
    "charges",
    "controls",
    "disputes",
    "ledger",
    "payment_intents",
    "payment_methods",
    "payouts",
    "refunds",
    "status",
    "terminal",
    "terminal_fleet",
    "webhook_calls",
]


def rearm(world: World) -> None:
    """Set the timers of what a file remembers: holds, refunds and payouts on their way."""
    with world.turn():
        paying.rearm(world)
        refunds.rearm(world)
        payouts.rearm(world)
