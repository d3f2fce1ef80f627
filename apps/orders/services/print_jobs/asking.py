"""Something is to be printed: at this till, at another one of the store, or by the back office."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django_subatomic.db import transaction_required

from apps.core import audit
from apps.orders.errors import PrintJobExists, PrintJobNotWaiting
from apps.orders.models import PrintJob
from apps.orders.selectors import get_order, get_z
from apps.orders.types import PrintKind, PrintState
from apps.payments.drawer_types import CashMovementKind, NewMovement
from apps.payments.services.drawers.moving import move_cash
from apps.stores.errors import PermissionMissing, TerminalUnknown
from apps.stores.selectors import list_registers
from apps.stores.types import Permission

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from apps.core.types import JSON, Actor
    from apps.orders.types import NewPrintJob
    from apps.stores.types import Till

ATTEMPTS = 3
_ONCE = 1  # a drawer is never opened by a second try


@transaction_required
def ask_print(*, till: Till, request: NewPrintJob, now: datetime) -> PrintJob:
    """Put something in the queue of a printer; the same job again is answered as it stands.

    Opening the drawer is a no-sale: it needs an open shift, a reason and the right to it.

    Raises:
        PrintJobExists: another job has this id.
        OrderUnknown, ShiftUnknown, ZNotWritten: the store has no such thing to print.
        TerminalUnknown: the store has no such till.
        ShiftNotOpen, ApprovalRequired, ApprovalInvalid: as `moving.move_cash`.
    """
    if known := PrintJob.objects.select_related("z").filter(pk=request.id).first():
        return _same(known, till, request)
    if request.kind is PrintKind.DRAWER:
        reason, approval = request.reason, request.approval
        no_sale = NewMovement(request.id, CashMovementKind.NO_SALE, 0, reason, approval)
        move_cash(till=till, request=no_sale, now=now)
    terminal_id = request.terminal_id or till.register.id
    _refuse_foreign(till.store.code, terminal_id)
    is_here = terminal_id == till.register.id
    return _write(
        request, till.store.id, terminal_id, till.actor, now=now, is_from_its_till=is_here
    )


@transaction_required
def ask_print_from_office(
    *, actor: Actor, store_id: int, terminal_id: int, request: NewPrintJob, now: datetime
) -> PrintJob:
    """Put a receipt or a Z in the queue of a till's printer. It opens no drawer.

    Raises:
        PermissionMissing: it is a drawer.
        OrderUnknown, ShiftUnknown, ZNotWritten: the store has no such thing to print.
    """
    if request.kind is PrintKind.DRAWER:
        raise PermissionMissing(
            "A drawer is opened by whoever stands at it.", permission=Permission.RUN_DRAWER.value
        )
    if known := PrintJob.objects.filter(pk=request.id).first():
        return known  # the same form, sent twice
    job = _write(request, store_id, terminal_id, actor, now=now, is_from_its_till=False)
    facts: dict[str, JSON] = {"kind": job.kind, "terminal": terminal_id}
    facts |= {"order": str(request.order_id)} if request.order_id else {}
    facts |= {"shift": str(request.shift_id)} if request.shift_id else {}
    audit.record(audit.AuditFact(now, actor, "print.asked", f"print-job:{job.pk}", facts))
    return job


@transaction_required
def cancel_print(*, actor: Actor, job_id: UUID, now: datetime) -> None:
    """Take a job out of its queue before anybody prints it.

    Raises:
        PrintJobNotWaiting: it is being printed, or it is over.
    """
    waiting = PrintJob.objects.filter(pk=job_id, state=PrintState.QUEUED.value)
    reason = f"Cancelled by {actor.name}"
    if not waiting.update(state=PrintState.FAILED, reason=reason, due_at=None, ended_at=now):
        raise PrintJobNotWaiting("It is being printed, or it is over. Look at its state.")
    audit.record(audit.AuditFact(now, actor, "print.cancelled", f"print-job:{job_id}", {}))


def _write(
    request: NewPrintJob,
    store_id: int,
    terminal_id: int,
    actor: Actor,
    *,
    now: datetime,
    is_from_its_till: bool,
) -> PrintJob:
    order = z = None
    if request.order_id:
        order = get_order(store_id=store_id, order_id=request.order_id)
    if request.shift_id:
        z = get_z(store_id=store_id, shift_id=request.shift_id)
    return PrintJob.objects.create(
        id=request.id,
        kind=request.kind.value,
        store_id=store_id,
        terminal_id=terminal_id,
        order=order,
        z=z,
        is_from_its_till=is_from_its_till,
        state=PrintState.QUEUED.value,
        attempts_allowed=_ONCE if request.kind is PrintKind.DRAWER else ATTEMPTS,
        asked_by=actor.name,
        asked_at=now,
        due_at=now,
    )


def _refuse_foreign(store_code: str, terminal_id: int) -> None:
    mine = {register.id for _, register in list_registers(store_code=store_code)}
    if terminal_id not in mine:
        raise TerminalUnknown("There is no such till in this store.", terminal_id=terminal_id)


def _same(known: PrintJob, till: Till, request: NewPrintJob) -> PrintJob:
    shift_id = known.z.shift_id if known.z else None
    stored = (known.store_id, known.terminal_id, known.kind, known.order_id, shift_id)
    terminal_id = request.terminal_id or till.register.id
    asked = (till.store.id, terminal_id, request.kind, request.order_id, request.shift_id)
    if stored != asked:
        raise PrintJobExists("Make a new id for a new print job.", id=str(request.id))
    return known
