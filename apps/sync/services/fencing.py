"""Taking the turn away from whoever sends: what comes of their attempt counts no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F
from django_subatomic.db import transaction_required

from apps.sync.models import Batch, Destination
from apps.sync.types import BatchState

if TYPE_CHECKING:
    from datetime import datetime


@transaction_required
def end_lease(*, destination_id: int) -> None:
    """Let nobody write under the epoch that was; a worker that still sends stops at its answer."""
    Destination.objects.filter(pk=destination_id).update(
        lease_epoch=F("lease_epoch") + 1, leased_until=None
    )


@transaction_required
def abandon_open_batch(*, destination_id: int, now: datetime, holding: int | None = None) -> bool:
    """Let go of the frozen bytes, so that they are made anew, and of the lease with them.

    With `holding`, only where it is the undelivered fact of that number, sent again.
    """
    batches = Batch.objects.filter(destination=destination_id, state=BatchState.OPEN)
    if holding is not None:
        batches = batches.filter(
            is_replay=True, first_sequence__lte=holding, last_sequence__gte=holding
        )
    is_gone = bool(batches.update(state=BatchState.ABANDONED, settled_at=now, body=b""))
    if is_gone:
        end_lease(destination_id=destination_id)
    return is_gone
