"""Which deals compete for which units: classes of units and deals fall into components.

What happens in one component has no bearing on another, so each is solved by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from apps.catalog.promotions.automata import ballot, counter
from apps.catalog.promotions.gains import odd_cents
from apps.catalog.promotions.ordering import Members, put_in_order
from apps.catalog.promotions.types import PromotionKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apps.catalog.promotions.automata import Automaton
    from apps.catalog.promotions.gains import UnitClass
    from apps.catalog.promotions.types import Promotion

COUNTED = frozenset({PromotionKind.N_FOR_PRICE, PromotionKind.BUY_GET})
MOST_GROUPS = 60  # that "buy x get y" is followed through where order alone does not settle it


@dataclass(frozen=True, slots=True)
class Deal:
    """A group promotion in one component.

    `margins` are what a unit of a class gains by joining, over being in no group, in an ordinary
    and in a special place. `odd` is lost once per group. `automaton` is None for a mixed case,
    whose threshold is watched only where it proves necessary.
    """

    promotion: Promotion
    margins: dict[int, tuple[int, int]]
    automaton: Automaton | None
    odd: int

    @property
    def group(self) -> int:
        """How many units make one group; a mixed case goes unit by unit."""
        return 1 if self.automaton is None else self.promotion.terms.group

    @property
    def closes_with_class(self) -> bool:
        """Whether units of different classes cannot share a group."""
        return self.promotion.kind is PromotionKind.CASE

    def average(self, position: int) -> tuple[int, int]:
        """What a group all of one class gains, and of how many units it is."""
        ordinary, special = self.margins[position]
        terms = self.promotion.terms
        gain = terms.units * ordinary + terms.get_units * special - self.odd
        return (ordinary, 1) if self.automaton is None else (gain, terms.group)


@dataclass(frozen=True, slots=True)
class Component:
    """Classes in the order in which they are taken, and the deals that compete for their units."""

    classes: tuple[UnitClass, ...]
    deals: tuple[Deal, ...]


def find_components(classes: Sequence[UnitClass]) -> list[Component]:
    """Components of classes that are in canonical order. Classes without deals are in none."""
    members = _promising(classes)
    parent = list(range(len(classes)))

    def root(position: int) -> int:
        while parent[position] != position:
            parent[position] = position = parent[parent[position]]
        return position

    for _, positions in members.values():
        for position in positions[1:]:
            parent[root(position)] = root(positions[0])
    together: dict[int, list[int]] = {}
    for pk, (_, positions) in sorted(members.items()):
        together.setdefault(root(positions[0]), []).append(pk)
    return [_component(classes, [members[pk] for pk in pks]) for pks in together.values()]


def _promising(classes: Sequence[UnitClass]) -> dict[int, tuple[Promotion, list[int]]]:
    """The deals, by id, that can come about with these units and save something; their classes."""
    members: dict[int, tuple[Promotion, list[int]]] = {}
    for position, units in enumerate(classes):
        for deal in units.deals:
            if deal.kind is not PromotionKind.CASE or units.count >= deal.terms.units:
                members.setdefault(deal.id, (deal, []))[1].append(position)
    return {
        pk: (deal, positions)
        for pk, (deal, positions) in members.items()
        if sum(classes[position].count for position in positions) >= deal.terms.group
        and any(max(_margins(classes[position], deal)) > 0 for position in positions)
    }


def _margins(units: UnitClass, deal: Promotion) -> tuple[int, int]:
    ordinary, special = units.worth(deal)
    return ordinary - units.base, special - units.base


def _component(
    classes: Sequence[UnitClass], members: Sequence[tuple[Promotion, list[int]]]
) -> Component:
    order = put_in_order(
        [
            Members(positions, deal.kind is PromotionKind.BUY_GET, deal.kind in COUNTED)
            for deal, positions in members
        ]
    )
    rank = {position: number for number, position in enumerate(order)}
    own = tuple(classes[position] for position in order)
    deals = (
        _deal(deal, own, sorted(rank[position] for position in positions))
        for deal, positions in members
    )
    return Component(own, tuple(deals))


def _deal(promotion: Promotion, classes: Sequence[UnitClass], positions: list[int]) -> Deal:
    members = [classes[position] for position in positions]
    margins = [_margins(units, promotion) for units in members]
    automaton = _automaton(promotion, members, [special - plain for plain, special in margins])
    by_position = dict(zip(positions, margins, strict=True))
    return Deal(promotion, by_position, automaton, odd_cents(promotion))


def _automaton(
    promotion: Promotion, members: Sequence[UnitClass], advantages: Sequence[int]
) -> Automaton | None:
    terms = promotion.terms
    if promotion.kind is PromotionKind.MIXED_CASE:
        return None
    possible = sum(units.count for units in members) // terms.group
    limit = terms.limit if terms.limit is not None and terms.limit < possible else None
    if _falls(members, advantages):
        return counter(terms.group, terms.get_units, limit)
    groups = min(possible if limit is None else limit, MOST_GROUPS)
    is_limited = limit is not None or possible > MOST_GROUPS
    return ballot(terms.units, terms.get_units, groups, is_limited=is_limited)


def _falls(members: Sequence[UnitClass], advantages: Sequence[int]) -> bool:
    """Whether the advantage of a special place never grows, and is the same at the same price.

    Where all places are alike, as in everything but "buy x get y", it is nothing throughout.
    """
    return all(
        later == earlier or (later < earlier and cheaper.price < dearer.price)
        for (dearer, earlier), (cheaper, later) in pairwise(zip(members, advantages, strict=True))
    )
