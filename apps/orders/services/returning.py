"""Returns: goods taken back of a sale that stands, on whatever day, and their money with them.

Locks are taken in the order of the whole program: the order, for which its returns, its void and
its prints queue, then its lines, its payments, what only this terminal uses, and the stock last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django_subatomic.db import transaction_required

from apps.core import audit, outbox
from apps.orders import errors
from apps.orders.events import ReturnCompleted
from apps.orders.locks import lock_order
from apps.orders.models import Return, ReturnLine
from apps.orders.selectors import describe_returns
from apps.orders.services.handing_back import hand_back
from apps.orders.services.restocking import coming_back, name_moved, restock_returned
from apps.orders.services.rewarding import take_points_back
from apps.orders.services.taking_back import take_back
from apps.payments.drawer_locks import hold_drawer
from apps.stores.services.authorising import authorise
from apps.stores.types import ApprovalAction, Deed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from apps.core.types import JSON
    from apps.inventory.types import Move
    from apps.orders.models import Order
    from apps.orders.types import ReturnRequest
    from apps.stores.types import Leave, Till


@transaction_required
def return_goods(*, till: Till, request: ReturnRequest, now: datetime) -> dict[str, Any]:
    """Take goods back: their money to what it came in by, and into stock what can be sold again.

    Stripe is asked for the cards' part after the commit (`payments.services.settling`). The same
    return sent again, under whatever key, is answered as it stands.

    Raises:
        ReturnNeedsApproval: the cashier's own limits do not go that far.
        ApprovalInvalid: as `authorising.authorise`.
        OrderUnknown: the store has no such order.
        OrderAlreadyVoided: all of its money went back already.
        ReturnExists: another return has this id.
        ReturnLineUnknown, ReturnExceedsSold: as `taking_back.take_back`.
        RefundMismatch, RefundExceedsTender, RefundExceedsCaptured, PaymentStateConflict: as
            `handing_back.hand_back`.
        ShiftNotOpen: the till keeps a drawer, and it is closed.
    """
    order = lock_order(store_id=till.store.id, order_id=request.order_id)
    if known := _find_same(request):
        return describe_returns(returns=[known])[0]
    if order.voided_at:
        raise errors.OrderAlreadyVoided("All of it went back when it was voided.")
    lines = take_back(order=order, asked=request.lines)
    total_cents = sum(line.total_cents for line in lines)
    leave = _authorise(till, request, total_cents, now)
    # Payments are locked before the drawer.
    rounding_cents = hand_back(
        till=till, order=order, request=request, total_cents=total_cents, now=now
    )
    take_points_back(till=till, order=order, coming=lines, return_id=request.id, now=now)
    given = _write(till, order, request, lines, rounding_cents, now)
    document = describe_returns(returns=[given])[0]
    moves = coming_back((part.line.product_id, part.stock_units) for part in lines)
    _tell(till, given, leave, _fact_of(till, given, document, moves, now))
    restock_returned(
        till=till, document_id=request.order_id, moves=moves, reason=request.reason, now=now
    )
    return document


def _find_same(request: ReturnRequest) -> Return | None:
    """This very return, if it was made before.

    Raises:
        ReturnExists: another one was, under its id.
    """
    known = Return.objects.select_related("order").filter(pk=request.id).first()
    if known and (known.order_id, known.fingerprint) != (request.order_id, request.fingerprint):
        raise errors.ReturnExists(
            "This id belongs to another return. Make a new id for a new return.",
            id=str(request.id),
        )
    return known


def _write(
    till: Till,
    order: Order,
    request: ReturnRequest,
    lines: Sequence[ReturnLine],
    rounding_cents: int,
    now: datetime,
) -> Return:
    given = Return.objects.create(
        id=request.id,
        order=order,
        store_id=till.store.id,
        terminal_id=till.register.id,
        cashier_id=till.clerk.id,
        cashier_name=till.clerk.name,
        shift_id=hold_drawer(till),
        business_date=till.store.business_date(now),
        reason=request.reason,
        tax_cents=sum(line.tax_cents for line in lines),
        total_cents=sum(line.total_cents for line in lines),
        cash_rounding_cents=rounding_cents,
        fingerprint=request.fingerprint,
        returned_at=now,
    )
    for line in lines:
        line.of_return = given
    ReturnLine.objects.bulk_create(lines)
    return given


def _authorise(till: Till, request: ReturnRequest, total_cents: int, now: datetime) -> Leave:
    deed = Deed(ApprovalAction.RETURN_ORDER, request.order_id, total_cents)
    token, refusal = request.approval, errors.ReturnNeedsApproval
    return authorise(till=till, deed=deed, token=token, refusal=refusal, now=now)


def _fact_of(
    till: Till, given: Return, document: dict[str, Any], moves: Sequence[Move], now: datetime
) -> ReturnCompleted:
    return ReturnCompleted(
        aggregate=f"order:{given.order_id}",
        occurred_at=now,
        store=till.store.code,
        store_id=till.store.id,
        returned=document,
        skus={str(part.line.product_id): part.line.sku for part in given.lines.all()},
        moved=name_moved(moves),
    )


def _tell(till: Till, given: Return, leave: Leave, told: ReturnCompleted) -> None:
    facts: dict[str, JSON] = {
        "order": str(given.order_id),
        "number": given.order.number,
        "total_cents": given.total_cents,
        "reason": given.reason,
        **leave.facts,
    }
    subject = f"return:{given.pk}"
    audit.record(audit.AuditFact(told.occurred_at, till.actor, "order.returned", subject, facts))
    outbox.publish(told)
