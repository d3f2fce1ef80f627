"""What goods earn in points, what points take off them, and what is left of both. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.core.money import CENTS_PER_DOLLAR, allocate
from apps.stores.types import BeverageType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apps.customers.types import Programme
    from apps.stores.types import TaxClass

HUNDRED = 100


def counts(programme: Programme, beverage: BeverageType, tax_class: TaxClass) -> bool:
    """Whether goods of this kind earn points and take them."""
    if beverage is not BeverageType.NONE and not programme.counts_alcohol:
        return False
    return not programme.tax_classes or tax_class in programme.tax_classes


def earned_on(net_cents: int, points_per_dollar: int) -> int:
    """Points on what goods cost before tax: whole ones, rounded down once per sale."""
    return net_cents * points_per_dollar // CENTS_PER_DOLLAR


def worth_of(points: int, programme: Programme) -> int:
    """What points take off, in cents."""
    return points * programme.hundred_points_cents // HUNDRED


def points_for(cents: int, programme: Programme) -> int:
    """The most points whose worth is no more than this."""
    return ((cents + 1) * HUNDRED - 1) // programme.hundred_points_cents


def share_out(cents: int, rooms: Sequence[int]) -> tuple[int, ...]:
    """What comes off each line, in proportion to what may: never more than that."""
    return allocate(cents, rooms)


def left_of_share(points: int, sold: int, returned: int) -> int:
    """How many of a line's points stay used once so many of its units came back."""
    return allocate(points, (sold - returned, returned))[0]
