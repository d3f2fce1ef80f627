"""How much the units to come can save at most: what lets a walk leave hopeless states behind.

The rules of groups are given up for prices. Each unit takes the best that any one deal offers it,
whole groups or not, where

* in "buy x get y" a bought unit earns y * m and a got unit pays x * m, m being an even share of
  what the got unit gains over the bought one. Made to never grow from dearer to cheaper units,
  those prices never sum to less than nothing over a lawful group, so the bound holds;
* in a deal with a limit each unit pays what the best unit that finds no place would give for one,
  and the places that are left are credited at that price;
* in a mixed case whose units are counted each unit is paid what the last that is needed asks for,
  and the places that have to be filled yet are debited at that price.

What is credited to a state for the groups that are open in it is its `stake`.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from apps.catalog.promotions.types import PromotionKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from apps.catalog.promotions.components import Deal
    from apps.catalog.promotions.staging import Counted, Layout, Problem

type Prices = dict[int, int]  # by class


class Stake(NamedTuple):
    """What the states of one automaton may still be worth, over what its units to come bring."""

    scale: int
    size: int
    cents: tuple[int, ...]


class Bounds(NamedTuple):
    """What is left to be saved at most.

    `rest` is by each stage and all later ones, `best` by a unit of each stage; the stakes are those
    of what is open after some units of a stage (`inside`) and after all of them (`after`).
    """

    rest: tuple[int, ...]
    best: tuple[int, ...]
    inside: tuple[tuple[Stake, ...], ...]
    after: tuple[tuple[Stake, ...], ...]


def bound(problem: Problem, layout: Layout) -> Bounds:
    """The bounds of a walk through a problem."""
    counted, units = layout.counted, [stage.units for stage in layout.stages]
    evens = {each.number: _evens(problem, each) for each in counted}
    bounded = {each.number for each in counted if any(each.automaton.room)}
    best = [0] * len(units)
    for number, deal in enumerate(problem.component.deals):
        if number not in problem.left_out and number not in bounded:
            for position in deal.margins:
                best[position] = max(best[position], _value(deal, position, evens.get(number)))
    capacity = [0] * len(units)
    prices: dict[int, int] = {}
    raised = list(best)
    for each in counted:
        if each.number in bounded:
            price = _price_places(each, evens[each.number], best, units)
            prices[each.number] = price
            capacity[each.first] += each.automaton.room[0] * price
            for position in each.deal.margins:
                value = _value(each.deal, position, evens[each.number]) - price
                raised[position] = max(raised[position], value)
    at_most = [
        count * gain + credit for count, gain, credit in zip(units, raised, capacity, strict=True)
    ]
    rest = (*accumulate(reversed(at_most), initial=0),)[::-1]
    inside, after = (
        tuple(
            tuple(_stakes(counted, evens, prices, (position, position + later)))
            for position in range(len(units))
        )
        for later in (0, 1)
    )
    return Bounds(rest, tuple(raised), inside, after)


def _evens(problem: Problem, each: Counted) -> Prices:
    """The price m of a place by class; nothing where all places are alike."""
    if each.deal.promotion.kind is not PromotionKind.BUY_GET:
        return {}
    classes, evens, least, members = problem.component.classes, {}, None, sorted(each.deal.margins)
    for position in members:
        ordinary, special = each.deal.margins[position]
        even = max(0, (special - ordinary) // each.deal.group)
        least = even if least is None else min(least, even)
        evens[position] = least
    for position, following in zip(reversed(members[:-1]), reversed(members[1:]), strict=True):
        if classes[position].price == classes[following].price:
            evens[position] = evens[following]
    return evens


def _value(deal: Deal, position: int, evens: Prices | None) -> int:
    """What a unit brings at most, places paid for."""
    ordinary, special = deal.margins[position]
    if not evens:
        return ordinary
    terms, even = deal.promotion.terms, evens[position]
    return max(ordinary + terms.get_units * even, special - terms.units * even)


def _price_places(each: Counted, evens: Prices, best: Sequence[int], units: Sequence[int]) -> int:
    """What the best unit without a place would give for one, or the last to be paid asks for."""
    gains = sorted(
        ((_value(each.deal, at, evens) - best[at], units[at]) for at in each.deal.margins),
        reverse=True,
    )
    must_join = each.deal.automaton is None
    places = each.automaton.room[0] - must_join
    for gain, count in gains:
        places -= count
        if places < 0:
            return min(0, gain) if must_join else max(0, gain)
    return 0


def _stakes(
    counted: Sequence[Counted], evens: dict[int, Prices], prices: Prices, between: tuple[int, int]
) -> Iterator[Stake]:
    """The stakes of what is open between units of one class and of another or the same."""
    position, following = between
    for each in counted:
        if not each.first <= position <= following <= each.last:
            continue
        price = prices.get(each.number, 0)
        even = next((even for at, even in evens[each.number].items() if at >= following), 0)
        if even or price:
            figures = zip(each.automaton.balance, each.automaton.room, strict=True)
            cents = tuple(balance * even + room * price for balance, room in figures)
            yield Stake(each.scale, each.automaton.size, cents)
