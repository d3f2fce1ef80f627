"""The tables of money taken: payments, drawers, readers, what Stripe told us, what was compared."""

from apps.payments.models.books import BalanceEntry, Difference, Payout, Reconciliation
from apps.payments.models.drawers import CashMovement, DrawerCount, Shift
from apps.payments.models.news import Dispute, StripeEvent
from apps.payments.models.paying import Attempt, Payment, Refund, Tender
from apps.payments.models.readers import Location, Reader
from apps.payments.models.stored_value import StoredValueAccount, StoredValueEntry

__all__ = [
    "Attempt",
    "BalanceEntry",
    "CashMovement",
    "Difference",
    "Dispute",
    "DrawerCount",
    "Location",
    "Payment",
    "Payout",
    "Reader",
    "Reconciliation",
    "Refund",
    "Shift",
    "StoredValueAccount",
    "StoredValueEntry",
    "StripeEvent",
    "Tender",
]
