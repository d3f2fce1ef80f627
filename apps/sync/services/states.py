"""How a destination comes to be stopped, failing and well again; each is told once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django_subatomic.db import transaction_required

from apps.core.outbox import publish
from apps.sync.events import DeliveryFailing, DeliveryResumed, DestinationStopped
from apps.sync.rules import as_sentence
from apps.sync.types import DestinationState

if TYPE_CHECKING:
    from datetime import datetime

    from apps.sync.models import Destination

PAUSE = timedelta(minutes=4)  # of one that fails: the beat comes every five minutes

# What of a destination the sender changes; the rest is a person's.
FIELDS = (
    "state",
    "reason",
    "starts_after",
    "settled_through",
    "synced_count",
    "batch_limit",
    "bad_until",
    "insists_on",
    "dead_in_a_row",
    "next_attempt_at",
    "failing_since",
    "last_delivered_at",
)


def say_gone(destination: Destination, number: int) -> str:
    """What to do where facts that it has to be told are not here any more."""
    return (
        f"It is to be told facts from number {number} on, of which some are past their 90 days and"
        " not here any more. Bring its books up to date in another way, and go on without them:"
        f" manage.py sync_now {destination.code} --without-pruned"
    )


@transaction_required
def stop(destination: Destination, reason: str, *, now: datetime) -> None:
    """Send no more until a person says so. The caller saves the destination."""
    destination.state = DestinationState.STOPPED
    destination.reason = reason
    destination.next_attempt_at = None
    publish(
        DestinationStopped(
            aggregate=_name(destination),
            occurred_at=now,
            destination=destination.code,
            reason=reason,
        )
    )


@transaction_required
def fail(destination: Destination, reason: str, *, now: datetime) -> None:
    """It takes nothing at the moment. One that was stopped stays so. The caller saves it."""
    if destination.state == DestinationState.STOPPED:
        return
    destination.reason = reason = as_sentence(reason)
    if destination.state == DestinationState.FAILING:
        return
    destination.state = DestinationState.FAILING
    destination.failing_since = now
    publish(
        DeliveryFailing(
            aggregate=_name(destination),
            occurred_at=now,
            destination=destination.code,
            reason=reason,
        )
    )


@transaction_required
def recover(destination: Destination, *, now: datetime) -> None:
    """It has taken a batch. One that a person stopped meanwhile stays so. The caller saves it."""
    destination.next_attempt_at = None
    if destination.state != DestinationState.FAILING:
        return
    publish(
        DeliveryResumed(
            aggregate=_name(destination),
            occurred_at=now,
            destination=destination.code,
            failing_since=destination.failing_since,
        )
    )
    destination.state = DestinationState.ACTIVE
    destination.reason = ""
    destination.failing_since = None


def _name(destination: Destination) -> str:
    return f"destination:{destination.code}"
