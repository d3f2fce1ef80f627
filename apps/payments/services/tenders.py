"""What an order takes of its tenders, and what it hands back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django_subatomic.db import transaction_required

from apps.core.errors import FieldError
from apps.core.money import format_cents
from apps.core.sql import Batch
from apps.payments.errors import PaymentStateConflict, RefundExceedsCaptured, RefundExceedsTender
from apps.payments.locks import hold_payment
from apps.payments.models import Payment, Tender
from apps.payments.rules import refund_id_of
from apps.payments.selectors import not_capturable
from apps.payments.services.refunding import hold_refund, refuse_disputed
from apps.payments.services.stored_value.paying import give_back
from apps.payments.stored_value_selectors import to_tender
from apps.payments.types import (
    CAME_TO_NOTHING,
    TAKEN,
    Operation,
    PaymentStatus,
    RefundRequest,
    TenderKind,
)
from apps.payments.types import Tender as Taken

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from apps.payments.locks import Held
    from apps.payments.types import GivenBack

    type Key = tuple[str, UUID | None]  # what money came in by: `Tender.source`

_CLAIM = "UPDATE payments_payment SET tendered_at = %s, tendered_cents = %s WHERE id = %s"
_TURNING = frozenset({Operation.CAPTURE, Operation.CANCEL})


@transaction_required
def claim_payments(*, order_id: UUID, tenders: Sequence[Taken], now: datetime) -> None:
    """Make card payments this order's, in the transaction that places it.

    From now on they can only be captured, or let go with the order.

    Raises:
        PaymentNotCapturable: one of them was cancelled or named by another order meanwhile.
    """
    taken = {tender.payment_id: tender.amount_cents for tender in tenders if tender.payment_id}
    for payment_id, amount_cents in sorted(taken.items()):
        held = hold_payment(payment_id)
        if not _can_pay(held, amount_cents):
            is_turning = bool(held.asked & _TURNING)
            raise not_capturable(order_id, payment_id, is_turning=is_turning)
        batch = Batch()
        batch.add(_CLAIM, [now, amount_cents, payment_id])
        batch.run()


def _can_pay(held: Held, amount_cents: int) -> bool:
    """Whether a held payment may become an order's: nothing is turning it, and no order has it."""
    if held.tendered_cents is not None or held.asked & _TURNING:
        return False
    if held.status is PaymentStatus.CAPTURED:
        return held.captured_cents == amount_cents
    return held.status is PaymentStatus.AUTHORIZED and held.authorized_cents >= amount_cents


@transaction_required
def hand_back_tenders(*, order_id: UUID, change_cents: int, actor_name: str, now: datetime) -> None:
    """Write down that all that was taken for an order goes back, as it came.

    The money of cards follows when Stripe has been asked (`services.settling`). What the order
    loaded on to gift cards comes off them.

    Raises:
        PaymentStateConflict: the bank of a card's holder has its money in dispute.
        StoredValueInsufficient: a gift card that the order sold has been spent from.
    """
    rows = Tender.objects.filter(order=order_id).select_related("entry__account")
    taken = list(rows.order_by("pk"))
    cash = sum(row.amount_cents for row in taken if row.kind == TenderKind.CASH) - change_cents
    back = [Tender(order_id=order_id, kind=TenderKind.CASH, amount_cents=-cash, at=now)]
    back = back if cash else []
    cards = [row for row in taken if row.kind == TenderKind.CARD]
    refuse_disputed([row.payment_id for row in cards if row.payment_id])
    back += [_row(order_id, to_tender(row), now) for row in cards]
    if cards:
        named = [row.payment_id for row in cards if row.payment_id]
        Payment.objects.filter(pk__in=named).update(released_at=now)
    stored = [to_tender(row) for row in taken if row.entry_id]
    given = give_back(
        order_id=order_id, parts=stored, return_id=None, actor_name=actor_name, now=now
    )
    back += [_row(order_id, part, now) for part in given]
    Tender.objects.bulk_create(back)


def _row(order_id: UUID, part: Taken, now: datetime, return_id: UUID | None = None) -> Tender:
    """The row of what is handed back."""
    return Tender(
        order_id=order_id,
        kind=part.kind.value,
        amount_cents=-part.amount_cents,
        payment_id=part.payment_id,
        entry_id=part.entry_id,
        return_id=return_id,
        at=now,
    )


@transaction_required
def list_gone(*, order_id: UUID) -> tuple[Taken, ...]:
    """What cards paid of an order by its books, and do not hold: of each card how much.

    It was sent back by hand, or it never came. The payments are locked, in the order of their ids:
    nothing is sent back meanwhile. What is only authorised may still come, and is not gone.
    """
    left = _left_of(order_id)
    gone = []
    cards = (source for kind, source in left if kind == TenderKind.CARD)
    for payment_id in sorted(payment_id for payment_id in cards if payment_id):
        held = hold_payment(payment_id)
        kept = held.captured_cents - held.refunded_cents
        missing = left[TenderKind.CARD.value, payment_id] - kept
        if missing > 0 and held.status in TAKEN | CAME_TO_NOTHING:
            gone.append(Taken(TenderKind.CARD, missing, payment_id))
    return tuple(gone)


@transaction_required
def hand_back_part(*, store_id: int, given: GivenBack, now: datetime) -> None:
    """Write down what a return hands back, each part by what it came in by, once in `parts`.

    Cash goes over the counter; of cards the shares are held, and their money follows when Stripe
    has been asked (`services.settling`). What is gone of a card is written down with its part, and
    nothing is sent. The caller holds the order, so what is left is what is left; payments are
    locked here in the order of their ids.

    Raises:
        RefundExceedsTender: more than came in that way, or nothing of the order did.
        PaymentStateConflict, RefundExceedsCaptured: as `refunding.hold_refund`.
    """
    left = _left_of(given.order_id, change_cents=given.change_cents)
    for place, part in enumerate(given.parts):
        if part.source not in left:
            raise _exceeds(place, 0)
    cards = {part.payment_id: part.amount_cents for part in given.parts if part.payment_id}
    for payment_id, amount_cents in sorted(cards.items()):
        request = RefundRequest(
            id=refund_id_of(given.return_id, payment_id),
            payment_id=payment_id,
            amount_cents=amount_cents,
            reason=given.reason,
            actor_name=given.actor_name,
        )
        _hold(store_id, request, given, now)
    for place, part in enumerate(given.parts):
        if part.amount_cents > left[part.source]:
            raise _exceeds(place, left[part.source])
    _write_back(given, now)


def _hold(store_id: int, request: RefundRequest, given: GivenBack, now: datetime) -> None:
    """Hold a card's share; a refusal says how the return can be made without it, if it can."""
    try:
        hold_refund(store_id=store_id, request=request, now=now)
    except (RefundExceedsCaptured, PaymentStateConflict) as refusal:
        gone = {part.payment_id: part.amount_cents for part in list_gone(order_id=given.order_id)}
        if missing := gone.get(request.payment_id):
            hint = (
                f"{format_cents(missing)} that the order was to have from this card is not there:"
                " it went back by hand, or never came. Leave that out of what you hand back."
            )
            facts: dict[str, Any] = refusal.facts
            raise type(refusal)(f"{refusal.detail} {hint}", **facts) from refusal
        raise


def _write_back(given: GivenBack, now: datetime) -> None:
    back: dict[Key, Taken] = {}
    for part in (*given.parts, *given.gone):
        known = back.get(part.source)
        cents = part.amount_cents + (known.amount_cents if known else 0)
        back[part.source] = replace(part, amount_cents=cents)
        if part.kind is TenderKind.CASH:
            cents += given.cash_rounding_cents
            back[part.source] = replace(part, amount_cents=cents)
    written = give_back(
        order_id=given.order_id,
        parts=list(back.values()),
        return_id=given.return_id,
        actor_name=given.actor_name,
        now=now,
    )
    Tender.objects.bulk_create(_row(given.order_id, part, now, given.return_id) for part in written)


def _left_of(order_id: UUID, *, change_cents: int = 0) -> dict[Key, int]:
    """What has come in for the order, and not gone back, by what it came in by."""
    left: dict[Key, int] = {}
    for row in Tender.objects.filter(order=order_id).select_related("entry__account"):
        taken = to_tender(row)
        left[taken.source] = left.get(taken.source, 0) + taken.amount_cents
    cash = (TenderKind.CASH.value, None)
    if cash in left:
        left[cash] -= change_cents
    return left


def _exceeds(place: int, left_cents: int) -> RefundExceedsTender:
    detail = f"{format_cents(left_cents)} may still go back this way."
    fault = FieldError(f"/refund_to/{place}", "refund-exceeds-tender", detail)
    return RefundExceedsTender(detail, errors=[fault], left_cents=left_cents)
