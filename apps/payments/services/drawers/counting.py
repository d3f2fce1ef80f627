"""Counting a drawer blind: the count first, what the books expect after it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django_subatomic.db import transaction_required

from apps.core import audit
from apps.payments.drawer_locks import lock_drawer
from apps.payments.drawer_rules import expect, must_recount
from apps.payments.drawer_selectors import (
    find_open_shift,
    get_drawer,
    get_open_shift,
    list_counts,
)
from apps.payments.drawer_types import CashMovementKind, NewMovement, ShiftStatus
from apps.payments.errors import RecountRequired, ShiftNotOpen
from apps.payments.models import DrawerCount, Shift
from apps.payments.services.drawers.moving import write_movement

if TYPE_CHECKING:
    from datetime import datetime

    from apps.core.types import JSON
    from apps.payments.drawer_types import Counted
    from apps.stores.types import Till

VARIANCE_REASON = "Counted at closing."
LATE_REASON = "A sale that arrived late was in the drawer when it was counted."


@transaction_required
def close_drawer(*, till: Till, counted: Counted, now: datetime) -> tuple[Shift, DrawerCount]:
    """Close the till's shift with a count; what is off is posted as an entry of its own.

    Raises:
        ShiftNotOpen: no shift is open at the till, or another one than was counted.
        RecountRequired: it is a first count, and further off than the store lets pass. What was
            counted is to be kept then (`keep_count`), once this transaction has rolled back.
    """
    lock_drawer(till)
    shift = get_open_shift(terminal_id=till.register.id)
    if counted.shift_id not in {None, shift.pk}:
        raise ShiftNotOpen("It was closed meanwhile, and another one is open.")
    expected_cents = expect(get_drawer(shift))
    _refuse_first(till, shift, counted, counted.cents - expected_cents)
    count = _write(till, shift, counted, expected_cents, is_final=True, now=now)
    post_variance(
        till=till,
        shift=shift,
        variance_cents=counted.cents - expected_cents,
        reason=VARIANCE_REASON,
        now=now,
    )
    closed = Shift.objects.filter(pk=shift.pk, status=ShiftStatus.OPEN.value).update(
        status=ShiftStatus.CLOSED.value,
        closed_at=now,
        closed_by=till.clerk.id,
        closed_by_name=till.clerk.name,
    )
    if not closed:
        raise ShiftNotOpen("It was closed a moment ago.")
    shift.refresh_from_db()
    return shift, count


@transaction_required
def keep_count(*, till: Till, counted: Counted, now: datetime) -> None:
    """Keep a first count that was too far off, as evidence; once per request."""
    lock_drawer(till)
    shift = find_open_shift(terminal_id=till.register.id)
    if shift is None or list_counts(shift_id=shift.pk).filter(key=counted.key).exists():
        return
    expected_cents = expect(get_drawer(shift))
    _write(till, shift, counted, expected_cents, is_final=False, now=now)


@transaction_required
def post_variance(
    *, till: Till, shift: Shift, variance_cents: int, reason: str, now: datetime
) -> None:
    """Post what a count found too much or too little, so that the drawer comes to the count."""
    if not variance_cents:
        return
    entry = NewMovement(uuid.uuid4(), CashMovementKind.VARIANCE, variance_cents, reason)
    write_movement(till=till, shift_id=shift.pk, request=entry, now=now)


def _refuse_first(till: Till, shift: Shift, counted: Counted, variance_cents: int) -> None:
    keys = list(list_counts(shift_id=shift.pk).values_list("key", flat=True))
    is_same_again = counted.key in keys  # its answer was lost: it is no second count
    if is_same_again or must_recount(
        variance_cents=variance_cents,
        limit_cents=till.store.recount_over_cents,
        earlier_counts=len(keys),
    ):
        raise RecountRequired("Count the drawer once more and send what you find.")


def _write(
    till: Till,
    shift: Shift,
    counted: Counted,
    expected_cents: int,
    *,
    is_final: bool,
    now: datetime,
) -> DrawerCount:
    count = DrawerCount.objects.create(
        shift=shift,
        number=list_counts(shift_id=shift.pk).count() + 1,
        denominations={str(value): number for value, number in counted.denominations.items()},
        counted_cents=counted.cents,
        expected_cents=expected_cents,
        is_final=is_final,
        key=counted.key,
        counted_by=till.clerk.name,
        counted_at=now,
    )
    # Not what was expected: whoever reads the audit may be the one who counts again.
    facts: dict[str, JSON] = {"count": count.number, "counted_cents": count.counted_cents}
    audit.record(audit.AuditFact(now, till.actor, "drawer.counted", f"shift:{shift.pk}", facts))
    return count
