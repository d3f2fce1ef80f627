"""Who sends to a destination: one at a time, by a lease with an epoch.

A lease is taken by one conditional UPDATE that also raises the epoch. Every later write of the
holder names its epoch and prolongs the lease. Who slept through the end of theirs finds another
epoch, and changes nothing any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import F, Q
from django_subatomic.db import transaction, transaction_required

from apps.sync.models import Destination
from apps.sync.rules import LONGEST_WAIT
from apps.sync.types import RUNNING

if TYPE_CHECKING:
    from datetime import datetime

LEASE = timedelta(minutes=2)  # well over what one request may take
_LEEWAY = timedelta(minutes=1)  # by which clocks of several machines may differ


class LeaseLost(Exception):
    """Somebody else sends now: what the holder of this lease has found out is thrown away."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write down what becomes of a destination, as long as nobody else takes it."""

    destination_id: int
    epoch: int


@transaction
def claim(code: str, *, now: datetime, is_forced: bool = False) -> Lease | None:
    """The lease of a destination that is due; None where it is not, or somebody else has it.

    `is_forced`: whether or not it is time for the next attempt. An instant further ahead than any
    that we ever set comes from a clock that was set back, and holds nobody up.
    """
    is_free = (
        Q(leased_until__isnull=True)
        | Q(leased_until__lte=now)
        | Q(leased_until__gt=now + LEASE + _LEEWAY)
    )
    is_due = (
        Q(next_attempt_at__isnull=True)
        | Q(next_attempt_at__lte=now)
        | Q(next_attempt_at__gt=now + LONGEST_WAIT + _LEEWAY)
    )
    wanted = Destination.objects.filter(is_free, code=code, state__in=RUNNING)
    wanted = wanted if is_forced else wanted.filter(is_due)
    if not wanted.update(lease_epoch=F("lease_epoch") + 1, leased_until=now + LEASE):
        return None
    pk, epoch = Destination.objects.values_list("pk", "lease_epoch").get(code=code)
    return Lease(pk, epoch)


@transaction_required
def hold(lease: Lease, *, now: datetime) -> Destination:
    """The destination, locked until the end of this transaction, with the lease prolonged.

    Raises:
        LeaseLost: it is not this lease's any more.
    """
    held = Destination.objects.filter(pk=lease.destination_id, lease_epoch=lease.epoch)
    if not held.update(leased_until=now + LEASE):
        raise LeaseLost
    return Destination.objects.get(pk=lease.destination_id)


@transaction
def release(lease: Lease) -> None:
    """Let the next one send, where nobody has taken over already."""
    held = Destination.objects.filter(pk=lease.destination_id, lease_epoch=lease.epoch)
    held.update(leased_until=None)
