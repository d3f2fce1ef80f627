"""The head office that the environment names, and going on where facts are not there any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django_subatomic.db import transaction

from apps.core import audit
from apps.core.pruning import lock_pruning
from apps.core.types import Actor, system_actor
from apps.sync.deeds import NewDestination
from apps.sync.errors import SyncStateConflict
from apps.sync.locks import lock_destination
from apps.sync.models import Destination, Undelivered
from apps.sync.services.arranging import add_destination
from apps.sync.types import DestinationState

if TYPE_CHECKING:
    from datetime import datetime

HEAD_OFFICE = "head-office"
_WENT_ON = "destination.went_on_without_pruned"


def ensure_head_office(*, now: datetime) -> bool:
    """Make the destination that `SYNC_URL` names, once; whether it was made now.

    From then on the back office alone changes it.
    """
    if not settings.SYNC_URL or Destination.objects.filter(code=HEAD_OFFICE).exists():
        return False
    new = NewDestination(
        code=HEAD_OFFICE,
        name="Head office",
        url=settings.SYNC_URL,
        token=settings.SYNC_TOKEN,
        secret=settings.SYNC_SECRET,
    )
    try:
        with transaction():
            add_destination(actor=system_actor("SYNC_URL"), new=new, now=now)
    except SyncStateConflict:  # somebody else was faster
        return False
    return True


@transaction
def go_on_without_pruned(*, actor: Actor, code: str, now: datetime) -> int:
    """Send a stopped destination only what is still here; from which number on.

    Raises:
        SyncStateConflict: there is no such destination, or it misses nothing that is gone.
    """
    found = Destination.objects.filter(code=code).values_list("pk", flat=True).first()
    if found is None:
        raise SyncStateConflict(f"There is no destination {code}.")
    destination, pruned = lock_destination(found), lock_pruning()
    if destination.state != DestinationState.STOPPED or destination.starts_after >= pruned:
        raise SyncStateConflict(f"{code} has not stopped for facts that are not here any more.")
    settled = max(destination.settled_through, pruned)
    rows = Undelivered.objects.filter(
        destination=destination, sequence__gt=pruned, sequence__lte=settled
    )
    Destination.objects.filter(pk=found).update(
        starts_after=pruned,
        settled_through=settled,
        synced_count=settled - pruned - rows.count(),
        state=DestinationState.ACTIVE,
        reason="",
        bad_until=None,
    )
    subject, first = f"destination:{found}", pruned + 1
    audit.record(audit.AuditFact(now, actor, _WENT_ON, subject, {"code": code, "first": first}))
    return first
