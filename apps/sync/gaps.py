"""Which numbers of a source have come. Pure: spans of whole numbers, both ends among them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_TOLD = 100  # gaps
FARTHEST = 1_000_000_000  # ahead of the highest number seen: more than any chain ever tells


@dataclass(frozen=True, slots=True)
class Span:
    """Numbers from `first` to `last`."""

    first: int
    last: int

    def __contains__(self, number: int) -> bool:
        return self.first <= number <= self.last

    def without(self, other: Span) -> Iterator[Span]:
        """What is left of it."""
        if self.first < other.first:
            yield Span(self.first, min(self.last, other.first - 1))
        if self.last > other.last:
            yield Span(max(self.first, other.last + 1), self.last)


@dataclass(frozen=True, slots=True)
class Seen:
    """The highest number seen of a source, and what is missing below it, lowest first."""

    through: int
    gaps: tuple[Span, ...] = ()

    @property
    def next_expected(self) -> int:
        """The lowest number that has not come."""
        return self.gaps[0].first if self.gaps else self.through + 1

    def has(self, number: int) -> bool:
        """Whether this number has come."""
        return number <= self.through and not any(number in gap for gap in self.gaps)

    def is_beyond(self, number: int) -> bool:
        """Whether a number is too far ahead to be believed: all below it would be missing."""
        return number > self.through + FARTHEST

    def told_gaps(self) -> list[dict[str, int]]:
        """What is missing, lowest first, as far as it is told."""
        return [{"first": gap.first, "last": gap.last} for gap in self.gaps[:MOST_TOLD]]

    def after(self, came: Span) -> Seen:
        """What is seen and missing once these numbers have come as well, if they are believed."""
        if self.is_beyond(came.first):
            return self
        gaps = [left for gap in self.gaps for left in gap.without(came)]
        if came.first > self.through + 1:
            gaps.append(Span(self.through + 1, came.first - 1))
        return Seen(max(self.through, came.last), tuple(gaps))


def in_words(numbers: Sequence[int]) -> str:
    """`7`, or `7 to 12`, of numbers that lie side by side or not."""
    return f"{min(numbers)}" if len(set(numbers)) == 1 else f"{min(numbers)} to {max(numbers)}"
