"""Whose the saving is: each promotion's cents on each line, summing to the cent.

The same units get the same shares whatever the order of the lines and however often a product was
scanned: shares are cut by class first, and inside a class by the lines' keys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.catalog.promotions.gains import odd_cents
from apps.catalog.promotions.types import Applied, LineDiscount
from apps.core.money import allocate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from apps.catalog.promotions.gains import UnitClass
    from apps.catalog.promotions.types import Promotion, ShelfLine

type Seats = Mapping[tuple[int, int], int]  # deal's id and place: units


class Ledger:
    """What has come off each line so far, by promotion."""

    def __init__(self, lines: Sequence[ShelfLine]) -> None:
        self._lines = lines
        self._entries: list[dict[int, Applied]] = [{} for _ in lines]

    def book(self, line: int, promotion: Promotion, cents: int, units: int) -> None:
        """Take cents off some units of a line. Nothing is not worth telling."""
        if cents:
            before = self._entries[line].get(promotion.id)
            if before:
                cents, units = cents + before.amount_cents, units + before.units
            self._entries[line][promotion.id] = Applied(promotion, cents, units)

    def units_of(self, line: int) -> int:
        """The base units of a line."""
        return self._lines[line].quantity * self._lines[line].pack_size

    def taken_off(self, line: int) -> int:
        """All that has come off a line, in cents."""
        return sum(applied.amount_cents for applied in self._entries[line].values())

    def close(self) -> tuple[LineDiscount, ...]:
        """The discounts of every line, in the order of the promotions' ids."""
        return tuple(
            LineDiscount(
                tuple(applied for _, applied in sorted(entries.items())), self.taken_off(line)
            )
            for line, entries in enumerate(self._entries)
        )


def share_units(ledger: Ledger, classes: Sequence[UnitClass], seated: Sequence[Seats]) -> None:
    """Book what units save, given how many of each class sit in which place of which deal."""
    by_deal: dict[int, list[tuple[list[tuple[int, int]], int]]] = {}
    deals = {deal.id: deal for units in classes for deal in units.deals}
    counts: dict[int, int] = {}
    for units, seats in zip(classes, seated, strict=True):
        lots = list(units.lots)
        for (deal_id, place), count in sorted(seats.items()):
            deal, part = deals[deal_id], _take(lots, count)
            counts[deal_id] = counts.get(deal_id, 0) + count
            stack = () if deal.is_exclusive else units.stacked
            _book_singles(ledger, part, stack)
            gain = units.worth(deal)[place] - sum(cents for _, cents in stack)
            by_deal.setdefault(deal_id, []).append((part, gain))
        _book_singles(ledger, lots, (units.alone,) if units.alone else units.stacked)
    for deal_id, parts in sorted(by_deal.items()):
        _book_deal(ledger, deals[deal_id], parts, counts[deal_id])


def share_sale(
    ledger: Ledger,
    lines: Sequence[tuple[int, int]],
    promotion: Promotion,
) -> None:
    """Book a promotion of the whole sale on (line, what is left above its floor), in that order."""
    rooms = [room for _, room in lines]
    cents = min(promotion.terms.amount_cents, sum(rooms))
    for (line, _), share in zip(lines, allocate(cents, rooms), strict=True):
        ledger.book(line, promotion, share, ledger.units_of(line))


def _take(lots: list[tuple[int, int]], count: int) -> list[tuple[int, int]]:
    """Take units from the front of the lots."""
    taken = []
    while count:
        line, units = lots[0]
        now = min(units, count)
        taken.append((line, now))
        count -= now
        if now == units:
            lots.pop(0)
        else:
            lots[0] = (line, units - now)
    return taken


def _book_singles(
    ledger: Ledger, lots: Iterable[tuple[int, int]], singles: Iterable[tuple[Promotion, int]]
) -> None:
    for promotion, cents in singles:
        for line, units in lots:
            ledger.book(line, promotion, cents * units, units)


def _book_deal(
    ledger: Ledger,
    deal: Promotion,
    parts: Sequence[tuple[list[tuple[int, int]], int]],
    count: int,
) -> None:
    """Share what a deal saves among the units that gain by it.

    A unit that is cheaper than its part of the price of n gains nothing; what it would lose, and
    the odd cents of the groups, the others gain less, in proportion.
    """
    gaining = [(part, gain, sum(units for _, units in part)) for part, gain in parts if gain > 0]
    lost = sum(gain * sum(units for _, units in part) for part, gain in parts if gain < 0)
    lost -= odd_cents(deal) * (count // deal.terms.group)
    weights = [gain * units for _, gain, units in gaining]
    shares = allocate(sum(weights) + lost, weights) if lost else weights
    for (part, _, _), share in zip(gaining, shares, strict=True):
        pieces = [units for _, units in part]
        for (line, units), cents in zip(part, _cut(share, pieces), strict=True):
            ledger.book(line, deal, cents, units)


def _cut(share: int, pieces: list[int]) -> Sequence[int]:
    whole = sum(pieces)
    if share % whole == 0:
        return [share // whole * units for units in pieces]
    return allocate(share, pieces)
