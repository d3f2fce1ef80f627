"""The tables of money taken: payments, readers, what Stripe told us, and what was compared."""

from apps.payments.models.books import BalanceEntry, Difference, Payout, Reconciliation
from apps.payments.models.news import Dispute, StripeEvent
from apps.payments.models.paying import Attempt, Payment, Refund, Tender
from apps.payments.models.readers import Location, Reader

__all__ = [
    "Attempt",
    "BalanceEntry",
    "Difference",
    "Dispute",
    "Location",
    "Payment",
    "Payout",
    "Reader",
    "Reconciliation",
    "Refund",
    "StripeEvent",
    "Tender",
]
