"""Cash that moves other than by sales, and a drawer that is opened for no sale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django_subatomic.db import transaction_required

from apps.core import audit
from apps.payments.drawer_locks import lock_drawer
from apps.payments.drawer_rules import expect
from apps.payments.drawer_selectors import get_drawer, get_open_shift
from apps.payments.drawer_types import CashMovementKind
from apps.payments.errors import CashMovementExists
from apps.payments.models import CashMovement
from apps.stores.services.authorising import authorise
from apps.stores.types import ApprovalAction, Deed, Leave

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from apps.core.types import JSON
    from apps.payments.drawer_types import NewMovement
    from apps.payments.models import Shift
    from apps.stores.types import Till

_ACTIONS = {
    CashMovementKind.NO_SALE: "drawer.no_sale",
    CashMovementKind.VARIANCE: "drawer.variance",
}
_TAKES_OUT = frozenset({CashMovementKind.DROP, CashMovementKind.PAY_OUT})
NOBODYS = Leave()


@transaction_required
def move_cash(*, till: Till, request: NewMovement, now: datetime) -> CashMovement:
    """Write a cash movement into the till's open shift; the same one again is answered as it is.

    Raises:
        CashMovementExists: another movement has this id.
        ShiftNotOpen: no shift is open at the till.
        ApprovalRequired, ApprovalInvalid: as `authorising.authorise`, to open it without a sale,
            or to pay out more than the cashier may alone.
    """
    lock_drawer(till)
    if known := _find_same(till, request):
        return known
    shift = get_open_shift(terminal_id=till.register.id)
    leave = NOBODYS
    if deed := _deed_of(request):
        leave = authorise(till=till, deed=deed, token=request.approval, now=now)
    _tell_overdrawn(till, shift, request, now)
    return write_movement(till=till, shift_id=shift.pk, request=request, leave=leave, now=now)


def _tell_overdrawn(till: Till, shift: Shift, request: NewMovement, now: datetime) -> None:
    """Tell the audit of cash taken out beyond what the drawer holds by the books.

    It is not refused: cash of sales that have not arrived is in the drawer and not in the books,
    and whoever counts the drawer blind could find out by refusals what is expected of it.
    """
    if request.kind not in _TAKES_OUT or request.amount_cents <= expect(get_drawer(shift)):
        return
    facts: dict[str, JSON] = {
        "kind": request.kind.value,
        "amount_cents": request.amount_cents,
        "reason": request.reason,
        "movement": str(request.id),
    }
    audit.record(audit.AuditFact(now, till.actor, "drawer.overdrawn", f"shift:{shift.pk}", facts))


def _deed_of(request: NewMovement) -> Deed | None:
    """What of a movement not everybody may do, if anything."""
    match request.kind:
        case CashMovementKind.NO_SALE:
            return Deed(ApprovalAction.NO_SALE)
        case CashMovementKind.PAY_OUT:
            return Deed(ApprovalAction.PAY_OUT, request.id, request.amount_cents)
        case _:
            return None


@transaction_required
def write_movement(
    *, till: Till, shift_id: UUID, request: NewMovement, leave: Leave = NOBODYS, now: datetime
) -> CashMovement:
    """Write a movement of a shift, who made it and who approved. The caller holds the drawer."""
    movement = CashMovement.objects.create(
        id=request.id,
        shift_id=shift_id,
        kind=request.kind.value,
        amount_cents=request.amount_cents,
        reason=request.reason,
        actor_name=till.clerk.name,
        at=now,
    )
    facts: dict[str, JSON] = {
        "kind": request.kind.value,
        "amount_cents": request.amount_cents,
        "reason": request.reason,
        "movement": str(request.id),
        **leave.facts,
    }
    action = _ACTIONS.get(request.kind, "drawer.moved")
    audit.record(audit.AuditFact(now, till.actor, action, f"shift:{shift_id}", facts))
    return movement


def _find_same(till: Till, request: NewMovement) -> CashMovement | None:
    known = CashMovement.objects.select_related("shift").filter(pk=request.id).first()
    if known is None:
        return None
    asked = (till.register.id, request.kind.value, request.amount_cents, request.reason)
    if (known.shift.terminal_id, known.kind, known.amount_cents, known.reason) != asked:
        raise CashMovementExists(
            "This id belongs to another cash movement. Make a new id for a new one.",
            id=str(request.id),
        )
    return known
