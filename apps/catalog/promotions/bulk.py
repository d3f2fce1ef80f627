"""Large quantities: units of one class that can only be in one deal are put there beforehand.

Let b be the deal that saves most per unit in a group all of one class. If another deal d held
lcm(b, d) units of the class, moving them to b would leave every count a whole number of groups and
save no less. So some optimum keeps fewer than that in each other deal, and the rest in b. A mixed
case keeps what it needs besides; "buy x get y" whose groups are not consecutive is left alone. Only
a component of thousands of units is cut deeper: lawful too, but perhaps not the very best.
"""

from __future__ import annotations

from math import lcm
from typing import TYPE_CHECKING

from apps.catalog.promotions.types import PromotionKind

if TYPE_CHECKING:
    from apps.catalog.promotions.components import Component, Deal

MOST_UNITS = 3_000  # of one component that are followed one by one

SMALL = 24  # units of a class that are never worth a thought

NOTHING = -1  # the deal of units that join none

type Aside = dict[tuple[int, int], int]  # class and deal: units


def set_aside(component: Component, left_out: frozenset[int]) -> Aside:
    """How many units of which class go to which deal without being looked at any further."""
    most = max(1, MOST_UNITS // len(component.classes))
    is_large = sum(units.count for units in component.classes) > MOST_UNITS
    aside: Aside = {}
    for position, units in enumerate(component.classes):
        own = {
            number: deal
            for number, deal in enumerate(component.deals)
            if position in deal.margins and number not in left_out
        }
        if units.count <= SMALL or (not is_large and any(map(_is_ballot, own.values()))):
            continue
        best = _best(own, position)
        group = own[best].group if best is not None else 1
        keep = group + sum(_kept(deal, group) for number, deal in own.items() if number != best)
        if is_large:
            keep = min(keep, most)
        surplus = max(0, units.count - keep) // group * group
        if surplus:
            aside[position, NOTHING if best is None else best] = surplus
    return aside


def _best(own: dict[int, Deal], position: int) -> int | None:
    """The deal without a limit that saves most per unit of this class; None where none saves."""
    best, gain, group = None, 0, 1
    for number, deal in own.items():
        if deal.promotion.terms.limit is None:
            its_gain, its_group = deal.average(position)
            if its_gain * group > gain * its_group:
                best, gain, group = number, its_gain, its_group
    return best


def _kept(deal: Deal, group: int) -> int:
    """How many units of a class another deal may need at most."""
    terms = deal.promotion.terms
    if deal.promotion.kind is PromotionKind.MIXED_CASE:
        return terms.units + group
    if terms.limit is not None:
        return terms.limit * deal.group
    return lcm(deal.group, group)


def _is_ballot(deal: Deal) -> bool:
    """Whether who is bought and who is got depends on more than the order of the units."""
    return deal.automaton is not None and len(deal.automaton.actions) > 1
