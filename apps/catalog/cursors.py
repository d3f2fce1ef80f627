"""Where a reader of the catalog stands among the facts that other systems are told."""

from __future__ import annotations

import re
from dataclasses import dataclass

_FORM = re.compile(r"([0-9]{1,18})\.([0-9a-f]{8})?\.([0-9]{1,18})(?:\.([0-9]{1,6}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Cursor:
    """All facts up to `number` are known, or of the fact of that number the first `taken` products.

    `mark` tells that fact from another of its number, so that a head office that was restored from
    a backup is not taken for the one before. `book_id` is the price book that was read: what a
    store sells by another one must be read from the beginning.
    """

    number: int
    mark: str
    book_id: int
    taken: int = 0  # 0: the fact is known whole

    def __str__(self) -> str:
        taken = f".{self.taken}" if self.taken else ""
        return f"{self.number}.{self.mark}.{self.book_id}{taken}"

    @property
    def first(self) -> int:
        """The number of the first fact that may tell of something new."""
        return self.number if self.taken else self.number + 1


def read_cursor(text: str) -> Cursor | None:
    """The cursor that a text stands for; None where it stands for none."""
    match = _FORM.fullmatch(text)
    if match is None:
        return None
    number, mark, book_id, taken = match.groups()
    return Cursor(int(number), mark or "", int(book_id), int(taken or 0))
