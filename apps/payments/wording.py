"""Money in the words of a shop: where a payment stands, why a card was declined, what differs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.timesince import timesince

from apps.core.money import format_cents
from apps.payments.types import (
    CAME_TO_NOTHING,
    TAKEN,
    DifferenceKind,
    DisputeStatus,
    PaymentStatus,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from apps.payments.models import Dispute, Payment, Reconciliation

# Why a bank says no, by Stripe's codes (docs.stripe.com/declines/codes), as one tells a customer.
_DECLINES: Mapping[str, str] = {
    "approve_with_id": "The bank could not be reached; try the card again",
    "authentication_required": "The bank wants to see a PIN or a code",
    "card_declined": "The bank said no and gave no reason",
    "card_not_supported": "The card does not allow this purchase",
    "card_velocity_exceeded": "The card is over its limit",
    "do_not_honor": "The bank said no and gave no reason",
    "expired_card": "The card has expired",
    "fraudulent": "Stripe held the payment for fraud",
    "generic_decline": "The bank said no and gave no reason",
    "incorrect_cvc": "The security code is wrong",
    "incorrect_pin": "The PIN is wrong",
    "insufficient_funds": "There is not enough money on the card",
    "invalid_account": "The card's account does not work",
    "lost_card": "The card was reported lost",
    "online_or_offline_pin_required": "The card wants its PIN",
    "pickup_card": "The bank wants the card back",
    "requires_action": "The bank wants to see its customer",
    "stolen_card": "The card was reported stolen",
    "withdrawal_count_limit_exceeded": "The card is over its limit",
}
# What else ends a payment before a bank was asked, or without its word.
_FAILURES: Mapping[str, str] = {
    "customer_canceled": "The customer pressed cancel on the reader",
    "processing_error": "The bank could not process the card; try again",
    "reader_not_asked": "The reader was never asked for the card",
    "reader_not_waiting": "The reader was cleared before a card came",
    "refused": "Stripe refused to ask the bank",
    "requires_payment_method": "No card was taken",
    "terminal_reader_busy": "The reader was busy with somebody else",
    "terminal_reader_offline": "The reader is offline",
    "terminal_reader_timeout": "The reader did not answer",
}
_STANDINGS: Mapping[PaymentStatus, str] = {
    PaymentStatus.PENDING: "Stripe is being asked. Nothing is known to have happened yet.",
    PaymentStatus.PROCESSING: "A reader is taking the card.",
    PaymentStatus.UNKNOWN: (
        "Stripe was asked and did not answer: the money may have moved or not. Stripe is asked"
        " again until it answers. Do not charge the card a second time meanwhile."
    ),
    PaymentStatus.CAPTURED: "{taken} was taken from the card.",
    PaymentStatus.PARTIALLY_REFUNDED: "{taken} was taken from the card; {back} of it went back.",
    PaymentStatus.REFUNDED: "{taken} was taken from the card, and all of it went back.",
    PaymentStatus.FAILED: "Nothing was taken. {why}.",
    PaymentStatus.CANCELED: "Nothing was taken: the hold on the card was let go.",
}

_TAKEN: Mapping[PaymentStatus, str] = {
    PaymentStatus.PENDING: "Stripe is being asked",
    PaymentStatus.PROCESSING: "a reader is taking it",
    PaymentStatus.UNKNOWN: "not known whether taken",
    PaymentStatus.AUTHORIZED: "held, not taken yet",
    PaymentStatus.CAPTURED: "taken",
    PaymentStatus.PARTIALLY_REFUNDED: "taken, some of it went back",
    PaymentStatus.REFUNDED: "taken, all of it went back",
    PaymentStatus.FAILED: "failed: not taken",
    PaymentStatus.CANCELED: "let go: not taken",
}
# Why an order is without its money, for whoever has to see to it.
_MISSING: Mapping[PaymentStatus, str] = {
    PaymentStatus.FAILED: "Nothing was taken from the card: {why}.",
    PaymentStatus.CANCELED: "Nothing was taken: the hold on the card was let go.",
}
_PAY_AGAIN = "Nothing is held any more: the customer has to pay again, or void the sale."
_PAY_REST = "The rest is held no more: the customer has to pay it otherwise, or void the sale."

# What a bank says of its customer's complaint (docs.stripe.com/disputes/categories).
_COMPLAINTS: Mapping[str, str] = {
    "credit_not_processed": "The customer says that a refund they were promised never came",
    "duplicate": "The customer says that they were charged twice",
    "fraudulent": "The customer says that they did not pay with their card",
    "general": "The bank gives no reason",
    "product_not_received": "The customer says that they did not get what they paid for",
    "product_unacceptable": "The customer says that what they got was not as it should be",
    "unrecognized": "The customer does not recognise the charge",
}
_DASHBOARD = "Answer the bank at Stripe's dashboard"
_DISPUTES: Mapping[DisputeStatus, str] = {
    DisputeStatus.WARNING_NEEDS_RESPONSE: (
        _DASHBOARD + "{before}. It only asks so far; without an answer it may take the money back."
    ),
    DisputeStatus.WARNING_UNDER_REVIEW: "The bank has our answer and looks into it. Wait.",
    DisputeStatus.WARNING_CLOSED: "It is over: the bank asked, and took nothing.",
    DisputeStatus.NEEDS_RESPONSE: _DASHBOARD + "{before}. Without an answer the money is lost.",
    DisputeStatus.UNDER_REVIEW: "The bank has our answer and decides. Wait.",
    DisputeStatus.WON: "It is over, and won: the money is ours.",
    DisputeStatus.LOST: "It is over, and lost: the bank has the money. Do not refund it as well.",
    DisputeStatus.PREVENTED: "It is over before it began. Nothing is to be done.",
    DisputeStatus.APPEAL_NEEDS_RESPONSE: (
        _DASHBOARD + "{before}: it was taken up anew. Without an answer the money is lost."
    ),
    DisputeStatus.APPEAL_UNDER_REVIEW: "The bank has our answer and decides anew. Wait.",
}
_SETTLED = frozenset(
    {
        DisputeStatus.WARNING_CLOSED,
        DisputeStatus.WON,
        DisputeStatus.LOST,
        DisputeStatus.PREVENTED,
    }
)

# What a difference means, and what to do about it; nowhere else is it said.
DIFFERENCES: Mapping[DifferenceKind, tuple[str, str]] = {
    DifferenceKind.FOREIGN_CHARGE: (
        "Stripe took money of which nothing stands in our books.",
        (
            "Find out who charged it: another program with the same key, or somebody at Stripe's"
            " dashboard. If nobody owes it, send it back there."
        ),
    ),
    DifferenceKind.FOREIGN_REFUND: (
        "Stripe sent money back, and nobody here asked for it.",
        (
            "Ask who refunded it at Stripe's dashboard. If goods came back, take them back at a"
            " till."
        ),
    ),
    DifferenceKind.MISSING_CAPTURE: (
        "The order was sold, but the money was not taken from the card.",
        (
            "Press Capture on the payment. If the hold on the card has lapsed, the customer has to"
            " pay again."
        ),
    ),
    DifferenceKind.MISSING_REFUND: (
        "We say that money went back; Stripe does not show it.",
        (
            "The customer may be without their money. Look at the refund, and refund again if it"
            " failed."
        ),
    ),
    DifferenceKind.AMOUNT_DIFFERS: (
        "Stripe's amount is not ours.",
        (
            "Compare the receipt with the payment at Stripe's dashboard. Refund what was taken too"
            " much."
        ),
    ),
    DifferenceKind.ORPHAN_AUTHORIZATION: (
        "Money is held on a card, and no order is there for it.",
        "Press Let go on the payment, so that the customer can use their money again.",
    ),
    DifferenceKind.NO_ORDER: (
        "Money was taken, and nothing was sold for it.",
        (
            "The till can still place the order that this payment was made for. If it will not,"
            " refund the payment."
        ),
    ),
    DifferenceKind.EXPIRING: (
        "The order's money is held and not taken, and the hold will lapse soon.",
        "Press Capture on the payment before it expires.",
    ),
    DifferenceKind.PAYOUT_DIFFERS: (
        "A payout is not the sum of what it should hold.",
        (
            "Compare the payout's page with Stripe's dashboard; tell Stripe's support which line is"
            " missing."
        ),
    ),
}


def is_decline(code: str) -> bool:
    """Whether it was the customer's bank that said no."""
    return code in _DECLINES


def say_decline(code: str) -> str:
    """Why a card was not taken; a code that nobody has put into words is shown as it is."""
    return _DECLINES.get(code) or _FAILURES.get(code) or code.replace("_", " ").capitalize()


def say_card(payment: Payment) -> str:
    """The card as it stands on a receipt."""
    brand = payment.card_brand.replace("_", " ").title() or "a card"
    return f"{brand} ending in {payment.card_last4}" if payment.card_last4 else brand


def name_card(payment: Payment) -> str:
    """The card in as few letters as a narrow column has room for: "Visa ...4242"."""
    brand = payment.card_brand.replace("_", " ").title() or "Card"
    return f"{brand} ...{payment.card_last4}" if payment.card_last4 else brand


def say_standing(payment: Payment, missing: int) -> str:
    """Where the money of a payment stands, in a sentence or two; `missing` cents are to come."""
    status = PaymentStatus(payment.status)
    if status is PaymentStatus.AUTHORIZED:
        return _say_held(payment)
    standing = _MISSING.get(status, _STANDINGS[status]) if missing else _STANDINGS[status]
    said = standing.format(
        taken=format_cents(payment.captured_cents),
        back=format_cents(payment.refunded_cents),
        why=say_decline(payment.decline_code or "refused"),
    )
    return (
        f"{_say_missing(payment, missing)} {said} {_remedy(payment, missing)}".rstrip()
        if missing
        else said
    )


def _say_missing(payment: Payment, missing: int) -> str:
    due, status = payment.tendered_cents or 0, PaymentStatus(payment.status)
    if status not in TAKEN and status not in _MISSING:
        return f"An order was sold for {format_cents(due)} on this payment."
    part = "all of it" if missing == due else f"{format_cents(missing)} of it"
    return f"An order was sold for {format_cents(due)} on this payment, and {part} is missing."


def _remedy(payment: Payment, missing: int) -> str:
    """What to do about missing money; nothing where Stripe is being asked."""
    if payment.status not in TAKEN | CAME_TO_NOTHING:
        return ""
    return _PAY_AGAIN if missing == payment.tendered_cents else _PAY_REST


def _say_held(payment: Payment) -> str:
    held = format_cents(payment.authorized_cents)
    if payment.released_at:
        return f"{held} is held on the card. Its order was voided: it is being let go."
    if payment.tendered_at:
        due = format_cents(payment.tendered_cents or payment.authorized_cents)
        return (
            f"{held} is held on the card, and not taken yet. An order was sold on it and takes"
            f" {due}: that is done by itself; if it is not within minutes, press Capture."
        )
    return f"{held} is held on the card, and nothing is sold for it yet."


def say_taken(payment: Payment) -> str:
    """Whether the money of an order's card is really here, and how much if not all, in short."""
    said, due = _TAKEN[PaymentStatus(payment.status)], payment.tendered_cents or 0
    if payment.status in TAKEN and payment.captured_cents < due:
        return f"only {format_cents(payment.captured_cents)} of {format_cents(due)} {said}"
    return said


def say_complaint(reason: str) -> str:
    """Why a bank disputes a charge; a reason nobody has put into words is shown as it is."""
    return _COMPLAINTS.get(reason) or reason.replace("_", " ").capitalize()


def say_dispute(dispute: Dispute) -> str:
    """What to do about a dispute, and whether a refund may be made."""
    status, due = DisputeStatus(dispute.status), dispute.evidence_due_at
    before = f" before {timezone.localtime(due):%b %-d, %Y %H:%M}" if due else ""
    advice = _DISPUTES[status].format(before=before)
    if status in _SETTLED:
        return advice
    if dispute.is_charge_refundable:
        return f"{advice} A refund can still be made, and may end it."
    return f"{advice} No refund can be made meanwhile."


def say_compared(last: Reconciliation | None, *, now: datetime) -> str:
    """When Stripe's books were compared with ours last, and what came of it."""
    if last is None or last.finished_at is None:
        return "The books have not been compared yet."
    ago = timesince(last.finished_at, now, depth=1)
    payments = _number(last.payments_read, "payment")
    return f"Compared {ago} ago, {payments}, {_number(last.differences_found, 'difference')}."


def _number(count: int, thing: str) -> str:
    """No payment, 1 payment, 1,204 payments."""
    return f"{count:,} {thing}s" if count > 1 else f"{count or 'no'} {thing}"
