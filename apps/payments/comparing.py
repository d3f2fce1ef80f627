"""One payment in Stripe's books and in ours, side by side, and what differs. Nothing is read here.

What Stripe shows has been booked before (`booking.apply_intent`), so what still differs is no
matter of lateness: somebody has to look.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from apps.core.money import format_cents
from apps.payments.types import (
    CAME_TO_NOTHING,
    TAKEN,
    DifferenceKind,
    Found,
    PaymentStatus,
    RefundStatus,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from apps.payments.models import Payment, Refund
    from apps.payments.types import Intent, StripeRefund

IN_MOTION = timedelta(minutes=2)  # what moved so lately may be half-way
CAPTURED_WITHIN = timedelta(minutes=10)  # of the order that a payment pays for
ORDERED_WITHIN = timedelta(minutes=25)  # the resolver lets go after fifteen
WARN_BEFORE = timedelta(hours=12)  # of the end of an authorisation: two shifts to see to it

_OPEN = (PaymentStatus.PENDING, PaymentStatus.PROCESSING, PaymentStatus.UNKNOWN)
_K = DifferenceKind


def compare_payment(
    payment: Payment, intent: Intent | None, *, missing_cents: int, now: datetime
) -> Iterator[Found]:
    """What differs between a payment of ours and its intent; None where Stripe shows none.

    `missing_cents` is what its order is still to have of it.
    """
    theirs = _taken_of(intent)
    if intent is not None and not _is_of(payment, intent):
        asked = format_cents(payment.amount_cents)
        detail = f"Here it is over {asked}, at Stripe over {format_cents(intent.amount_cents)}."
        yield _found(_K.AMOUNT_DIFFERS, payment, intent.amount_cents, detail)
    elif payment.status in TAKEN:
        yield from _compare_taken(payment, intent, now)
        yield from _compare_missing(payment, intent, missing_cents)
    elif payment.status in CAME_TO_NOTHING:
        yield from _compare_over(payment, intent, missing_cents)
    elif payment.status == PaymentStatus.AUTHORIZED:
        yield from _compare_authorized(payment, now)
    elif theirs:
        detail = f"Stripe took {format_cents(theirs)}, here it is {payment.status.lower()}."
        yield _found(_K.AMOUNT_DIFFERS, payment, theirs, detail)


def compare_owed(payment: Payment, owed_cents: int) -> Found:
    """A card was to get money back that never came there: its refund failed."""
    detail = f"A refund failed: the card is owed {format_cents(owed_cents)}."
    return Found(_K.MISSING_REFUND, str(payment.pk), owed_cents, 0, detail, payment.pk)


def compare_stranger(intent: Intent, payment: Payment | None) -> Iterator[Found]:
    """What an intent comes to that belongs to no payment of ours, or to one that has another.

    Only money makes it worth a word.
    """
    known = "it is not the one of this payment" if payment else "nothing here knows of it"
    payment_id = payment.pk if payment else None
    if intent.received_cents:
        detail = f"Stripe took money from a card, and {known}."
        cents = intent.received_cents
        yield Found(_K.FOREIGN_CHARGE, intent.id, 0, cents, detail, payment_id)
    elif intent.capturable_cents:
        detail = f"Money is held on a card at Stripe, and {known}."
        cents = intent.capturable_cents
        yield Found(_K.ORPHAN_AUTHORIZATION, intent.id, 0, cents, detail, payment_id)


def compare_refund(refund: Refund, shown: StripeRefund | None) -> Iterator[Found]:
    """What differs between a refund of ours and Stripe's; None where Stripe shows none."""
    payment = refund.payment
    if refund.status == RefundStatus.SUCCEEDED and shown is None:
        detail = f"{format_cents(refund.amount_cents)} went back here, but not at Stripe."
        yield Found(_K.MISSING_REFUND, str(refund.pk), refund.amount_cents, 0, detail, payment.pk)
    elif shown is not None and shown.amount_cents != refund.amount_cents:
        detail = f"Stripe sent back {format_cents(shown.amount_cents)}."
        yield Found(
            _K.AMOUNT_DIFFERS,
            str(refund.pk),
            refund.amount_cents,
            shown.amount_cents,
            detail,
            payment.pk,
        )


def compare_strange_refund(shown: StripeRefund, payment: Payment | None) -> Iterator[Found]:
    """What a refund of Stripe's comes to that nobody asked for here.

    The part of an authorisation that a smaller capture lets go is shown as a refund too; it is in
    no book of Stripe's, and none of these.
    """
    if shown.is_booked and shown.status not in {"failed", "canceled"}:
        detail = "Stripe sent money back to a card, and nobody here asked for it."
        cents, payment_id = shown.amount_cents, payment.pk if payment else None
        yield Found(_K.FOREIGN_REFUND, shown.id, 0, cents, detail, payment_id)


def is_behind(payment: Payment, intent: Intent) -> bool:
    """Whether Stripe shows a payment further on than it stands here."""
    match intent.status:
        case "succeeded" | "canceled":
            return payment.status in {*_OPEN, PaymentStatus.AUTHORIZED}
        case "requires_capture":
            return payment.status in _OPEN
        case _:
            return False


def is_in_motion(payment: Payment, *, now: datetime) -> bool:
    """Whether a payment moved so lately that the other side may not have heard of it."""
    return payment.changed_at > now - IN_MOTION


def _compare_taken(payment: Payment, intent: Intent | None, now: datetime) -> Iterator[Found]:
    theirs = _taken_of(intent)
    if not theirs:
        detail = f"{format_cents(payment.captured_cents)} was taken here, but not at Stripe."
        yield _found(_K.MISSING_CAPTURE, payment, 0, detail)
    elif theirs != payment.captured_cents:
        detail = f"Stripe took {format_cents(theirs)} of this card."
        yield _found(_K.AMOUNT_DIFFERS, payment, theirs, detail)
    left = payment.captured_cents - payment.refunded_cents
    if theirs and left and not payment.tendered_at and payment.changed_at < now - ORDERED_WITHIN:
        detail = "The card was charged, and no order names the payment."
        yield _found(_K.NO_ORDER, payment, theirs, detail)


def _compare_missing(payment: Payment, intent: Intent | None, missing: int) -> Iterator[Found]:
    """Less was taken than an order takes, on both sides."""
    theirs = _taken_of(intent)
    if missing and theirs == payment.captured_cents:
        sold, taken = format_cents(payment.tendered_cents or 0), format_cents(theirs)
        short = format_cents(missing)
        detail = f"An order takes {sold} of this card, {taken} is in: {short} is missing."
        ours = theirs + missing
        yield Found(_K.MISSING_CAPTURE, str(payment.pk), ours, theirs, detail, payment.pk)


def _compare_over(payment: Payment, intent: Intent | None, missing: int) -> Iterator[Found]:
    """A payment that came to nothing here."""
    theirs = _taken_of(intent)
    status = payment.status.lower()
    if theirs:
        detail = f"Stripe took {format_cents(theirs)}, here the payment is {status}."
        yield _found(_K.FOREIGN_CHARGE, payment, theirs, detail)
    elif intent is not None and intent.capturable_cents:
        detail = f"Stripe holds money on the card, here the payment is {status}."
        yield _found(_K.ORPHAN_AUTHORIZATION, payment, intent.capturable_cents, detail)
    elif missing:
        detail = f"Sold, but the payment is {status}: {format_cents(missing)} is missing."
        yield Found(_K.MISSING_CAPTURE, str(payment.pk), missing, 0, detail, payment.pk)


def _compare_authorized(payment: Payment, now: datetime) -> Iterator[Found]:
    """Money that is held: for an order that waits for it, or for none."""
    held = payment.authorized_cents
    if payment.capture_before and payment.capture_before <= now + WARN_BEFORE:
        detail = "The bank lets the money go soon: it must be taken before."
        yield _found(_K.EXPIRING, payment, held, detail)
    if payment.tendered_at and not payment.released_at:
        if payment.tendered_at < now - CAPTURED_WITHIN:
            yield _found(_K.MISSING_CAPTURE, payment, 0, "Sold, but the money is only held.")
    elif payment.created_at < now - ORDERED_WITHIN:
        detail = "Money is held on a card, and no order names the payment."
        yield _found(_K.ORPHAN_AUTHORIZATION, payment, held, detail)


def _found(kind: DifferenceKind, payment: Payment, theirs_cents: int, detail: str) -> Found:
    return Found(kind, str(payment.pk), _ours(payment), theirs_cents, detail, payment.pk)


def _ours(payment: Payment) -> int:
    """What we say is at stake."""
    if payment.status in TAKEN:
        return payment.captured_cents
    return payment.tendered_cents or payment.authorized_cents or payment.amount_cents


def _taken_of(intent: Intent | None) -> int:
    return intent.received_cents if intent is not None else 0


def _is_of(payment: Payment, intent: Intent) -> bool:
    asked = intent.amount_cents - intent.tip_cents
    return (asked, intent.currency) == (payment.amount_cents, payment.currency)
