"""Cash without pennies (Florida, SB 1074 of 2026): what is paid in cash, to the next five cents.

Only the part of a sale that cash settles is rounded, after tax, which stays as it is. The
difference has a field of its own with the order or the return, and its own line on the Z.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.core.money import round_to_nickel
from apps.payments.types import TenderKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apps.payments.types import Tender

MOST_ROUNDED_CENTS = 2


def keep_of_cash(cash_cents: int, due_cents: int) -> int:
    """How much of the cash handed over is kept for what is due; more than there is, if it lacks.

    Whoever has the exact amount may pay it, and nobody is asked for more who paid what they owe.
    """
    kept = round_to_nickel(due_cents)
    return due_cents if cash_cents == due_cents or due_cents <= cash_cents < kept else kept


def round_sale(total_cents: int, tenders: Sequence[Tender]) -> int:
    """What a sale's customer pays more (or, negative, less) than the total, because of cash."""
    cash_cents = sum(tender.amount_cents for tender in tenders if tender.kind is TenderKind.CASH)
    others = sum(tender.amount_cents for tender in tenders if tender.kind is not TenderKind.CASH)
    due_cents = total_cents - others
    if cash_cents <= 0 or due_cents <= 0:
        return 0
    return keep_of_cash(cash_cents, due_cents) - due_cents


def round_return(parts: Sequence[Tender]) -> int:
    """What a return hands back more (or, negative, less) than its cash part is worth."""
    cash_cents = sum(part.amount_cents for part in parts if part.kind is TenderKind.CASH)
    return round_to_nickel(cash_cents) - cash_cents
