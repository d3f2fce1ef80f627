"""What has become of products and prices since a reader looked last, and where it stands then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from apps.catalog.cursors import Cursor
from apps.catalog.events import PriceChanged, ProductUpdated
from apps.core.numbered import last_number, list_told, mark_of, pruned_through

if TYPE_CHECKING:
    from collections.abc import Iterator

# Beyond these a snapshot is cheaper, for us and for who reads.
MOST_FACTS = 50_000
MOST_MENTIONS = 5_000
_TYPES = (ProductUpdated.type, PriceChanged.type)

type Place = tuple[int, int]  # the number of a fact, and how many products it has named by then
type Rename = tuple[str, str]  # the SKU before, and the one since


@dataclass(frozen=True, slots=True)
class Changed:
    """The SKUs that facts name since a cursor, each once, and the cursor behind them.

    `renames` are all that were told between the two cursors, in their order. They stand by
    themselves: a product that was changed again after its rename is named pages later.
    """

    skus: tuple[str, ...]
    cursor: Cursor
    has_more: bool = False
    renames: tuple[Rename, ...] = ()


def head(book_id: int) -> Cursor:
    """Where somebody stands who reads the catalog from now on."""
    number = last_number()
    return Cursor(number, mark_of(number), book_id)


def list_changed(*, since: Cursor, book_id: int, limit: int) -> Changed | None:
    """What was told since then, at most `limit` products; None where all must be read anew.

    That is where the facts in question are not kept any more, where there are too many of them,
    where the cursor is not one of this installation's past, or is another price book's. A product
    that is told of again and again is named once, where it was told of last.
    """
    end = head(book_id)
    if not _may_follow(since, end):
        return None
    places: dict[str, Place] = {}
    renames: list[tuple[Place, Rename]] = []
    for count, (sku, before, place) in enumerate(_mentions(since, end)):
        if count >= MOST_MENTIONS:
            return None
        places[sku] = place
        if before is not None:
            renames.append((place, (before, sku)))
    if not _was_all_there(since, end):
        return None
    done = (since.number, since.taken)
    waiting = sorted((place, sku) for sku, place in places.items() if place > done)
    skus = tuple(sku for _, sku in waiting[:limit])
    if len(waiting) <= limit:
        return Changed(skus, end, renames=tuple(rename for at, rename in renames if at > done))
    through = number, taken = waiting[limit - 1][0]
    told = tuple(rename for at, rename in renames if done < at <= through)
    return Changed(
        skus, Cursor(number, mark_of(number), book_id, taken), has_more=True, renames=told
    )


def _may_follow(since: Cursor, end: Cursor) -> bool:
    """Whether a cursor is about the same book, and neither ahead of us nor far behind."""
    return since.book_id == end.book_id and 0 <= end.number - since.number <= MOST_FACTS


def _was_all_there(since: Cursor, end: Cursor) -> bool:
    """Whether nothing was missing of what has been read since a cursor.

    It is asked when that has been read: what is pruned is said to be gone before it goes.
    """
    mark = mark_of(since.number)
    if mark and mark != since.mark:
        return False
    pruned = pruned_through()
    is_known = bool(mark) or since.number == pruned  # the one before the first that is kept
    return since.number == end.number or (is_known and since.first > pruned)


def _mentions(since: Cursor, end: Cursor) -> Iterator[tuple[str, str | None, Place]]:
    """Every SKU that is told of, the SKU it had before where that was another, and where."""
    for number, payload in list_told(types=_TYPES, first=since.first, last=end.number):
        for taken, (sku, before) in enumerate(_named_in(payload), start=1):
            yield sku, before, (number, taken)


def _named_in(payload: dict[str, Any]) -> Iterator[tuple[str, str | None]]:
    for told in (*payload.get("products", ()), *payload.get("prices", ())):
        before = told.get("previous_sku")
        yield told["sku"], before
        if before is not None:
            yield before, None
