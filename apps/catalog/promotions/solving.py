"""The best way to put the units of one component together: exact, within a budget of states.

Units are taken one by one. What matters of the past is only the state of every automaton, so of all
ways to one joint state the best is kept, and the best accepting end is the optimum. Automata of
deals with no units to come are closed and forgotten. A state that could not come to what is aimed
at, even if all later units got the best of everything (`bounds`), is left behind: the aim is high
at first, and lowered until there is an end that reaches it, which then is the best.

Mixed cases are first taken for granted, without their threshold: that can only save more. Where the
optimum then leaves one of them short of its units, it is tried both without that deal and with its
units counted; of all these problems the most promising is always looked at next, so the first whose
thresholds hold is the best of all.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from apps.catalog.promotions.automata import ORDINARY, SPECIAL, threshold
from apps.catalog.promotions.bounds import bound
from apps.catalog.promotions.bulk import NOTHING, set_aside
from apps.catalog.promotions.staging import Problem, lay_out
from apps.catalog.promotions.walking import Outcome, walk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apps.catalog.promotions.bulk import Aside
    from apps.catalog.promotions.components import Component
    from apps.catalog.promotions.walking import Budget, Taken

type Span = tuple[int, int | None]  # the least that is wanted, and the most there is, if known

MOST_TRIALS = 24  # of which thresholds to watch and which deals to leave out
FIRST_SLACK = 256  # if the bound cannot be reached, aim a 256th of it lower, then twice that


@dataclass(order=True, slots=True)
class Trial:
    """A solved problem. Mixed cases are watched (True), left out (False) or taken for granted."""

    rank: tuple[int, int]  # the most saving first, then the earliest
    watched: Mapping[int, bool] = field(compare=False)
    taken: Taken = field(compare=False)

    @property
    def saved(self) -> int:
        """In cents."""
        return -self.rank[0]


def solve(component: Component, budget: Budget) -> Taken:
    """How many units of each class go to each deal, and in which place, to save the most."""
    first = _try(component, {}, budget, (0, None))
    if first is None:
        return {}
    best = _give_in(component, first, budget)
    trials = [first]
    made = 0
    while trials and made < MOST_TRIALS and trials[0].saved > best.saved:
        trial = heapq.heappop(trials)
        short = _shortest(component, trial.taken)
        if short is None:
            return trial.taken
        for is_watched in (False, True):
            made += 1
            watched = {**trial.watched, short: is_watched}
            found = _try(component, watched, budget, (best.saved + 1, trial.saved))
            if found is not None:
                heapq.heappush(trials, replace(found, rank=(-found.saved, made)))
                if found.saved == trial.saved and _shortest(component, found.taken) is None:
                    return found.taken  # nothing can be better
    return best.taken


def _try(
    component: Component, watched: Mapping[int, bool], budget: Budget, span: Span
) -> Trial | None:
    """Solve with these mixed cases watched or left out; None where the least cannot be saved."""
    automata = tuple(
        threshold(deal.promotion.terms.units) if watched.get(number) else deal.automaton
        for number, deal in enumerate(component.deals)
    )
    left_out = frozenset(number for number, is_watched in watched.items() if not is_watched)
    aside = set_aside(component, left_out)
    put_aside, saved_aside = _put_aside(component, aside)
    problem = Problem(component, automata, left_out, aside)
    least, most = span
    within = (least - saved_aside, None if most is None else most - saved_aside)
    outcome = _aim(problem, budget, within)
    if outcome.saved is None:
        return None
    taken = outcome.taken
    for key, units in put_aside.items():
        taken[key] = taken.get(key, 0) + units
    return Trial((-outcome.saved - saved_aside, 0), watched, taken)


def _aim(problem: Problem, budget: Budget, span: Span) -> Outcome:
    """The best end there is, if it saves the least or more, given that none saves over the most."""
    layout = lay_out(problem)
    bounds = bound(problem, layout)
    least, most = span
    top = bounds.rest[0] if most is None else min(most, bounds.rest[0])
    if top < least:
        return Outcome(None, {}, is_exact=True)
    aim = max(least, top)
    slack = 1 + bounds.rest[0] // FIRST_SLACK
    outcome = walk(layout, bounds, aim, budget)
    while outcome.saved is None and aim > least:
        aim = max(least, top - slack)
        slack *= 2
        outcome = walk(layout, bounds, aim, budget)
    if outcome.saved is None or outcome.is_exact or budget.states <= 0:
        return outcome
    again = walk(layout, bounds, outcome.saved + 1, budget)
    return outcome if again.saved is None else again


def _put_aside(component: Component, aside: Aside) -> tuple[Taken, int]:
    """Where units that were set aside sit, and how much they save."""
    taken: Taken = {}
    saved = 0
    for (position, number), units in aside.items():
        if number != NOTHING:
            gain, group = component.deals[number].average(position)
            saved += gain * (units // group)
            special = units // group * component.deals[number].promotion.terms.get_units
            taken[position, number, ORDINARY] = units - special
            if special:
                taken[position, number, SPECIAL] = special
    return taken, saved


def _shortest(component: Component, taken: Taken) -> int | None:
    """Of the mixed cases that lack units they ask for, the one with the fewest."""
    used: dict[int, int] = {}
    for (_, number, _), count in taken.items():
        used[number] = used.get(number, 0) + count
    short = [
        number
        for number, deal in enumerate(component.deals)
        if deal.automaton is None and 0 < used.get(number, 0) < deal.promotion.terms.units
    ]
    return min(short, key=lambda number: (used[number], number), default=None)


def _give_in(component: Component, trial: Trial, budget: Budget) -> Trial:
    """Leave out what is short, one after another. Lawful, if perhaps not the very best."""
    while (short := _shortest(component, trial.taken)) is not None:
        watched = {**trial.watched, short: False}
        trial = _try(component, watched, budget, (0, trial.saved)) or Trial((0, 0), {}, {})
    return trial
