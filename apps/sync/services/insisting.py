"""A destination that takes nothing before one number, which stands among the undelivered.

What of it can be sent is sent next. Where a person has to decide first, the reason says on what.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django_subatomic.db import transaction_required

from apps.sync.models import Undelivered
from apps.sync.rules import as_sentence
from apps.sync.types import UndeliveredState

if TYPE_CHECKING:
    from apps.sync.models import Destination

_NEVER = "have somebody there say that it never comes"


@transaction_required
def send_first(destination: Destination, number: int) -> str | None:
    """Send the undelivered fact of that number next, or the one that it waits behind.

    Why that cannot be, where a person has to decide first; None where it is sent. The caller
    saves the destination.

    Raises:
        Undelivered.DoesNotExist: that number stands not among the undelivered.
    """
    rows = Undelivered.objects.filter(destination=destination)
    wanted = rows.get(sequence=number)
    if wanted.state == UndeliveredState.DISCARDED:
        return _say_discarded(wanted)
    same = rows.filter(aggregate=wanted.aggregate, sequence__lte=number)
    first = same.exclude(state=UndeliveredState.DISCARDED).earliest("sequence")
    if first.state == UndeliveredState.DEAD:
        return _say_dead(first) if first == wanted else _say_behind(wanted, first)
    rows.filter(pk=first.pk).update(state=UndeliveredState.REPLAY, next_attempt_at=None)
    destination.insists_on = first.sequence
    return None


def _say_dead(row: Undelivered) -> str:
    said = as_sentence(row.detail or row.code)
    return (
        f"It insists on number {row.sequence}, which it has refused itself: {said} Have that"
        f" mended there and replay #{row.sequence}, or {_NEVER}; then start it again."
    )


def _say_behind(row: Undelivered, first: Undelivered) -> str:
    return (
        f"It insists on number {row.sequence}, which waits behind number {first.sequence} about"
        f" the same thing, a dead letter. Replay or discard #{first.sequence}; then start it"
        f" again: #{row.sequence} goes by itself once that one has arrived or is discarded."
    )


def _say_discarded(row: Undelivered) -> str:
    at = f"{timezone.localtime(row.discarded_at):%b %-d}"
    said = as_sentence(row.discarded_reason)
    return (
        f"It insists on number {row.sequence}, which {row.discarded_by} discarded on {at}: {said}"
        f" Open #{row.sequence} among the undelivered and press Send it after all, or {_NEVER};"
        " then start it again."
    )
