"""Opening a shift: a drawer with a float goes into a till."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django_subatomic.db import transaction_required

from apps.core import audit
from apps.core.money import format_cents
from apps.payments.drawer_locks import lock_drawer
from apps.payments.drawer_selectors import find_open_shift
from apps.payments.drawer_types import ShiftStatus
from apps.payments.errors import ShiftAlreadyOpen, ShiftExists
from apps.payments.models import Shift

if TYPE_CHECKING:
    from datetime import datetime

    from apps.payments.drawer_types import NewShift
    from apps.stores.types import Till


@transaction_required
def open_shift(*, till: Till, request: NewShift, now: datetime) -> Shift:
    """Open a shift at a till. The same shift asked for again is answered as it stands.

    Raises:
        ShiftAlreadyOpen: another one is open there.
        ShiftExists: another shift has this id.
    """
    lock_drawer(till)
    if known := Shift.objects.filter(pk=request.id).first():
        return _same(known, till, request)
    if other := find_open_shift(terminal_id=till.register.id):
        raise ShiftAlreadyOpen(
            f"{other.opened_by_name} has it open. Count and close that one first.",
            shift_id=str(other.pk),
        )
    shift = Shift.objects.create(
        id=request.id,
        terminal_id=till.register.id,
        store_id=till.store.id,
        business_date=till.store.business_date(now),
        status=ShiftStatus.OPEN.value,
        opening_float_cents=request.opening_float_cents,
        opened_by_id=till.clerk.id,
        opened_by_name=till.clerk.name,
        opened_at=now,
    )
    facts = {"opening_float_cents": shift.opening_float_cents}
    audit.record(audit.AuditFact(now, till.actor, "shift.opened", f"shift:{shift.pk}", facts))
    return shift


def _same(known: Shift, till: Till, request: NewShift) -> Shift:
    asked = (till.register.id, request.opening_float_cents)
    if (known.terminal_id, known.opening_float_cents) != asked:
        raise ShiftExists(
            "This id belongs to another shift, opened with "
            f"{format_cents(known.opening_float_cents)}. Make a new id for a new shift."
            if known.terminal_id == till.register.id
            else "This id belongs to another shift. Make a new id for a new shift.",
            id=str(request.id),
        )
    return known
