"""In which order a walk takes the classes of a component, so that few deals are open at a time.

Any order is as good as another for deals that only count. "Buy x get y" has to meet its own units
from the dearest to the cheapest. So deals are worked off one after another, those first that have
been begun and are nearest to their end; what a class has to wait for is taken before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


class Members(NamedTuple):
    """The classes of a deal, in canonical order, and what the deal asks of an order."""

    positions: Sequence[int]
    is_ranked: bool  # has to meet them in canonical order
    is_counted: bool  # keeps a state from one class to the next


def put_in_order(deals: Sequence[Members]) -> list[int]:
    """All the positions, each once."""
    order = _Order(deals)
    left = [number for number, deal in enumerate(deals) if deal.is_counted]
    while left:
        nearest = min(left, key=order.urgency)
        left.remove(nearest)
        for position in deals[nearest].positions:
            order.take(position)
    for deal in deals:
        for position in deal.positions:
            order.take(position)
    return list(order.taken)


class _Order:
    """Positions in the order in which they are taken."""

    def __init__(self, deals: Sequence[Members]) -> None:
        self.taken: dict[int, None] = {}
        self._deals = deals
        self._waits_for: dict[int, list[int]] = {}
        for deal in deals:
            if deal.is_ranked:
                for before, position in zip(deal.positions, deal.positions[1:], strict=False):
                    self._waits_for.setdefault(position, []).append(before)

    def take(self, position: int) -> None:
        """Take a position after all it has to wait for."""
        waiting = [position]
        while waiting:
            last = waiting[-1]
            ahead = [each for each in self._waits_for.get(last, ()) if each not in self.taken]
            if ahead:
                waiting += ahead
            else:
                self.taken.setdefault(waiting.pop())

    def urgency(self, number: int) -> tuple[bool, int, int]:
        """Deals that have been begun come first, then those with the fewest classes left."""
        positions = self._deals[number].positions
        left = sum(position not in self.taken for position in positions)
        return (left == len(positions), left, number)
