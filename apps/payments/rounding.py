"""Cash without pennies (Florida, SB 1074 of 2026): what is paid in cash, to the next five cents.

Only the part of a sale that cash settles is rounded, after tax, which stays as it is. The
difference has a field of its own with the order or the return, and its own line on the Z.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from apps.core.money import round_to_nickel
from apps.payments.types import TenderKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apps.payments.types import Tender

MOST_ROUNDED_CENTS = 2  # of a sale
MOST_ROUNDED_BACK_CENTS = 2 * MOST_ROUNDED_CENTS  # of a return: its own, and what earlier ones had


@dataclass(frozen=True, slots=True)
class CashOfOrder:
    """The cash of an order so far: what was due and paid, what came back was worth and had."""

    due_cents: int
    paid_cents: int
    worth_cents: int = 0
    handed_cents: int = 0


def keep_of_cash(cash_cents: int, due_cents: int) -> int:
    """How much of the cash handed over is kept for what is due; more than there is, if it lacks.

    Whoever has the exact amount may pay it, and nobody is asked for more who paid what they owe.
    """
    kept = round_to_nickel(due_cents)
    return due_cents if cash_cents == due_cents or due_cents <= cash_cents < kept else kept


def round_sale(total_cents: int, tenders: Sequence[Tender]) -> int:
    """What a sale's customer pays more (or, negative, less) than the total, because of cash.

    A cent or two that are due in cash are nothing: a tender of no cash pays them, or no tender at
    all. What cards leave is due in cash only where a tender of cash says so.
    """
    cash = [tender.amount_cents for tender in tenders if tender.kind is TenderKind.CASH]
    others = sum(tender.amount_cents for tender in tenders if tender.kind is not TenderKind.CASH)
    cash_cents, due_cents = sum(cash), total_cents - others
    if due_cents <= 0 or (tenders and not cash):
        return 0
    if not cash_cents and round_to_nickel(due_cents):
        return 0
    return keep_of_cash(cash_cents, due_cents) - due_cents


def round_return(cash_cents: int, so_far: CashOfOrder, *, rounds_cash: bool) -> int:
    """What a return hands back more (or, negative, less) than its cash part of `cash_cents`.

    All returns of an order are rounded as one: however many there are, the last one brings what was
    handed back to what was paid (by then to the nickel, where there are no pennies).
    """
    if not cash_cents:
        return 0
    worth = so_far.worth_cents + cash_cents
    whole = so_far.paid_cents if worth == so_far.due_cents else worth
    handed = round_to_nickel(whole) if rounds_cash else min(whole, so_far.paid_cents)
    return max(handed - so_far.handed_cents, 0) - cash_cents
