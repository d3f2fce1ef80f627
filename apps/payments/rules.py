"""Whether the tenders cover the total, and what change is due."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.core.money import format_cents
from apps.payments.errors import TenderExcess, TenderInsufficient
from apps.payments.types import Settlement, TenderKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apps.payments.types import Tender


def settle(total_cents: int, tenders: Sequence[Tender]) -> Settlement:
    """Cover a total. Change comes out of cash alone.

    Raises:
        TenderInsufficient: with `missing_cents`, what is still owed.
        TenderExcess: cards alone would pay more than the total.
    """
    by_card = sum(tender.amount_cents for tender in tenders if tender.kind is TenderKind.CARD)
    if by_card > total_cents:
        raise TenderExcess(
            f"The cards pay {format_cents(by_card)}, the order is {format_cents(total_cents)}.",
            total_cents=total_cents,
        )
    change = sum(tender.amount_cents for tender in tenders) - total_cents
    if change < 0:
        raise TenderInsufficient(
            f"{format_cents(-change)} of {format_cents(total_cents)} is missing.",
            total_cents=total_cents,
            missing_cents=-change,
        )
    return Settlement(tuple(tenders), change)
