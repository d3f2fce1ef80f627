"""Figures that a manager reads."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from apps.core.money import round_half_up

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True)
class StoreDay:
    """One store's business day."""

    store_id: int
    name: str
    timezone: str
    day: date


@dataclass(frozen=True, slots=True)
class DayFigures:
    """What was sold on a day, voids left out. Amounts in cents; sales are before tax and tips."""

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
