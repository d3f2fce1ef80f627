"""Giving a destination up for good: it is told nothing any more, and holds nothing up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count
from django_subatomic.db import transaction_required

from apps.core import audit
from apps.core.models import OutboxSequence
from apps.sync.errors import SyncStateConflict
from apps.sync.locks import SEALED, lock_destination
from apps.sync.models import Destination, Undelivered
from apps.sync.rules import as_sentence
from apps.sync.services.fencing import abandon_open_batch, end_lease
from apps.sync.types import DestinationState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from apps.core.types import JSON, Actor


@dataclass(frozen=True, slots=True)
class Losses:
    """What a destination that is given up never gets: what waits, and what is undelivered."""

    waiting: int
    undelivered: Mapping[str, int]

    @property
    def undelivered_count(self) -> int:
        return sum(self.undelivered.values())


def count_losses(destination: Destination) -> Losses:
    """What is lost to a destination that is given up now."""
    last = OutboxSequence.objects.values_list("last", flat=True).first() or 0
    states = Undelivered.objects.filter(destination=destination).order_by("state")
    counts = states.values_list("state").annotate(count=Count("pk"))
    return Losses(max(0, last - destination.settled_through), dict(counts))


def find_destination(code: str) -> tuple[int, Losses]:
    """The id of a destination, and what is lost to it if it is given up now.

    Raises:
        SyncStateConflict: there is none of that code.
    """
    found = Destination.objects.defer(*SEALED).filter(code=code).first()
    if found is None:
        raise SyncStateConflict(f"There is no destination {code}. See manage.py sync_status.")
    return found.pk, count_losses(found)


@transaction_required
def give_up(*, actor: Actor, destination_id: int, reason: str, now: datetime) -> Losses:
    """Never tell a destination anything again; what it does not get.

    Who sends at this moment loses the lease. The undelivered facts are let go of, and how many
    they were is kept, so that the books of what was told can still be proved. The token and the
    secrets are forgotten. Batches stay until they are past their time.

    Raises:
        SyncStateConflict: somebody has given it up already.
    """
    found = lock_destination(destination_id)
    losses = count_losses(found)
    abandon_open_batch(destination_id=found.pk, now=now)
    end_lease(destination_id=found.pk)
    rows = Undelivered.objects.filter(destination=found)
    turned = rows.filter(
        sequence__gt=found.starts_after, sequence__lte=found.settled_through
    ).count()
    rows.delete()
    Destination.objects.filter(pk=found.pk).update(
        state=DestinationState.GIVEN_UP,
        reason=as_sentence(f"{reason} ({actor.name})"),
        given_up_at=now,
        given_up_count=turned,
        token="",
        secret="",
        second_secret="",
        bad_until=None,
        insists_on=None,
        next_attempt_at=None,
        failing_since=None,
    )
    facts: dict[str, JSON] = {
        "code": found.code,
        "reason": reason,
        "told_through": found.settled_through,
        "waiting": losses.waiting,
        "undelivered": dict(losses.undelivered),
    }
    subject = f"destination:{found.pk}"
    audit.record(audit.AuditFact(now, actor, "destination.given_up", subject, facts))
    return losses
