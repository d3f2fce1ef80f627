"""Voiding: a sale taken back on its own business day, goods and money both.

Locks are taken in the order of the sale: the order, its payments, what only this terminal uses, the
stock last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django_subatomic.db import transaction_required

from apps.core import audit, outbox
from apps.core.clock import business_date
from apps.orders.errors import OrderNotVoidable, VoidNeedsApproval
from apps.orders.events import OrderVoided
from apps.orders.locks import lock_order
from apps.orders.models import Order
from apps.orders.selectors import describe_orders, get_order
from apps.orders.services.claiming import let_go
from apps.orders.services.restocking import coming_back, name_moved, restock_voided
from apps.orders.types import OrderStatus
from apps.payments.drawer_locks import hold_drawer
from apps.stores.services.authorising import authorise
from apps.stores.types import ApprovalAction, Deed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from apps.core.types import JSON
    from apps.inventory.types import Move
    from apps.stores.types import Leave, Till


@transaction_required
def void_order(
    *, till: Till, order_id: UUID, reason: str, approval: str | None = None, now: datetime
) -> dict[str, Any]:
    """Void an order: its goods go back into stock, its money back.

    Raises:
        VoidNeedsApproval: the cashier's own limits do not go that far.
        ApprovalInvalid: as `authorising.authorise`.
        OrderUnknown: the store has no such order.
        OrderNotVoidable: it is voided already, was returned in part, or its business day is over.
        PaymentStateConflict, StoredValueInsufficient: as `claiming.let_go`.
        ShiftNotOpen: the till keeps a drawer, and it is closed.
    """
    order = lock_order(store_id=till.store.id, order_id=order_id)
    lines = list(order.lines.order_by("position"))
    today = business_date(now, zone=till.store.zone, day_end_hour=till.store.day_end_hour)
    if order.business_date != today:
        raise OrderNotVoidable("Its business day is over. Take the goods back as a return.")
    if any(line.returned_quantity for line in lines):
        raise OrderNotVoidable("Some of it was returned. Take the rest back as a return, too.")
    _claim(order, till, reason, now)
    deed = Deed(ApprovalAction.VOID_ORDER, order_id, order.total_cents)
    leave = authorise(till=till, deed=deed, token=approval, refusal=VoidNeedsApproval, now=now)
    let_go(till=till, order=order, now=now)
    Order.objects.filter(pk=order_id).update(void_shift=hold_drawer(till))
    moves = coming_back((line.product_id, line.stock_units) for line in lines)
    answer = describe_orders([get_order(store_id=till.store.id, order_id=order_id)])[0]
    _tell(order, till, (reason, leave), answer, moves, now)
    restock_voided(till=till, order_id=order_id, moves=moves, reason=reason, now=now)
    return answer


def _claim(order: Order, till: Till, reason: str, now: datetime) -> None:
    """Turn the order's status, once: of two tills that try, one finds it turned."""
    turned = Order.objects.filter(pk=order.pk, status=OrderStatus.COMPLETED.value).update(
        status=OrderStatus.VOIDED.value,
        voided_at=now,
        voided_by=till.clerk.name,
        void_reason=reason,
    )
    if not turned:
        raise OrderNotVoidable("It was voided already.")


def _tell(
    order: Order,
    till: Till,
    why: tuple[str, Leave],
    answer: dict[str, Any],
    moves: Sequence[Move],
    now: datetime,
) -> None:
    reason, leave = why
    subject = f"order:{order.pk}"
    facts: dict[str, JSON] = {
        "number": order.number,
        "total_cents": order.total_cents,
        "reason": reason,
        **leave.facts,
    }
    audit.record(audit.AuditFact(now, till.actor, "order.voided", subject, facts))
    outbox.publish(
        OrderVoided(
            aggregate=subject,
            occurred_at=now,
            store=till.store.code,
            store_id=till.store.id,
            order_id=str(order.pk),
            number=order.number,
            business_date=order.business_date,
            total_cents=order.total_cents,
            reason=reason,
            order=answer,
            moved=name_moved(moves),
        )
    )
