"""What a replay comes to: sums that do not grow with the baskets."""

from __future__ import annotations

import heapq
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from apps.catalog.promotions.gains import floor_of
from apps.stores.types import BeverageType

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from apps.core.types import JSON
    from apps.orders.services.replaying.past import PastBasket
    from apps.orders.types import PricedBasket, PricedLine

MOST_BASKETS = 10


@dataclass(slots=True)
class Sums:
    """What baskets were charged, would cost now, and would cost under the draft, in cents."""

    baskets: int = 0
    charged_cents: int = 0
    live_cents: int = 0
    draft_cents: int = 0

    def add(self, charged: int, live: int, draft: int) -> None:
        """One more basket."""
        self.baskets += 1
        self.charged_cents += charged
        self.live_cents += live
        self.draft_cents += draft

    def as_json(self) -> dict[str, JSON]:
        """All four, and by how much the draft is off."""
        return {
            "baskets": self.baskets,
            "charged_cents": self.charged_cents,
            "live_cents": self.live_cents,
            "draft_cents": self.draft_cents,
            "change_cents": self.draft_cents - self.live_cents,
        }


@dataclass(slots=True)
class ProductSums:
    """What a product brought, before tax and after promotions."""

    sku: str
    name: str
    units: int = 0
    live_cents: int = 0
    draft_cents: int = 0
    below_cost_units: int = 0

    @property
    def change_cents(self) -> int:
        """What the draft makes of it."""
        return self.draft_cents - self.live_cents

    def as_json(self) -> dict[str, JSON]:
        """As it is kept."""
        return {
            "sku": self.sku,
            "name": self.name,
            "units": self.units,
            "live_cents": self.live_cents,
            "draft_cents": self.draft_cents,
            "change_cents": self.change_cents,
            "below_cost_units": self.below_cost_units,
        }


@dataclass(slots=True)
class Tally:
    """All sums of a replay."""

    total: Sums = field(default_factory=Sums)
    by_day: defaultdict[str, Sums] = field(default_factory=lambda: defaultdict(Sums))
    by_store: defaultdict[str, Sums] = field(default_factory=lambda: defaultdict(Sums))
    products: dict[int, ProductSums] = field(default_factory=dict)
    dearer: int = 0
    cheaper: int = 0
    at_floor_lines: int = 0
    kept_lines: int = 0
    unpriced: int = 0
    _most: list[tuple[int, str, int, int]] = field(default_factory=list)

    def add(
        self,
        basket: PastBasket,
        priced: tuple[PricedBasket, PricedBasket],
        costs: Mapping[int, int],
        floor_percent: int,
    ) -> None:
        """One more basket, under the live prices and under the draft."""
        live, draft = priced
        sums = (basket.charged_cents, live.total_cents, draft.total_cents)
        self.total.add(*sums)
        self.by_day[basket.order.business_date.isoformat()].add(*sums)
        self.by_store[basket.order.letterhead["name"]].add(*sums)
        change = draft.total_cents - live.total_cents
        self.dearer += change > 0
        self.cheaper += change < 0
        self.kept_lines += sum(basket.keeps_price(line) for line in basket.lines)
        if change:
            entry = (abs(change), basket.order.number, live.total_cents, draft.total_cents)
            keep = heapq.heappush if len(self._most) < MOST_BASKETS else heapq.heappushpop
            keep(self._most, entry)
        for before, after in zip(live.lines, draft.lines, strict=True):
            self._add_line(before, after, costs.get(after.line.item.id))
            self.at_floor_lines += _is_at_floor(after, floor_percent)

    def _add_line(self, before: PricedLine, after: PricedLine, cost: int | None) -> None:
        item, units = after.line.item, after.line.base_units
        sums = self.products.get(item.id)
        if sums is None:
            sums = self.products[item.id] = ProductSums(item.sku, item.name)
        net = after.total_cents - after.tax_cents
        sums.units += units
        sums.live_cents += before.total_cents - before.tax_cents
        sums.draft_cents += net
        if cost is not None and net < cost * units:
            sums.below_cost_units += units

    def as_json(self, *, products: int | None = None) -> dict[str, JSON]:
        """The whole as it is kept; of the products, those that change the most, if a limit is set.

        `winners` bring more under the draft, `losers` less.
        """
        ranked = sorted(self.products.values(), key=lambda each: (-each.change_cents, each.sku))
        losers = [each for each in reversed(ranked) if each.change_cents < 0]
        below = [each for each in ranked if each.below_cost_units]
        return {
            "total": self.total.as_json(),
            "dearer": self.dearer,
            "cheaper": self.cheaper,
            "unchanged": self.total.baskets - self.dearer - self.cheaper,
            "by_day": _named("day", sorted(self.by_day.items())),
            "by_store": _named("store", sorted(self.by_store.items())),
            "products": len(ranked),
            "winners": _listed([each for each in ranked if each.change_cents > 0], products),
            "losers": _listed(losers, products),
            "below_cost": _listed(below, products),
            "below_cost_products": len(below),
            "at_floor_lines": self.at_floor_lines,
            "kept_lines": self.kept_lines,
            "unpriced": self.unpriced,
            "baskets": [
                {"number": number, "live_cents": live, "draft_cents": draft}
                for _, number, live, draft in sorted(self._most, reverse=True)
            ],
        }


def _is_at_floor(priced: PricedLine, floor_percent: int) -> bool:
    """Whether a drink is sold at the least that the store's floor allows, or below it by hand."""
    line = priced.line
    if line.item.beverage is BeverageType.NONE or not floor_percent or not priced.discount_cents:
        return False
    floor = floor_of(line.unit_price_cents, floor_percent) * line.quantity
    return priced.total_cents - priced.tax_cents <= floor


def _listed(products: Iterable[ProductSums], most: int | None) -> list[JSON]:
    return [each.as_json() for each in list(products)[:most]]


def _named(key: str, sums: Iterable[tuple[str, Sums]]) -> list[JSON]:
    return [{key: name, **own.as_json()} for name, own in sums]
