"""Differences on file: opened when they are found, closed when they are gone or seen to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from django_subatomic.db import transaction, transaction_required

from apps.core import audit
from apps.core.types import system_actor
from apps.payments.errors import DifferenceClosed
from apps.payments.models import Difference
from apps.payments.rules import RECONCILER
from apps.payments.types import DifferenceKind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from apps.core.types import JSON, Actor
    from apps.payments.types import Found

_SYSTEM = system_actor(RECONCILER)

log = structlog.get_logger()


@transaction_required
def note_differences(found: Iterable[Found], *, examined: Collection[str], now: datetime) -> int:
    """Bring what is on file in line with what was found; how many are new.

    Of the subjects that were examined, those open before and not found again are closed. What
    somebody has seen to stays closed for as long as the amounts are the same.
    """
    fresh = {(each.kind.value, each.subject): each for each in found}
    known = Difference.objects.filter(closed_at__isnull=True, subject__in=examined)
    for row in known.select_for_update().order_by("pk"):
        again = fresh.pop((row.kind, row.subject), None)
        if again is None:
            _close(row, _SYSTEM, "Both books agree again.", now)
        else:
            row.seen_at, row.detail = now, again.detail
            row.ours_cents, row.theirs_cents = again.ours_cents, again.theirs_cents
            row.save(update_fields=["seen_at", "detail", "ours_cents", "theirs_cents"])
    new = [each for each in fresh.values() if _is_owed(each) or not _was_seen_to(each)]
    for each in new:
        _open(each, now)
    return len(new)


@transaction
def close_difference(*, actor: Actor, difference_id: int, note: str, now: datetime) -> Difference:
    """Say what was done about a difference.

    Raises:
        DifferenceClosed: it was closed before.
    """
    row = Difference.objects.select_for_update().get(pk=difference_id)
    if row.closed_at is not None:
        raise DifferenceClosed(f"{row.closed_by} closed it before.")
    _close(row, actor, note, now)
    return row


def _open(found: Found, now: datetime) -> None:
    row, is_new = Difference.objects.get_or_create(
        kind=found.kind.value,
        subject=found.subject,
        closed_at=None,
        defaults={
            "payment_id": found.payment_id,
            "ours_cents": found.ours_cents,
            "theirs_cents": found.theirs_cents,
            "detail": found.detail,
            "found_at": now,
            "seen_at": now,
        },
    )
    if not is_new:  # by another comparison, this very moment
        return
    log.warning("payment_differs", kind=row.kind, subject=row.subject, detail=row.detail)
    _tell(row, "difference.found", _SYSTEM, now)


def _is_owed(found: Found) -> bool:
    """Whether a card is owed a refund: in that amount is nothing that somebody has seen to."""
    is_of_payment = found.subject == str(found.payment_id)
    return found.kind is DifferenceKind.MISSING_REFUND and is_of_payment


def _was_seen_to(found: Found) -> bool:
    """Whether a person has closed just this."""
    closed = Difference.objects.filter(kind=found.kind.value, subject=found.subject)
    last = closed.order_by("-closed_at", "-pk").first()
    if last is None or last.closed_by == _SYSTEM.name:
        return False
    if found.kind is DifferenceKind.MISSING_CAPTURE:  # of goods that came back, less is missing
        return found.ours_cents - found.theirs_cents <= last.ours_cents - last.theirs_cents
    return (last.ours_cents, last.theirs_cents) == (found.ours_cents, found.theirs_cents)


def _close(row: Difference, actor: Actor, note: str, now: datetime) -> None:
    row.closed_at, row.closed_by, row.note = now, actor.name, note
    row.save(update_fields=["closed_at", "closed_by", "note"])
    _tell(row, "difference.closed", actor, now)


def _tell(row: Difference, action: str, actor: Actor, now: datetime) -> None:
    facts: dict[str, JSON] = {
        "kind": row.kind,
        "subject": row.subject,
        "ours_cents": row.ours_cents,
        "theirs_cents": row.theirs_cents,
    }
    audit.record(audit.AuditFact(now, actor, action, f"difference:{row.pk}", facts))
