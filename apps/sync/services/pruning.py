"""What was told long ago is forgotten; what somebody has still to be told, never.

Without any destination all that others would be told is kept, since one may be added that is to
know it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Min
from django_subatomic.db import durable, transaction

from apps.core.models import OutboxEvent
from apps.core.pruning import prune_facts
from apps.sync.models import Attempt, Batch, Destination, Undelivered
from apps.sync.types import BatchState, DestinationState

if TYPE_CHECKING:
    from datetime import datetime

KEPT = timedelta(days=90)
CHUNK = 500


@durable
def prune(*, now: datetime) -> int:
    """Delete facts and batches that are past their 90 days; how many facts."""
    wanted = OutboxEvent.objects.filter(pk__in=Undelivered.objects.values("event"))
    gone = prune_facts(before=now - KEPT, told_through=_told_through, wanted=wanted)
    _forget_batches(now - KEPT)
    return gone


def _told_through() -> int:
    """The number up to which every destination that is not given up has had its turn."""
    told = Destination.objects.exclude(state=DestinationState.GIVEN_UP)
    return told.aggregate(least=Min("settled_through"))["least"] or 0


def _forget_batches(before: datetime) -> None:
    """The batches that ended before an instant, with their attempts, some at a time."""
    old = Batch.objects.exclude(state=BatchState.OPEN).filter(settled_at__lt=before)
    while keys := list(old.values_list("pk", flat=True)[:CHUNK]):
        with transaction():
            Attempt.objects.filter(batch__in=keys).delete()
            Batch.objects.filter(pk__in=keys).delete()
