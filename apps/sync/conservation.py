"""Nothing that was to be told is lost on the way: the books of sending, recomputed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F, OuterRef, Q, Subquery

from apps.core.models import OutboxEvent, OutboxSequence
from apps.sync.models import Destination, Undelivered
from apps.sync.types import DestinationState

if TYPE_CHECKING:
    from collections.abc import Iterator


def find_lost_facts() -> Iterator[str]:
    """A sentence for each destination whose facts told, undelivered and waiting are not all."""
    last = OutboxSequence.objects.values_list("last", flat=True).first() or 0
    for destination in Destination.objects.order_by("code"):
        yield from _find_faults(destination, last)


def _find_faults(destination: Destination, last: int) -> Iterator[str]:
    settled, rows = destination.settled_through, Undelivered.objects.filter(destination=destination)
    here = rows.filter(sequence__gt=destination.starts_after, sequence__lte=settled).count()
    undelivered = here + destination.given_up_count
    turned = settled - destination.starts_after
    if settled > last:
        yield f"{destination} has been told up to number {settled}, and the last is {last}."
        return
    if destination.synced_count + undelivered != turned:
        yield (
            f"Of {turned} facts that had their turn at {destination}, {destination.synced_count}"
            f" are there and {undelivered} undelivered."
        )
    if destination.state == DestinationState.GIVEN_UP:  # what it would wait for may be gone
        return
    waiting = OutboxEvent.objects.filter(sequence__gt=settled, sequence__lte=last).count()
    if waiting != last - settled:
        yield f"{destination} waits for {last - settled} facts, of which {waiting} are here."
    yield from _find_strangers(destination)


def _find_strangers(destination: Destination) -> Iterator[str]:
    """Rows of the undelivered that name another fact than their number does."""
    number = OutboxEvent.objects.filter(pk=OuterRef("event")).values("sequence")
    rows = Undelivered.objects.filter(destination=destination).annotate(own=Subquery(number))
    strange = rows.filter(Q(own__isnull=True) | ~Q(own=F("sequence"))).count()
    if strange:
        yield f"{strange} of the undelivered of {destination} name another fact than their number."
