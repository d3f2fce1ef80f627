"""How groups are formed, as small automata that read units, the dearest first where that matters.

A unit that joins a deal moves the deal's automaton by one of its actions and stands in an ordinary
(0) or special (1) place. A sale must leave every automaton in an accepting state: no group stays
half full. What is claimed here is exact:

* "n for price" asks only for a number of units that n divides, whichever they are and in whatever
  order they come: a counter modulo n. "Case" asks the same of each product at each price, so its
  counter must be at the end of a group whenever one class of units gives way to the next.
* A limit of g groups counts to n x g and no further.
* "Mixed case" asks only for n units or more: a counter that stops at n.
* "Buy x get y": in every group the y cheapest are got. A choice of bought and got units can be cut
  into groups if, and only if, among the units at least as dear as any unit there are at most
  y * floor(bought / x) got ones, and in the end just as many: the j-th got unit needs
  x * ceil(j / y) bought ones that are at least as dear, and given those, groups filled in order
  will do. `ballot` counts that; units of one price may come in any order, so it is asked only
  where the price changes. Where no unit's advantage of being got is less than that of a cheaper
  one, and the same at the same price, getting earlier is never worse: the j-th got unit comes at
  the place x * ceil(j / y) + j at the earliest, and consecutive groups reach that for every j.
  There a counter modulo x + y says the same with fewer states.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    type Count = tuple[int, int]

REFUSED = -1
ORDINARY, SPECIAL = 0, 1


@dataclass(frozen=True, slots=True)
class Action:
    """A way of joining: the state that follows each state, and the place a unit takes."""

    follow: tuple[int, ...]
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Automaton:
    """States are numbered from 0, where every sale begins.

    Of the two sets of states, `accepting` may end a sale, and `level` may go on to the next price.
    Of the two figures of each state, `balance` is y times the units bought less x times the units
    got, and `room` how many units may, or have to, join yet where their number is bounded.
    """

    size: int
    actions: tuple[Action, ...]
    accepting: frozenset[int]
    level: frozenset[int]
    balance: tuple[int, ...]
    room: tuple[int, ...]


@lru_cache(maxsize=512)
def counter(group: int, special: int, limit: int | None) -> Automaton:
    """Groups of `group` units one after another, the last `special` of each in special places."""
    size = group if limit is None else group * limit + 1
    follow = [(state + 1) % group if limit is None else state + 1 for state in range(size)]
    if limit is not None:
        follow[-1] = REFUSED
    plain = group - special
    places = [int(state % group >= plain) for state in range(size)]
    action = Action(tuple(follow), tuple(places))
    return Automaton(
        size,
        (action,),
        accepting=frozenset(range(0, size, group)),
        level=frozenset(range(size)),
        balance=tuple(
            special * min(state % group, plain) - plain * max(0, state % group - plain)
            for state in range(size)
        ),
        room=tuple(0 if limit is None else size - 1 - state for state in range(size)),
    )


@lru_cache(maxsize=512)
def threshold(units: int) -> Automaton:
    """As many units as there are, but at least `units` of them."""
    every = range(units + 1)
    action = Action((*every[1:], units), (ORDINARY,) * len(every))
    return Automaton(
        len(every),
        (action,),
        accepting=frozenset({units}),
        level=frozenset(every),
        balance=(0,) * len(every),
        room=tuple(reversed(every)),
    )


@lru_cache(maxsize=128)
def ballot(buy: int, get: int, groups: int, *, is_limited: bool) -> Automaton:
    """Up to `groups` groups of `buy` bought and `get` got units, in any order that is lawful.

    Without a limit of its own, only the difference counts: how many units may still be got.
    `groups` is then how many there could be, and bounds that difference.
    """

    def join(state: Count, place: int) -> Count | None:
        bought, got = state[0] + (place == ORDINARY), state[1] + (place == SPECIAL)
        if not is_limited and bought == buy:
            bought, got = 0, got - get
        return (bought, got) if bought <= buy * groups and abs(got) <= get * groups else None

    def is_level(state: Count) -> bool:
        return state[1] <= get * (state[0] // buy)

    def accepts(state: Count) -> bool:
        return state[0] % buy == 0 and state[1] == get * (state[0] // buy)

    states = _reachable(join)
    actions = tuple(
        Action(
            tuple(states.get(join(state, place) or (REFUSED, 0), REFUSED) for state in states),
            (place,) * len(states),
        )
        for place in (ORDINARY, SPECIAL)
    )
    return Automaton(
        len(states),
        actions,
        accepting=frozenset(number for state, number in states.items() if accepts(state)),
        level=frozenset(number for state, number in states.items() if is_level(state)),
        balance=tuple(get * bought - buy * got for bought, got in states),
        room=tuple((buy + get) * groups - sum(state) if is_limited else 0 for state in states),
    )


def _reachable(join: Callable[[Count, int], Count | None]) -> dict[Count, int]:
    """Every state that can be reached from (0, 0), numbered as it is found."""
    states: dict[Count, int] = {(0, 0): 0}
    queue: list[Count] = [(0, 0)]
    for state in queue:
        for place in (ORDINARY, SPECIAL):
            after = join(state, place)
            if after is not None and after not in states:
                states[after] = len(queue)
                queue.append(after)
    return states
