"""Figures that a manager reads."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from apps.core.money import round_half_up

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date


@dataclass(frozen=True, slots=True)
class StoreDay:
    """One store's business day."""

    store_id: int
    name: str
    timezone: str
    day: date
    day_end_hour: int


@dataclass(frozen=True, slots=True)
class CashierExceptions:
    """What one cashier did out of the ordinary, by action of the audit, against what they sold."""

    name: str
    sales: int
    counts: Mapping[str, int]
    amount_cents: int

    @property
    def count(self) -> int:
        """All of them together."""
        return sum(self.counts.values())

    @property
    def per_hundred(self) -> Decimal:
        """Exceptions per hundred sales, to one decimal; of nobody who sold nothing, all of them."""
        return (Decimal(100 * self.count) / max(self.sales, 1)).quantize(Decimal("0.1"))


@dataclass(frozen=True, slots=True)
class DayFigures:
    """What was sold on a day, voids left out, and in cents what it came to after returns.

    Sales are before tax and tips; a return lessens them, and the tax, on the day it is made.
    """

    orders: int
    sales_cents: int
    tax_cents: int
    units: int
    voids: int

    @property
    def average_cents(self) -> int:
        """Per order; nothing where there is none."""
        return round_half_up(Decimal(self.sales_cents) / self.orders) if self.orders else 0


@dataclass(frozen=True, slots=True)
class BestSeller:
    """A product and what it brought on a day."""

    product_id: int
    name: str
    units: int
    sales_cents: int


@dataclass(frozen=True, slots=True)
class Takings:
    """What was taken for sales, in cents: with tax and tips, less change and what went back."""

    cash_cents: int = 0
    card_cents: int = 0

    @property
    def total_cents(self) -> int:
        """Both together."""
        return self.cash_cents + self.card_cents


@dataclass(frozen=True, slots=True)
class CardTroubles:
    """The card payments of a day that came to nothing, or nobody knows to what."""

    tried: int
    declined: int  # by the customer's bank
    failed: int  # for any other reason
    unknown: int
    reasons: tuple[tuple[str, int], ...]  # decline codes, the most frequent first
