"""One walk through the units of a component: every joint state, and the best way to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from apps.catalog.promotions.automata import ORDINARY
from apps.catalog.promotions.bulk import NOTHING

if TYPE_CHECKING:
    from apps.catalog.promotions.bounds import Bounds, Stake
    from apps.catalog.promotions.staging import Layout, Stage

type States = dict[int, int]  # joint state: cents saved
type Back = dict[int, tuple[int, int, int]]  # joint state: the one before it, deal and place
type Taken = dict[tuple[int, int, int], int]  # class, deal and place: units

WIDEST = 250
NARROWEST = 8
FEW = 3  # states that it is not worth asking which of them are hopeless


@dataclass(slots=True)
class Budget:
    """How many joint states may yet be followed; beyond it only the few most promising are."""

    states: int

    @property
    def width(self) -> int:
        """How many states may be followed from one unit to the next."""
        return WIDEST if self.states > 0 else NARROWEST


class Outcome(NamedTuple):
    """The best end that was found, if any, and whether nothing was left behind on the way."""

    saved: int | None
    taken: Taken
    is_exact: bool


def walk(layout: Layout, bounds: Bounds, least: int, budget: Budget) -> Outcome:
    """The most that can be saved, and how, if that is `least` or more."""
    states: States = {layout.start: 0}
    trail: list[Back] = []
    is_exact = True
    for number, stage in enumerate(layout.stages):
        for unit in range(stage.units):
            states, back = _step(states, stage)
            trail.append(back)
            budget.states -= len(states)
            if stage.units > unit + 1:
                later = bounds.rest[number + 1] + (stage.units - unit - 1) * bounds.best[number]
                states, is_all = _keep(states, bounds.inside[number], least - later, budget.width)
                is_exact = is_exact and is_all
        states, back = _check(states, stage)
        trail.append(back)
        after = bounds.after[number]
        states, is_all = _keep(states, after, least - bounds.rest[number + 1], budget.width)
        is_exact = is_exact and is_all
    if states.get(0, least - 1) < least:
        return Outcome(None, {}, is_exact)
    return Outcome(states[0], _retrace(trail, layout), is_exact)


def _step(states: States, stage: Stage) -> tuple[States, Back]:
    """Let one more unit join each deal, or the one that is open to all, or none."""
    gain = stage.free_gain
    after = {state: saved + gain for state, saved in states.items()} if gain else states.copy()
    back: Back = {}
    for number, scale, size, hops in stage.ways:
        for state, saved in states.items():
            hop = hops[state // scale % size]
            if hop is not None:
                reached, total = state + hop[0], saved + hop[1]
                known = after.get(reached)
                if known is None or total > known:
                    after[reached] = total
                    back[reached] = (state, number, hop[2])
    return after, back


def _check(states: States, stage: Stage) -> tuple[States, Back]:
    """Drop the states that may not go on, and forget the automata that have come to their end."""
    if not stage.checks:
        return states, {}
    came = {state: state for state in states}
    for scale, size, allowed, is_end in stage.checks:
        after: States = {}
        origins: dict[int, int] = {}
        for state, saved in states.items():
            own = state // scale % size
            if own in allowed:
                reached = state - own * scale if is_end else state
                known = after.get(reached)
                if known is None or saved > known:
                    after[reached], origins[reached] = saved, came[state]
        states, came = after, origins
    return states, {state: (origin, NOTHING, ORDINARY) for state, origin in came.items()}


def _keep(states: States, stakes: tuple[Stake, ...], least: int, width: int) -> tuple[States, bool]:
    """The states that may still come to `least`, and whether these are all that may.

    Where they are too many, the one in which nothing is open always stays: it can always end.
    """
    if len(states) <= FEW:
        return states, True
    ranks = states
    for scale, size, cents in stakes:
        ranks = {state: rank + cents[state // scale % size] for state, rank in ranks.items()}
    if len(states) <= width:
        return {state: states[state] for state, rank in ranks.items() if rank >= least}, True
    ordered = sorted((-rank, state) for state, rank in ranks.items() if rank >= least)
    kept = {state: states[state] for _, state in ordered[:width]}
    if 0 in states:
        kept[0] = states[0]
    return kept, len(ordered) <= width


def _retrace(trail: list[Back], layout: Layout) -> Taken:
    """Who went where, from the end of the walk to its beginning."""
    taken: Taken = {}
    state = 0
    for position in range(len(layout.stages) - 1, -1, -1):
        stage = layout.stages[position]
        state = trail.pop().get(state, (state, NOTHING, ORDINARY))[0]
        for _ in range(stage.units):
            state, number, place = trail.pop().get(state, (state, stage.free, ORDINARY))
            if number != NOTHING:
                key = (position, number, place)
                taken[key] = taken.get(key, 0) + 1
    return taken
