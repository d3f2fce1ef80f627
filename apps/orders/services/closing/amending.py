"""A sale that arrives when its shift is closed: it belongs there, and amends the shift's Z."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Max
from django_subatomic.db import transaction_required

from apps.core import outbox
from apps.orders.events import ShiftAmended
from apps.orders.models import Order, ZAmendment, ZReport
from apps.orders.takings import sum_order
from apps.orders.z_reports import describe_amendment, render_amendment
from apps.payments.services.drawers.counting import LATE_REASON, post_variance

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from apps.payments.models import Shift
    from apps.stores.types import Till


@transaction_required
def amend_z(*, till: Till, shift: Shift, order_id: UUID, now: datetime) -> ZAmendment:
    """Write a late sale down as the next amendment of its shift's Z, which stays as it is; tell it.

    Its cash was in the drawer when that was counted, so it explains as much of the variance. The
    caller holds the terminal's audit chain, so the numbers have no gaps.
    """
    order = Order.objects.get(pk=order_id)
    z = ZReport.objects.get(shift=shift.pk)
    last = z.amendments.aggregate(last=Max("number"))["last"] or 0
    takings = sum_order(order_id)
    snapshot = describe_amendment(number=last + 1, z=z, order=order, takings=takings, now=now)
    post_variance(
        till=till,
        shift=shift,
        variance_cents=snapshot["variance_cents"],
        reason=LATE_REASON,
        now=now,
    )
    amendment = ZAmendment.objects.create(
        z=z,
        number=last + 1,
        order=order,
        expected_cents=snapshot["expected_cents"],
        snapshot=snapshot,
        text=render_amendment(snapshot, z.snapshot),
        at=now,
    )
    outbox.publish(
        ShiftAmended(
            aggregate=f"shift:{shift.pk}",
            occurred_at=now,
            store=till.store.code,
            store_id=till.store.id,
            terminal_id=till.register.id,
            shift_id=str(shift.pk),
            business_date=shift.business_date.isoformat(),
            amendment=snapshot,
        )
    )
    return amendment
