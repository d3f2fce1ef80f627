"""The promotions of one store, ready for a sale: which run at an instant, and which take a product.

Made once per revision of the reference data and shared by all threads of a process.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from apps.catalog.promotions.types import PromotionKind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from apps.catalog.promotions.types import Promotion, Schedule
    from apps.stores.types import BeverageType

DAYS = 7
MINUTES = 60


@dataclass(frozen=True, slots=True)
class Occasion:
    """When a sale takes place, and what the customer brings along.

    What ran at any of the `instants` applies: a quote's promotions hold as long as its prices do.
    """

    instants: tuple[datetime, ...]
    coupons: frozenset[str] = frozenset()
    is_employee: bool = False


class Offers:
    """All live promotions of a store."""

    def __init__(self, promotions: Iterable[Promotion], zone: ZoneInfo) -> None:
        self._promotions = tuple(sorted(promotions, key=lambda promotion: promotion.id))
        self._zone = zone
        self._of_product: dict[tuple[int, int, BeverageType], tuple[Promotion, ...]] = {}
        self._shared: dict[tuple[int, ...], tuple[Promotion, ...]] = {}  # most products' are alike

    def running(self, occasion: Occasion) -> frozenset[int]:
        """Ids of what applies to a sale on an occasion, whatever is in it."""
        return frozenset(
            promotion.id
            for promotion in self._promotions
            if self._is_open_to(promotion, occasion) and self._runs(promotion, occasion)
        )

    def of_product(
        self, product_id: int, category_id: int, beverage: BeverageType
    ) -> tuple[Promotion, ...]:
        """The promotions that take a product, running or not, by id."""
        key = (product_id, category_id, beverage)
        known = self._of_product.get(key)
        if known is None:
            found = tuple(
                promotion
                for promotion in self._promotions
                if promotion.kind is not PromotionKind.SALE_AMOUNT_OFF
                and promotion.selection.takes(*key)
            )
            ids = tuple(promotion.id for promotion in found)
            known = self._of_product[key] = self._shared.setdefault(ids, found)
        return known

    def of_sale(self) -> tuple[Promotion, ...]:
        """The promotions of a whole sale, running or not, by id."""
        return tuple(
            promotion
            for promotion in self._promotions
            if promotion.kind is PromotionKind.SALE_AMOUNT_OFF
        )

    def unknown_coupons(self, occasion: Occasion) -> frozenset[str]:
        """Those of the customer's coupons that nothing runs for."""
        known = {
            promotion.coupon
            for promotion in self._promotions
            if promotion.coupon and self._runs(promotion, occasion)
        }
        return occasion.coupons - known

    def _is_open_to(self, promotion: Promotion, occasion: Occasion) -> bool:
        if promotion.for_employees and not occasion.is_employee:
            return False
        return not promotion.coupon or promotion.coupon in occasion.coupons

    def _runs(self, promotion: Promotion, occasion: Occasion) -> bool:
        return any(
            runs_at(promotion.schedule, at.astimezone(self._zone)) for at in occasion.instants
        )


def runs_at(schedule: Schedule, local: datetime) -> bool:
    """Whether a promotion runs at an instant, which is given in the store's own time."""
    if local < schedule.starts_at or (schedule.ends_at is not None and local >= schedule.ends_at):
        return False
    weekday, minute = local.weekday(), local.hour * MINUTES + local.minute
    if schedule.from_minute is not None and schedule.until_minute is not None:
        runs_past_midnight = schedule.until_minute <= schedule.from_minute
        if runs_past_midnight and minute < schedule.until_minute:
            weekday = (weekday - 1) % DAYS  # it belongs to the evening before
        elif minute < schedule.from_minute or (
            minute >= schedule.until_minute and not runs_past_midnight
        ):
            return False
    return not schedule.weekdays or weekday in schedule.weekdays
