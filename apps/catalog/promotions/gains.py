"""What one unit saves, before anybody asks how units are best put together. Cents throughout."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from apps.catalog.promotions.types import UNIT_KINDS, PromotionKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apps.catalog.promotions.types import Promotion

WHOLE = 10_000  # basis points
PERCENT = 100


def percent_of(cents: int, basis_points: int) -> int:
    """A share of an amount that is not negative, half a cent up."""
    return (cents * basis_points + WHOLE // 2) // WHOLE


def floor_of(price: int, floor_percent: int) -> int:
    """The least that may be charged for a unit. Never rounded to the shop's disfavour."""
    return -(-price * floor_percent // PERCENT)


def single_gain(promotion: Promotion, price: int) -> int:
    """What a promotion of single units takes off a shelf price, floors aside."""
    terms = promotion.terms
    if promotion.kind is PromotionKind.PERCENT_OFF:
        return percent_of(price, terms.basis_points)
    if promotion.kind is PromotionKind.AMOUNT_OFF:
        return min(price, terms.amount_cents)
    return max(0, price - terms.amount_cents)


def group_gains(promotion: Promotion, price: int, floor: int) -> tuple[int, int]:
    """What a unit saves in a group: in an ordinary place, and in a special one.

    Special is a unit that is got in "buy x get y". In "n for price" it is the one which carries the
    cents that n does not divide; they are charged to the group as a whole (`odd_cents`), so both
    places are the same here. A unit that is cheaper than its part of the price loses by taking
    part, and the others of its group make up for it.
    """
    terms = promotion.terms
    if promotion.kind is PromotionKind.N_FOR_PRICE:
        gain = price - max(terms.amount_cents // terms.units, floor)
        return gain, gain
    gain = percent_of(price, terms.basis_points)
    return (0 if promotion.kind is PromotionKind.BUY_GET else gain), gain


def odd_cents(promotion: Promotion) -> int:
    """Cents of the price of n units that n does not divide: they are paid once per group."""
    if promotion.kind is not PromotionKind.N_FOR_PRICE:
        return 0
    return promotion.terms.amount_cents % promotion.terms.units


@dataclass(slots=True)
class UnitClass:
    """Units that are the same in every respect that counts, and the lines that they stand on.

    `stacked` are the combinable promotions of single units with what each takes off, one after
    the other and never below the floor; `alone` is the best exclusive one, if it beats them.
    `lots` are the positions of lines with their units, in the order of the lines' keys.
    """

    price: int
    floor: int
    product_id: int
    deals: tuple[Promotion, ...]
    stacked: tuple[tuple[Promotion, int], ...] = ()
    alone: tuple[Promotion, int] | None = None
    count: int = 0
    lots: list[tuple[int, int]] = field(default_factory=list)
    stack: int = field(init=False)
    base: int = field(init=False)

    @property
    def room(self) -> int:
        """The most that may come off a unit."""
        return self.price - self.floor

    def __post_init__(self) -> None:
        """What combinable promotions take off a unit, and what comes off it in no group at all."""
        self.stack = sum(gain for _, gain in self.stacked)
        self.base = self.alone[1] if self.alone else self.stack

    def worth(self, promotion: Promotion) -> tuple[int, int]:
        """All that comes off a unit in a group, in an ordinary and in a special place."""
        ordinary, special = group_gains(promotion, self.price, self.floor)
        stack = 0 if promotion.is_exclusive else self.stack
        return min(self.room, ordinary + stack), min(self.room, special + stack)


def classify(price: int, floor: int, product_id: int, running: Sequence[Promotion]) -> UnitClass:
    """The class of a unit that `running` promotions apply to: singles and deals, by id."""
    deals, stacked = [], []
    alone: tuple[Promotion, int] | None = None
    left = room = price - floor
    for promotion in running:
        if promotion.kind not in UNIT_KINDS:
            deals.append(promotion)
            continue
        gain = min(room, single_gain(promotion, price))
        if promotion.is_exclusive:
            if gain > (alone[1] if alone else 0):
                alone = (promotion, gain)
        elif gain := min(left, gain):
            stacked.append((promotion, gain))
            left -= gain
    if alone and alone[1] <= room - left:
        alone = None
    return UnitClass(price, floor, product_id, tuple(deals), tuple(stacked), alone)
