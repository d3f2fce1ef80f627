"""Refusals of the sale."""

from __future__ import annotations

from apps.catalog.errors import BarcodeUnknown
from apps.core.errors import DomainError, Kind
from apps.stores.errors import ApprovalRequired


class LineBarcodeUnknown(BarcodeUnknown):
    """A barcode in an order that no active product has: the order is refused, not missing."""

    kind = Kind.INVALID


class ProductNotSellable(DomainError):
    code = "product-not-sellable"
    title = "A product cannot be sold here and now"


class ModifierInvalid(DomainError):
    code = "modifier-invalid"
    title = "The modifiers do not fit the product"


class PriceOverrideNeedsApproval(ApprovalRequired):
    """A price other than the lawful one; the answer names the action to be approved."""


class AgeCheckRequired(DomainError):
    code = "age-check-required"
    title = "The buyer's age must be checked"


class AgeCheckUnderage(DomainError):
    code = "age-check-underage"
    title = "The buyer is too young"


class AgeCheckExpiredDocument(DomainError):
    code = "age-check-expired-document"
    title = "The document has expired"


class AgeCheckUnreadable(DomainError):
    code = "age-check-unreadable"
    title = "The document could not be read"


class OutsideSellingHours(DomainError):
    code = "outside-selling-hours"
    title = "Alcohol may not be sold at this hour"


class TakenTooLongAgo(DomainError):
    code = "taken-too-long-ago"
    title = "The sale was made too long ago"


class TipTooMuch(DomainError):
    code = "tip-too-much"
    title = "Nobody tips that much"


class OrderExists(DomainError):
    code = "order-exists"
    title = "Another order has this id"
    kind = Kind.CONFLICT


class OrderUnknown(DomainError):
    code = "order-unknown"
    title = "There is no such order"
    kind = Kind.NOT_FOUND


class OrderNotVoidable(DomainError):
    code = "order-not-voidable"
    title = "The order cannot be voided any more"
    kind = Kind.CONFLICT


class OrderAlreadyVoided(DomainError):
    code = "order-voided"
    title = "The order was voided"
    kind = Kind.CONFLICT


class ReturnExceedsSold(DomainError):
    code = "return-exceeds-sold"
    title = "More cannot come back than was sold"
    kind = Kind.CONFLICT


class ReturnExists(DomainError):
    code = "return-exists"
    title = "Another return has this id"
    kind = Kind.CONFLICT


class ReturnLineUnknown(DomainError):
    code = "return-line-unknown"
    title = "The order has no such line"


class RefundMismatch(DomainError):
    code = "refund-mismatch"
    title = "The refund does not come to what is returned"


class ReturnNeedsApproval(ApprovalRequired):
    """A cashier cannot take goods back alone; the answer names the action to be approved."""


class VoidNeedsApproval(ApprovalRequired):
    """A cashier cannot void alone; the answer names the action to be approved."""


class ReturnPriceUnknown(DomainError):
    code = "return-price-unknown"
    title = "Nobody knows what the goods are worth"


class ReceiptCodeMisread(DomainError):
    code = "receipt-code-misread"
    title = "The receipt's barcode was misread"


class ParkedOrderExists(DomainError):
    code = "parked-order-exists"
    title = "Another parked order has this id"
    kind = Kind.CONFLICT


class ParkedOrderUnknown(DomainError):
    code = "parked-order-unknown"
    title = "There is no such parked order"
    kind = Kind.NOT_FOUND


class ParkedOrderResumed(DomainError):
    code = "parked-order-resumed"
    title = "The parked order was resumed already"
    kind = Kind.CONFLICT


class ReceiptFormatUnknown(DomainError):
    code = "receipt-format-unknown"
    title = "The receipt cannot be had in this format"
    kind = Kind.NOT_ACCEPTABLE


class ZNotWritten(DomainError):
    code = "z-not-written"
    title = "The shift has no Z report yet"
    kind = Kind.CONFLICT


class DayNotBegun(DomainError):
    code = "day-not-begun"
    title = "The business day lies in the future"


class DayAlreadyClosed(DomainError):
    code = "day-already-closed"
    title = "The business day is closed"
    kind = Kind.CONFLICT


class DayIncomplete(DomainError):
    code = "day-incomplete"
    title = "The business day lacks something"
    kind = Kind.CONFLICT


class EmployeePriceForbidden(DomainError):
    code = "employee-price-forbidden"
    title = "Who sells may not give the employee price"
    kind = Kind.FORBIDDEN


class EmailNotSetUp(DomainError):
    code = "email-not-set-up"
    title = "This installation cannot send e-mail"
    kind = Kind.CONFLICT


class EmailNotFailed(DomainError):
    code = "email-not-failed"
    title = "The receipt's e-mail has not failed"
    kind = Kind.CONFLICT


class EmailAddressForgotten(DomainError):
    code = "email-address-forgotten"
    title = "The customer's address is forgotten"
    kind = Kind.CONFLICT


class PrintJobExists(DomainError):
    code = "print-job-exists"
    title = "Another print job has this id"
    kind = Kind.CONFLICT


class PrintJobUnknown(DomainError):
    code = "print-job-unknown"
    title = "There is no such print job"
    kind = Kind.NOT_FOUND


class PrintJobLost(DomainError):
    code = "print-job-lost"
    title = "The print job is not yours any more"
    kind = Kind.CONFLICT


class PrintJobNotWaiting(DomainError):
    code = "print-job-not-waiting"
    title = "The print job does not wait any more"
    kind = Kind.CONFLICT
