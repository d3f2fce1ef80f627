"""Closing a shift: the drawer is counted, what is off is posted, and the Z is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import F, Max
from django_subatomic.db import durable, transaction, transaction_required

from apps.core import audit, outbox
from apps.core.idempotency import run_once
from apps.orders.events import ShiftClosed
from apps.orders.layout import centred
from apps.orders.models import ZReport
from apps.orders.receipts import COPY_MARK
from apps.orders.selectors import get_z
from apps.orders.takings import sum_shift
from apps.orders.z_reports import describe_z, render_z
from apps.payments.drawer_selectors import get_history
from apps.payments.errors import RecountRequired
from apps.payments.services.drawers.counting import close_drawer, keep_count

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from apps.core.answers import Answer, Request
    from apps.core.types import JSON
    from apps.payments.drawer_types import Counted
    from apps.stores.types import Till

CLOSED = 200


@durable
def count_and_close(*, till: Till, counted: Counted, keyed: Request, now: datetime) -> Answer:
    """Close the till's shift under an idempotency key; the Z is the answer.

    A first count that is too far off closes nothing. It is kept in a transaction of its own,
    because the refusal has rolled back the one it was refused in.

    Raises:
        DomainError: what `close_shift` and `run_once` refuse.
    """
    try:
        return run_once(
            keyed,
            now=now,
            action=lambda: (CLOSED, close_shift(till=till, counted=counted, now=now)),
        )
    except RecountRequired:
        with transaction():
            keep_count(till=till, counted=counted, now=now)
        raise


@transaction_required
def close_shift(*, till: Till, counted: Counted, now: datetime) -> dict[str, Any]:
    """Close the till's shift and write its Z. The Z as JSON.

    Raises:
        ShiftNotOpen, RecountRequired: as `counting.close_drawer`.
    """
    shift, count = close_drawer(till=till, counted=counted, now=now)
    number = (_last_number(till) or 0) + 1
    snapshot = describe_z(
        number=number,
        till=till,
        shift=shift,
        takings=sum_shift(shift.pk),
        history=get_history(shift),
    )
    ZReport.objects.create(
        shift_id=shift.pk,
        terminal_id=till.register.id,
        store_id=till.store.id,
        number=number,
        business_date=shift.business_date,
        cashier_name=shift.opened_by_name,
        expected_cents=count.expected_cents,
        counted_cents=count.counted_cents,
        variance_cents=snapshot["variance_cents"],
        snapshot=snapshot,
        text=render_z(snapshot),
        closed_at=now,
    )
    _tell(till, snapshot, now)
    return {**snapshot, "amendments": []}


def _last_number(till: Till) -> int | None:
    """The number of the terminal's last Z; its chain is held, so nobody else takes the next."""
    last: int | None = ZReport.objects.filter(terminal=till.register.id).aggregate(
        last=Max("number")
    )["last"]
    return last


def _tell(till: Till, snapshot: dict[str, Any], now: datetime) -> None:
    subject = f"shift:{snapshot['shift_id']}"
    told = ("expected_cents", "counted_cents", "variance_cents")
    facts: dict[str, JSON] = {"z": snapshot["number"], **{name: snapshot[name] for name in told}}
    audit.record(audit.AuditFact(now, till.actor, "shift.closed", subject, facts))
    outbox.publish(
        ShiftClosed(
            aggregate=subject,
            occurred_at=now,
            store=till.store.code,
            store_id=till.store.id,
            terminal_id=till.register.id,
            shift_id=snapshot["shift_id"],
            z=snapshot,
        )
    )


@transaction_required
def print_z(*, till: Till, shift_id: UUID, now: datetime) -> str:
    """The Z of a shift as text; from its second print on it says that it is a copy.

    Raises:
        ShiftUnknown, ZNotWritten: as `selectors.get_z`.
    """
    z = get_z(store_id=till.store.id, shift_id=shift_id)
    ZReport.objects.filter(pk=z.pk).update(printed_count=F("printed_count") + 1)
    z.refresh_from_db(fields=["printed_count"])
    if z.printed_count == 1:
        return z.text
    facts: dict[str, JSON] = {"z": z.number, "copy": z.printed_count - 1}
    audit.record(audit.AuditFact(now, till.actor, "z.reprinted", f"shift:{shift_id}", facts))
    return "\n".join(centred(COPY_MARK)) + "\n" + z.text
