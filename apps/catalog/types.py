"""What a till knows of a product."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from apps.stores.types import BeverageType, TaxClass


class EditionState(StrEnum):
    """What was done with an edition of the price books. The clock says the rest."""

    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    ROLLED_BACK = "ROLLED_BACK"


@dataclass(frozen=True, slots=True)
class PricePoint:
    """A price per base unit from an instant on, until the next point's.

    `edition` is the code of the edition that it was published with; empty of any other price.
    """

    starts_at: datetime
    price_cents: int
    edition: str = ""


@dataclass(frozen=True, slots=True)
class ModifierChoice:
    """Something a customer may add to a product, and what it adds to the price."""

    id: int
    name: str
    price_cents: int


@dataclass(frozen=True, slots=True)
class ModifierGroup:
    """Choices that go together: at least `minimum` and at most `maximum` of them."""

    id: int
    name: str
    minimum: int
    maximum: int
    choices: tuple[ModifierChoice, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A product as one store sells it. Prices are per base unit: one bottle, one cup."""

    id: int
    sku: str
    name: str
    category: str
    category_id: int
    beverage: BeverageType
    tax_class: TaxClass
    minimum_age: int
    volume_ml: int | None
    abv_percent: Decimal | None
    is_active: bool
    tracks_stock: bool
    barcodes: tuple[tuple[str, int], ...]
    price_book: str
    prices: tuple[PricePoint, ...]
    modifier_groups: tuple[ModifierGroup, ...]

    def price_at(self, now: datetime) -> int | None:
        """Cents per base unit in force at an instant; None where the store has no price yet."""
        point = self.point_at(now)
        return None if point is None else point.price_cents

    def point_at(self, now: datetime) -> PricePoint | None:
        """The price in force at an instant, with where it came from; None where there is none."""
        in_force = None
        for point in self.prices:
            if point.starts_at > now:
                break
            in_force = point
        return in_force

    def coming(self, now: datetime) -> tuple[PricePoint, ...]:
        """The prices that have not begun, the soonest first."""
        return tuple(point for point in self.prices if point.starts_at > now)


@dataclass(frozen=True, slots=True)
class Scanned:
    """A product found by its barcode: the pack that was scanned, and the scale's price if any."""

    item: Item
    gtin: str
    pack_size: int
    price_cents: int | None = None
