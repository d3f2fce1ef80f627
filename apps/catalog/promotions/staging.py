"""A component laid out for a walk: what may happen to the units of each class, and what must."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from apps.catalog.promotions.automata import ORDINARY, REFUSED
from apps.catalog.promotions.bulk import NOTHING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from apps.catalog.promotions.automata import Action, Automaton
    from apps.catalog.promotions.bulk import Aside
    from apps.catalog.promotions.components import Component, Deal

    type Hop = tuple[int, int, int]  # change of the joint state, cents saved, place


class Problem(NamedTuple):
    """What to walk through. Deals without an automaton are open to any number of units.

    `aside` are units that have gone to a deal already, by class and deal.
    """

    component: Component
    automata: tuple[Automaton | None, ...]
    left_out: frozenset[int]
    aside: Aside


class Way(NamedTuple):
    """One action of one deal, for one class. `hops` are by the state of the deal's automaton."""

    number: int
    scale: int
    size: int
    hops: tuple[Hop | None, ...]


class Check(NamedTuple):
    """Which states of one automaton may go on from here. At its end it is set back to nothing."""

    scale: int
    size: int
    allowed: frozenset[int]
    is_end: bool


class Stage(NamedTuple):
    """All that may happen to the units of one class. `free` is the best deal open to any unit."""

    units: int
    free: int
    free_gain: int
    ways: tuple[Way, ...]
    checks: tuple[Check, ...]


class Counted(NamedTuple):
    """A deal whose units are counted, and its place in the joint state."""

    number: int
    deal: Deal
    automaton: Automaton
    scale: int
    first: int
    last: int


class Layout(NamedTuple):
    """A whole walk: the joint state to begin in, and one stage per class."""

    start: int
    stages: tuple[Stage, ...]
    counted: tuple[Counted, ...]


def lay_out(problem: Problem) -> Layout:
    """The walk through a problem."""
    counted = tuple(_count(problem))
    start = sum(each.scale * _given(problem, each) for each in counted)
    stages = []
    for position, units in enumerate(problem.component.classes):
        free, gain = _free(problem, position)
        left = units.count - sum(
            count for (of, _), count in problem.aside.items() if of == position
        )
        ways = tuple(_ways(counted, position))
        stages.append(Stage(left, free, gain, ways, tuple(_checks(problem, counted, position))))
    return Layout(start, tuple(stages), counted)


def _count(problem: Problem) -> Iterator[Counted]:
    scale = 1
    for number, deal in enumerate(problem.component.deals):
        automaton = problem.automata[number]
        if automaton is not None and number not in problem.left_out:
            first, last = min(deal.margins), max(deal.margins)
            yield Counted(number, deal, automaton, scale, first, last)
            scale *= automaton.size


def _given(problem: Problem, each: Counted) -> int:
    """Units that were set aside for a mixed case count towards its threshold."""
    if each.deal.automaton is not None:
        return 0
    given = sum(units for (_, number), units in problem.aside.items() if number == each.number)
    return min(each.automaton.size - 1, given)


def _free(problem: Problem, position: int) -> tuple[int, int]:
    free, best = NOTHING, 0
    for number, deal in enumerate(problem.component.deals):
        if problem.automata[number] is None and number not in problem.left_out:
            gain = deal.margins.get(position, (0, 0))[ORDINARY]
            if gain > best:
                free, best = number, gain
    return free, best


def _ways(counted: Sequence[Counted], position: int) -> Iterator[Way]:
    for each in counted:
        if position in each.deal.margins:
            for action in each.automaton.actions:
                hops = _hops(each, action, each.deal.margins[position])
                yield Way(each.number, each.scale, each.automaton.size, hops)


def _hops(each: Counted, action: Action, margins: tuple[int, int]) -> tuple[Hop | None, ...]:
    """A group's odd cents are paid when it is begun."""
    group, odd = each.deal.promotion.terms.group, each.deal.odd
    return tuple(
        None
        if after == REFUSED
        else (
            (after - state) * each.scale,
            margins[place] - (0 if state % group else odd),
            place,
        )
        for state, (after, place) in enumerate(zip(action.follow, action.places, strict=True))
    )


def _checks(problem: Problem, counted: Sequence[Counted], position: int) -> Iterator[Check]:
    classes = problem.component.classes
    for each in counted:
        if position not in each.deal.margins:
            continue
        scale, size = each.scale, each.automaton.size
        if position == each.last:
            yield Check(scale, size, each.automaton.accepting, is_end=True)
        elif each.deal.closes_with_class:
            yield Check(scale, size, each.automaton.accepting, is_end=False)
        elif len(each.automaton.level) < size:
            following = min(other for other in each.deal.margins if other > position)
            if classes[following].price < classes[position].price:
                yield Check(scale, size, each.automaton.level, is_end=False)
