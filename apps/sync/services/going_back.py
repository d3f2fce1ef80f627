"""Sending facts again from a number on: because a destination misses them, or somebody says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django_subatomic.db import transaction, transaction_required

from apps.core import audit
from apps.core.pruning import lock_pruning
from apps.sync.errors import SyncStateConflict
from apps.sync.locks import lock_destination
from apps.sync.models import Destination, Undelivered
from apps.sync.services.fencing import abandon_open_batch

if TYPE_CHECKING:
    from datetime import datetime

    from apps.core.types import JSON, Actor


def count_from(destination: Destination, number: int) -> int:
    """How many facts from this number on are there; those that are undelivered are not."""
    settled = destination.settled_through
    undelivered = Undelivered.objects.filter(
        destination=destination, sequence__gte=number, sequence__lte=settled
    )
    return settled - number + 1 - undelivered.count()


@transaction_required
def set_back(destination: Destination, number: int) -> int:
    """Let this number be the next one; how many facts are sent again. The caller saves it."""
    count = count_from(destination, number)
    destination.synced_count -= count
    destination.settled_through = number - 1
    destination.bad_until = None
    return count


@transaction
def preview(*, code: str, number: int) -> int:
    """How many facts would be sent again from a number on.

    Raises:
        SyncStateConflict: they cannot be; it says what to do.
    """
    return count_from(_lock(code, number), number)


@transaction
def go_back(*, actor: Actor, code: str, number: int, now: datetime) -> int:
    """Send a destination again what is here from a number on; how many facts.

    What is there already does no harm: it knows each fact by its id. Who sends at this moment
    loses the lease, and the batch under way is made anew. What is undelivered stays so.

    Raises:
        SyncStateConflict: they cannot be sent; it says what to do.
    """
    found = _lock(code, number)
    abandon_open_batch(destination_id=found.pk, now=now)
    count = set_back(found, number)
    found.next_attempt_at = None
    found.save(update_fields=["settled_through", "synced_count", "bad_until", "next_attempt_at"])
    facts: dict[str, JSON] = {"code": code, "first": number, "count": count}
    subject = f"destination:{found.pk}"
    audit.record(audit.AuditFact(now, actor, "destination.sent_again", subject, facts))
    return count


@transaction_required
def _lock(code: str, number: int) -> Destination:
    key = Destination.objects.filter(code=code).values_list("pk", flat=True).first()
    if key is None:
        raise SyncStateConflict(f"There is no destination {code}. See manage.py sync_status.")
    found, pruned = lock_destination(key), lock_pruning()
    if number <= found.starts_after:
        raise SyncStateConflict(
            f"{code} is told from number {found.starts_after + 1} on. To tell it what was before,"
            " add it anew under another code with all that is on record."
        )
    if number > found.settled_through:
        raise SyncStateConflict(
            f"{code} has been told up to number {found.settled_through}: what comes after that is"
            " sent anyway."
        )
    if number <= pruned:
        raise SyncStateConflict(
            f"Facts up to number {pruned} are past their 90 days and not here any more. Bring"
            f" those to {code} in another way, and send the rest: sync_now {code} --from"
            f" {pruned + 1}"
        )
    return found
