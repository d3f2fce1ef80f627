"""What a promotion says, what it is applied to, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from apps.stores.types import BeverageType


class PromotionKind(StrEnum):
    """How a promotion saves money."""

    PERCENT_OFF = "PERCENT_OFF"
    AMOUNT_OFF = "AMOUNT_OFF"
    FIXED_PRICE = "FIXED_PRICE"
    N_FOR_PRICE = "N_FOR_PRICE"
    BUY_GET = "BUY_GET"
    MIXED_CASE = "MIXED_CASE"
    CASE = "CASE"
    SALE_AMOUNT_OFF = "SALE_AMOUNT_OFF"


class PromotionState(StrEnum):
    """Where a promotion stands. Only a live one is ever applied."""

    DRAFT = "DRAFT"
    LIVE = "LIVE"
    WITHDRAWN = "WITHDRAWN"


UNIT_KINDS = frozenset(
    {PromotionKind.PERCENT_OFF, PromotionKind.AMOUNT_OFF, PromotionKind.FIXED_PRICE}
)
GROUP_KINDS = frozenset(
    {
        PromotionKind.N_FOR_PRICE,
        PromotionKind.BUY_GET,
        PromotionKind.MIXED_CASE,
        PromotionKind.CASE,
    }
)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which products: any that is named in one of the three ways, all where none is, less some."""

    products: frozenset[int] = frozenset()
    categories: frozenset[int] = frozenset()
    beverages: frozenset[BeverageType] = frozenset()
    excluded: frozenset[int] = frozenset()

    def takes(self, product_id: int, category_id: int, beverage: BeverageType) -> bool:
        """Whether a product is among them."""
        if product_id in self.excluded:
            return False
        if not (self.products or self.categories or self.beverages):
            return True
        return (
            product_id in self.products
            or category_id in self.categories
            or beverage in self.beverages
        )


@dataclass(frozen=True, slots=True)
class Schedule:
    """When: from an instant until before another, on some weekdays, within a span of local time.

    Minutes are counted from midnight. A span whose end is not after its beginning runs past
    midnight, and belongs to the day on which it begins. No weekdays means every day, no minutes
    the whole day.
    """

    starts_at: datetime
    ends_at: datetime | None = None
    weekdays: frozenset[int] = frozenset()  # Monday is 0
    from_minute: int | None = None
    until_minute: int | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """The figures of a promotion. Which of them count depends on its kind.

    `basis_points` are hundredths of a percent. `units` is the n of a group, or the x that have to
    be bought; `get_units` are the y that come with them; `limit` is how many groups one sale may
    have; `from_cents` is what the sale must come to at shelf prices.
    """

    basis_points: int = 0
    amount_cents: int = 0
    units: int = 0
    get_units: int = 0
    limit: int | None = None
    from_cents: int = 0

    @property
    def group(self) -> int:
        """How many units make one group."""
        return self.units + self.get_units


@dataclass(frozen=True, slots=True)
class Promotion:
    """One version of a promotion, as a sale sees it. Weekdays and hours are the store's."""

    id: int
    code: str
    name: str
    kind: PromotionKind
    terms: Terms
    schedule: Schedule
    selection: Selection = Selection()
    version: int = 1
    coupon: str = ""
    for_employees: bool = False
    is_exclusive: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """A promotion as a manager writes it. What its kind has no use for is left empty.

    No stores means all of them. Percent, amounts, units and limit are those of `Terms`.
    """

    code: str
    name: str
    kind: PromotionKind
    schedule: Schedule
    selection: Selection = Selection()
    store_ids: frozenset[int] = frozenset()
    percent: Decimal | None = None
    amount_cents: int | None = None
    units: int | None = None
    get_units: int | None = None
    limit: int | None = None
    from_cents: int | None = None
    coupon: str = ""
    for_employees: bool = False
    is_exclusive: bool = False


@dataclass(frozen=True, slots=True)
class ShelfLine:
    """A line of a basket before its promotions. `key` tells lines of one basket apart.

    `unit_price_cents` is per unit of `quantity`, without modifiers. `floor_percent` is the least
    share of the shelf price that may be charged.
    """

    key: str
    product_id: int
    category_id: int
    beverage: BeverageType
    quantity: int
    pack_size: int
    unit_price_cents: int
    floor_percent: int = 0

    @property
    def shelf_cents(self) -> int:
        """What the line costs without promotions."""
        return self.quantity * self.unit_price_cents


@dataclass(frozen=True, slots=True)
class Applied:
    """What one promotion took off one line, and from how many of its base units."""

    promotion: Promotion
    amount_cents: int
    units: int


@dataclass(frozen=True, slots=True)
class LineDiscount:
    """All that came off one line, by promotion."""

    applied: tuple[Applied, ...] = ()
    discount_cents: int = field(default=0)
