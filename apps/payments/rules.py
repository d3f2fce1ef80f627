"""Whether the tenders cover the total, and which way a payment may go."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING

from apps.core.money import format_cents
from apps.payments.errors import StoredValueBuysGoodsOnly, TenderExcess, TenderInsufficient
from apps.payments.reader_types import Address
from apps.payments.rounding import round_sale
from apps.payments.types import (
    DisputeStatus,
    PaymentStatus,
    RefundStatus,
    Settlement,
    Tender,
    TenderKind,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from apps.payments.types import Intent, Notice, StripeRefund

_P = PaymentStatus
_R = RefundStatus
_D = DisputeStatus
_DECIDED = frozenset({_D.WON, _D.LOST})

# What may follow what; nothing else ever does. Money goes forward only, with one exception that is
# the bank's: a refund that it gives back undoes itself (REFUNDED -> PARTIALLY_REFUNDED, CAPTURED).
PAYMENT_MOVES: Mapping[PaymentStatus, frozenset[PaymentStatus]] = {
    _P.PENDING: frozenset(
        {_P.PROCESSING, _P.UNKNOWN, _P.AUTHORIZED, _P.CAPTURED, _P.FAILED, _P.CANCELED}
    ),
    _P.PROCESSING: frozenset({_P.UNKNOWN, _P.AUTHORIZED, _P.CAPTURED, _P.FAILED, _P.CANCELED}),
    _P.UNKNOWN: frozenset({_P.PROCESSING, _P.AUTHORIZED, _P.CAPTURED, _P.FAILED, _P.CANCELED}),
    _P.AUTHORIZED: frozenset({_P.UNKNOWN, _P.CAPTURED, _P.CANCELED}),
    _P.CAPTURED: frozenset({_P.PARTIALLY_REFUNDED, _P.REFUNDED}),
    _P.PARTIALLY_REFUNDED: frozenset({_P.REFUNDED, _P.CAPTURED}),
    _P.REFUNDED: frozenset({_P.PARTIALLY_REFUNDED, _P.CAPTURED}),
    _P.FAILED: frozenset(),
    _P.CANCELED: frozenset(),
}
REFUND_MOVES: Mapping[RefundStatus, frozenset[RefundStatus]] = {
    _R.PENDING: frozenset({_R.UNKNOWN, _R.SUCCEEDED, _R.FAILED}),
    _R.UNKNOWN: frozenset({_R.PENDING, _R.SUCCEEDED, _R.FAILED}),
    _R.SUCCEEDED: frozenset({_R.FAILED}),  # days later: the card's account was closed
    _R.FAILED: frozenset(),
}
DISPUTE_MOVES: Mapping[DisputeStatus, frozenset[DisputeStatus]] = {
    _D.WARNING_NEEDS_RESPONSE: frozenset(
        {_D.WARNING_UNDER_REVIEW, _D.WARNING_CLOSED, _D.NEEDS_RESPONSE, _D.PREVENTED, *_DECIDED}
    ),
    _D.WARNING_UNDER_REVIEW: frozenset({_D.WARNING_CLOSED, _D.NEEDS_RESPONSE, *_DECIDED}),
    _D.NEEDS_RESPONSE: frozenset({_D.UNDER_REVIEW, _D.PREVENTED, *_DECIDED}),
    _D.UNDER_REVIEW: _DECIDED,
    _D.LOST: frozenset({_D.APPEAL_NEEDS_RESPONSE, _D.APPEAL_UNDER_REVIEW, _D.WON}),
    _D.APPEAL_NEEDS_RESPONSE: frozenset({_D.APPEAL_UNDER_REVIEW, *_DECIDED}),
    _D.APPEAL_UNDER_REVIEW: _DECIDED,
    _D.WARNING_CLOSED: frozenset(),
    _D.PREVENTED: frozenset(),
    _D.WON: frozenset({_D.LOST}),  # the bank may come back on it
}
# Of Stripe's events, these kinds move something in our books, or may.
TOLD_OF = (
    "payment_intent.",
    "charge.",
    "refund.",
    "terminal.reader.action_",
    "payout.",
)
_ADDRESS = re.compile(r"(.+),([^,]+),? ([A-Z]{2}),? ([0-9]{5}(?:-[0-9]{4})?)")
LEAST_CENTS = 50  # Stripe's minimum for a charge in US dollars
MOST_CENTS = 99_999_999  # and its maximum
RECONCILER = "reconciliation"  # who closes a difference that is gone by itself

NEEDS_A_CARD = "requires_payment_method"
# Stripe's words for an intent, in ours. "processing" is a reader's or a bank's work in progress.
_STATUS_OF_INTENT: Mapping[str, PaymentStatus] = {
    NEEDS_A_CARD: _P.FAILED,
    "requires_confirmation": _P.PENDING,
    "requires_action": _P.FAILED,  # a bank that wants to see its customer: not at a counter
    "processing": _P.PROCESSING,
    "requires_capture": _P.AUTHORIZED,
    "succeeded": _P.CAPTURED,
    "canceled": _P.CANCELED,
}
_STATUS_OF_REFUND: Mapping[str, RefundStatus] = {
    "pending": _R.PENDING,
    "requires_action": _R.PENDING,
    "succeeded": _R.SUCCEEDED,
    "failed": _R.FAILED,
    "canceled": _R.FAILED,
}


def settle(
    total_cents: int,
    tenders: Sequence[Tender],
    *,
    gift_cards_cents: int = 0,
    rounds_cash: bool = False,
) -> Settlement:
    """Cover a total. Change comes out of cash alone; `rounds_cash` where there are no pennies.

    `gift_cards_cents` of the total are for gift cards that are sold; other gift cards and store
    credit pay for goods only, or whoever has a stolen one would turn it into one of their own.

    Raises:
        TenderInsufficient: with `missing_cents`, what is still owed.
        TenderExcess: cards and gift cards alone would pay more than the total.
        StoredValueBuysGoodsOnly: gift cards and store credit would pay more than the goods.
    """
    cashless = sum(tender.amount_cents for tender in tenders if tender.kind is not TenderKind.CASH)
    if cashless > total_cents:
        raise TenderExcess(
            f"The cards pay {format_cents(cashless)}, the order is {format_cents(total_cents)}.",
            total_cents=total_cents,
        )
    stored = sum(tender.amount_cents for tender in tenders if tender.kind.is_stored_value)
    if stored > total_cents - gift_cards_cents:
        raise StoredValueBuysGoodsOnly(
            f"{format_cents(gift_cards_cents)} of it are for gift cards: take cash or a card.",
            gift_cards_cents=gift_cards_cents,
        )
    rounding = round_sale(total_cents, tenders) if rounds_cash else 0
    if rounding and not tenders:
        tenders = [Tender(TenderKind.CASH, 0)]  # by which its goods may come back
    change = sum(tender.amount_cents for tender in tenders) - total_cents - rounding
    if change < 0:
        raise TenderInsufficient(
            f"{format_cents(-change)} of {format_cents(total_cents)} is missing.",
            total_cents=total_cents,
            missing_cents=-change,
        )
    return Settlement(tuple(tenders), change, rounding)


def parts_of_address(address: str) -> Address:
    """A store's address in the parts that Stripe asks for, as far as they can be told apart.

    Understood is "street, city, FL 33301", on one line or several; anything else is the street.
    """
    found = _ADDRESS.fullmatch(" ".join(address.replace("\n", ", ").split()))
    if found is None:
        return Address(address.strip(), "", "", "")
    return Address(*(part.strip(" ,") for part in found.groups()))


def sources_of(target: PaymentStatus) -> list[str]:
    """From which stored statuses a payment may come to `target`."""
    return [source.value for source, targets in PAYMENT_MOVES.items() if target in targets]


def refund_sources_of(target: RefundStatus) -> list[str]:
    """From which stored statuses a refund may come to `target`."""
    return [source.value for source, targets in REFUND_MOVES.items() if target in targets]


def moves_something(notice: Notice) -> bool:
    """Whether an event speaks of what has its place in our books.

    A fresh intent has none yet: between its making and its confirmation it looks like one whose
    card was declined.
    """
    return notice.type.startswith(TOLD_OF) and notice.type != "payment_intent.created"


def dispute_sources_of(target: DisputeStatus) -> list[str]:
    """From which stored statuses a dispute may come to `target`."""
    return [source.value for source, targets in DISPUTE_MOVES.items() if target in targets]


def status_of_intent(intent: Intent) -> PaymentStatus:
    """Where Stripe says a payment stands.

    An intent that waits for its first card at a reader looks like one whose card was declined, but
    for the error: it is still to come. Whether a reader is at work on it, it does not say.

    Raises:
        KeyError: a status that the pinned version of the API does not have.
    """
    if intent.is_at_reader and intent.status == NEEDS_A_CARD and not intent.decline_code:
        return PaymentStatus.PENDING
    return _STATUS_OF_INTENT[intent.status]


def status_of_refund(refund: StripeRefund) -> RefundStatus:
    """Where Stripe says a refund stands.

    Raises:
        KeyError: a status that the pinned version of the API does not have.
    """
    return _STATUS_OF_REFUND[refund.status]


def status_after_refunds(captured_cents: int, refunded_cents: int) -> PaymentStatus:
    """What a captured payment is called when so much of it has gone back."""
    if not refunded_cents:
        return PaymentStatus.CAPTURED
    if refunded_cents < captured_cents:
        return PaymentStatus.PARTIALLY_REFUNDED
    return PaymentStatus.REFUNDED


def next_refund_id(failed_id: UUID) -> UUID:
    """The id of the refund that takes the place of one that failed, whoever asks for it."""
    return uuid.uuid5(failed_id, "again")


def refund_id_of_void(payment_id: UUID) -> UUID:
    """The id of the refund by which a void gives a card back what it paid; there is one of it."""
    return uuid.uuid5(payment_id, "void")


def refund_id_of(return_id: UUID, payment_id: UUID) -> UUID:
    """The id of the refund by which a return gives a card its part back."""
    return uuid.uuid5(return_id, str(payment_id))
