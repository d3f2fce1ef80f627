"""Refusals of tenders."""

from __future__ import annotations

from apps.core.errors import DomainError, Kind, SignatureInvalid


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


class RefundExceedsTender(DomainError):
    code = "refund-exceeds-tender"
    title = "More cannot go back this way than came in"
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


class WebhooksNotSetUp(DomainError):
    code = "webhooks-not-set-up"
    title = "Stripe's events cannot be told from forged ones yet"
    kind = Kind.BUSY


class WebhookNotSigned(SignatureInvalid):
    kind = Kind.MALFORMED


class DifferenceClosed(DomainError):
    code = "difference-closed"
    title = "The difference was closed before"
    kind = Kind.CONFLICT


class StripeSilent(DomainError):
    code = "stripe-silent"
    title = "Stripe does not answer at the moment"
    kind = Kind.BUSY


class ReaderUnknown(DomainError):
    code = "reader-unknown"
    title = "The store has no card reader of that id"
    kind = Kind.NOT_FOUND


class ReaderRegistrationRefused(DomainError):
    code = "reader-registration-refused"
    title = "Stripe did not register the card reader"


class ShiftNotOpen(DomainError):
    code = "shift-not-open"
    title = "No shift is open at this till"
    kind = Kind.CONFLICT


class ShiftUnknown(DomainError):
    code = "shift-unknown"
    title = "There is no such shift"
    kind = Kind.NOT_FOUND


class ShiftAlreadyOpen(DomainError):
    code = "shift-already-open"
    title = "A shift is open at this till already"
    kind = Kind.CONFLICT


class ShiftExists(DomainError):
    code = "shift-exists"
    title = "Another shift has this id"
    kind = Kind.CONFLICT


class CashMovementExists(DomainError):
    code = "cash-movement-exists"
    title = "Another cash movement has this id"
    kind = Kind.CONFLICT


class DenominationUnknown(DomainError):
    code = "denomination-unknown"
    title = "The currency has no such coin or note"


class RecountRequired(DomainError):
    code = "recount-required"
    title = "The drawer must be counted once more"
    kind = Kind.CONFLICT


class StoredValueCodeInvalid(DomainError):
    code = "stored-value-code-invalid"
    title = "This is no code of a gift card or store credit"


class StoredValueUnknown(DomainError):
    code = "stored-value-unknown"
    title = "No gift card or store credit has this code"


class StoredValueFrozen(DomainError):
    code = "stored-value-frozen"
    title = "The gift card or store credit is frozen"
    kind = Kind.CONFLICT


class StoredValueInsufficient(DomainError):
    code = "stored-value-insufficient"
    title = "There is less on the gift card or store credit"
    kind = Kind.CONFLICT


class StoredValueCurrencyDiffers(DomainError):
    code = "stored-value-currency-differs"
    title = "The gift card or store credit is in another currency"


class StoredValueBuysGoodsOnly(DomainError):
    code = "stored-value-buys-goods-only"
    title = "A gift card cannot be paid for with a gift card or store credit"


class StoredValueAccountUnknown(DomainError):
    code = "stored-value-account-unknown"
    title = "There is no such gift card or store credit"
    kind = Kind.NOT_FOUND


class StoredValueStateConflict(DomainError):
    code = "stored-value-state-conflict"
    title = "The gift card or store credit is in this state already"
    kind = Kind.CONFLICT


class StoredValueTooMuch(DomainError):
    code = "stored-value-too-much"
    title = "No gift card may hold that much"
