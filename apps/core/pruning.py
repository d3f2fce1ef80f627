"""Facts that everybody was told long ago leave the outbox, from the oldest number on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Max, Min
from django_subatomic.db import durable, transaction, transaction_required

from apps.core.models import OutboxEvent, OutboxSequence

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.db.models import QuerySet

CHUNK = 1_000


@transaction_required
def lock_pruning() -> int:
    """The number up to which facts may be gone; until the end of this transaction none goes."""
    head = OutboxSequence.objects.select_for_update().first()
    return head.pruned_through if head else 0


@durable
def prune_facts(
    *, before: datetime, told_through: Callable[[], int], wanted: QuerySet[OutboxEvent]
) -> int:
    """Delete facts from before an instant; how many.

    Of those with a number, only a run of the oldest goes, up to `told_through` at most, so that
    all numbers after the run are still there; `wanted` are kept. Facts that wait for their
    subscribers, or for their number, are always kept.
    """
    end = _advance(before, told_through)
    old = OutboxEvent.objects.filter(relayed_at__isnull=False, occurred_at__lt=before)
    kept = wanted.values("position")
    told = old.filter(sequence__lte=end).exclude(position__in=kept)
    inner = old.filter(is_shared=False).exclude(position__in=kept)
    return _delete(told) + _delete(inner)


@transaction
def _advance(before: datetime, told_through: Callable[[], int]) -> int:
    """The number up to which facts may go from now on, remembered before the first one goes."""
    head = OutboxSequence.objects.select_for_update().first()
    if head is None:
        return 0
    rest = OutboxEvent.objects.filter(sequence__gt=head.pruned_through)
    first_kept = rest.filter(occurred_at__gte=before).aggregate(first=Min("sequence"))["first"]
    last = rest.aggregate(last=Max("sequence"))["last"] or head.pruned_through
    end = min(told_through(), last if first_kept is None else first_kept - 1)
    if end > head.pruned_through:
        head.pruned_through = end
        head.save(update_fields=["pruned_through"])
    return head.pruned_through


def _delete(facts: QuerySet[OutboxEvent]) -> int:
    """In short transactions, so that nobody waits for long."""
    gone = 0
    while keys := list(facts.order_by("position").values_list("pk", flat=True)[:CHUNK]):
        with transaction():
            gone += OutboxEvent.objects.filter(pk__in=keys).delete()[0]
    return gone
