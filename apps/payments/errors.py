"""Refusals of tenders."""

from __future__ import annotations

from apps.core.errors import DomainError, Kind


class TenderInsufficient(DomainError):
    code = "tender-insufficient"
    title = "The tenders do not cover the total"


class TenderExcess(DomainError):
    code = "tender-excess"
    title = "More than the total cannot be taken from a card"


class PaymentNotCapturable(DomainError):
    code = "payment-not-capturable"
    title = "There is no authorised payment of that id for this order"
    kind = Kind.CONFLICT


class PaymentUnknown(DomainError):
    code = "payment-unknown"
    title = "The store has no payment of that id"
    kind = Kind.NOT_FOUND


class PaymentExists(DomainError):
    code = "payment-exists"
    title = "Another payment has this id"
    kind = Kind.CONFLICT


class PaymentStateConflict(DomainError):
    code = "payment-state-conflict"
    title = "The payment is not in a state for this"
    kind = Kind.CONFLICT


class RefundExceedsCaptured(DomainError):
    code = "refund-exceeds-captured"
    title = "More than was captured cannot be refunded"
    kind = Kind.CONFLICT


class RefundExists(DomainError):
    code = "refund-exists"
    title = "Another refund has this id"
    kind = Kind.CONFLICT


class CardsNotTaken(DomainError):
    code = "cards-not-taken"
    title = "This shop takes cash only"
    kind = Kind.CONFLICT


class CardsBusy(DomainError):
    code = "cards-busy"
    title = "The card network does not answer at the moment"
    kind = Kind.BUSY
