"""The money of a return: by what it came in by, but for what a card had back or never paid."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.db.models import Sum
from django_subatomic.db import transaction_required

from apps.core.money import format_cents
from apps.orders.errors import RefundMismatch
from apps.payments.rounding import CashOfOrder, round_return
from apps.payments.selectors import sum_cash
from apps.payments.services.tenders import hand_back_part, list_gone
from apps.payments.types import GivenBack, TenderKind

if TYPE_CHECKING:
    from datetime import datetime

    from apps.orders.models import Order
    from apps.orders.types import ReturnRequest
    from apps.payments.types import Tender
    from apps.stores.types import Till


@transaction_required
def hand_back(
    *, till: Till, order: Order, request: ReturnRequest, total_cents: int, now: datetime
) -> int:
    """Hand back what the goods of a return are worth, but for what is gone of the order's cards.

    The order must be locked. The answer is what cash was rounded by, in a store without pennies.

    Raises:
        RefundMismatch: more is named than the goods are worth; or less, and not so much is gone.
        RefundExceedsTender, RefundExceedsCaptured, PaymentStateConflict: as
            `tenders.hand_back_part`.
    """
    rounding_cents = _round(till, order, request)
    given = GivenBack(
        order_id=order.pk,
        return_id=request.id,
        change_cents=order.change_cents + _rounded_so_far(order),
        parts=request.refunds,
        reason=request.reason,
        actor_name=till.clerk.name,
        gone=_leave_out(request, total_cents),
        cash_rounding_cents=rounding_cents,
    )
    hand_back_part(store_id=till.store.id, given=given, now=now)
    return rounding_cents


def _round(till: Till, order: Order, request: ReturnRequest) -> int:
    """What the cash of a return is rounded by; nothing is asked where no cash ever was."""
    cents = sum(part.amount_cents for part in request.refunds if part.kind is TenderKind.CASH)
    rounded = _rounded_so_far(order)
    if not (till.store.rounds_cash or order.cash_rounding_cents or rounded):
        return 0
    taken, handed = sum_cash(order_id=order.pk)
    paid = taken - order.change_cents
    due = paid - order.cash_rounding_cents
    worth = handed - (order.cash_rounding_cents - rounded)
    so_far = CashOfOrder(due, paid, worth, handed)
    return round_return(cents, so_far, rounds_cash=till.store.rounds_cash)


def _rounded_so_far(order: Order) -> int:
    """What cash was rounded by when the order was sold, less when some of it came back.

    Without it the cash that came in, and has not gone back, is what was to be paid with it.
    """
    back = order.returns.aggregate(cents=Sum("cash_rounding_cents"))["cents"] or 0
    return order.cash_rounding_cents - back


def _leave_out(request: ReturnRequest, total_cents: int) -> tuple[Tender, ...]:
    """What the goods are worth beyond what is named, out of what is gone; mostly that is nothing.

    Raises:
        RefundMismatch: as above.
    """
    refund_cents = sum(part.amount_cents for part in request.refunds)
    missing = total_cents - refund_cents
    gone = list_gone(order_id=request.order_id) if missing > 0 else ()
    gone_cents = min(total_cents, sum(part.amount_cents for part in gone))
    if not 0 <= missing <= gone_cents:
        raise _mismatch(total_cents, refund_cents, gone_cents)
    left_out = []
    for part in gone:
        cents = min(part.amount_cents, missing)
        missing -= cents
        left_out += [replace(part, amount_cents=cents)] if cents else []
    return tuple(left_out)


def _mismatch(total_cents: int, refund_cents: int, gone_cents: int) -> RefundMismatch:
    worth, named, gone = map(format_cents, (total_cents, refund_cents, gone_cents))
    detail = f"What comes back is worth {worth}, not {named}."
    facts: dict[str, Any] = {"total_cents": total_cents, "refund_cents": refund_cents}
    if gone_cents:
        detail += f" {gone} may be left out: it went back to a card by hand, or never came from it."
        facts["gone_cents"] = gone_cents
    return RefundMismatch(detail, **facts)
