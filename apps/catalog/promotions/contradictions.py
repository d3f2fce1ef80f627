"""What is wrong with a promotion as it was written, field by field, and what two have in common."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from apps.catalog.promotions.running import DAYS
from apps.catalog.promotions.types import PromotionKind, Selection
from apps.core.clock import MINUTES_PER_DAY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apps.catalog.promotions.types import Draft, Schedule

FIGURES = ("percent", "amount_cents", "units", "get_units", "limit", "from_cents")
NEEDED: dict[PromotionKind, tuple[str, ...]] = {
    PromotionKind.PERCENT_OFF: ("percent",),
    PromotionKind.AMOUNT_OFF: ("amount_cents",),
    PromotionKind.FIXED_PRICE: ("amount_cents",),
    PromotionKind.N_FOR_PRICE: ("units", "amount_cents"),
    PromotionKind.BUY_GET: ("units", "get_units", "percent"),
    PromotionKind.MIXED_CASE: ("units", "percent"),
    PromotionKind.CASE: ("units", "percent"),
    PromotionKind.SALE_AMOUNT_OFF: ("amount_cents",),
}
OPTIONAL: dict[PromotionKind, tuple[str, ...]] = {
    PromotionKind.N_FOR_PRICE: ("limit",),
    PromotionKind.BUY_GET: ("limit",),
    PromotionKind.CASE: ("limit",),
    PromotionKind.SALE_AMOUNT_OFF: ("from_cents",),
}
FREE = frozenset({PromotionKind.FIXED_PRICE, PromotionKind.N_FOR_PRICE})  # may cost nothing
GROUPS_FROM_TWO = frozenset(
    {PromotionKind.N_FOR_PRICE, PromotionKind.MIXED_CASE, PromotionKind.CASE}
)
MOST_PERCENT = Decimal(100)
MOST_UNITS, MOST_LIMIT = 144, 99


class Fault(NamedTuple):
    """What is wrong with one field, and what to do about it."""

    field: str
    detail: str


def find_faults(draft: Draft) -> list[Fault]:
    """Everything that contradicts itself, or the kind; nothing where the promotion makes sense."""
    return [*_figures(draft), *_groups(draft), *_schedule(draft.schedule), *_selection(draft)]


def _figures(draft: Draft) -> Iterator[Fault]:
    needed, optional = NEEDED[draft.kind], OPTIONAL.get(draft.kind, ())
    for name in FIGURES:
        value = getattr(draft, name)
        if value is None and name in needed:
            yield Fault(name, "This kind of promotion needs it.")
        elif value is not None and name not in (*needed, *optional):
            yield Fault(name, "This kind of promotion has no use for it: leave it empty.")
    if draft.percent is not None and not 0 < draft.percent <= MOST_PERCENT:
        yield Fault("percent", "Type more than 0 and at most 100 percent.")
    if draft.amount_cents is not None and draft.amount_cents < (draft.kind not in FREE):
        yield Fault("amount_cents", "Type an amount above nothing.")


def _groups(draft: Draft) -> Iterator[Fault]:
    least = 2 if draft.kind in GROUPS_FROM_TWO else 1
    if draft.units is not None and not least <= draft.units <= MOST_UNITS:
        yield Fault("units", f"Type a number from {least} to {MOST_UNITS}.")
    if draft.get_units is not None and not 1 <= draft.get_units <= (draft.units or 0):
        yield Fault("get_units", "Nobody gets more than they buy: type 1 up to what is bought.")
    if draft.limit is not None and not 1 <= draft.limit <= MOST_LIMIT:
        yield Fault("limit", f"Type a number from 1 to {MOST_LIMIT}, or leave it empty.")


def _schedule(schedule: Schedule) -> Iterator[Fault]:
    if schedule.ends_at is not None and schedule.ends_at <= schedule.starts_at:
        yield Fault("ends_at", "It ends before it starts: choose a later end.")
    if not schedule.weekdays <= set(range(DAYS)):
        yield Fault("weekdays", "There are seven days, from 0 for Monday to 6 for Sunday.")
    begins, ends = schedule.from_minute, schedule.until_minute
    if (begins is None) != (ends is None):
        yield Fault("until_minute", "Type both times, or neither.")
    elif begins is not None and ends is not None:
        if not (0 <= begins < MINUTES_PER_DAY and 0 <= ends <= MINUTES_PER_DAY):
            yield Fault("until_minute", "Type times of day, from 00:00 to 24:00.")
        elif begins == ends:
            yield Fault("until_minute", "From and until are the same: the hours have no length.")


def _selection(draft: Draft) -> Iterator[Fault]:
    if draft.kind is PromotionKind.SALE_AMOUNT_OFF and draft.selection != Selection():
        yield Fault("products", "It is taken off the whole sale: choose no products.")
    both = draft.selection.products & draft.selection.excluded
    if both:
        yield Fault("excluded", "A product is both chosen and excluded.")


def times_overlap(one: Schedule, other: Schedule) -> bool:
    """Whether two schedules share an instant, going by their periods and by an ordinary week."""
    starts = max(one.starts_at, other.starts_at)
    if any(each.ends_at is not None and each.ends_at <= starts for each in (one, other)):
        return False
    return any(
        begins < other_ends and other_begins < ends
        for begins, ends in _spans(one)
        for other_begins, other_ends in _spans(other)
    )


def _spans(schedule: Schedule) -> Iterator[tuple[int, int]]:
    """Minutes of the week; what runs past its end begins once more at its beginning."""
    week = DAYS * MINUTES_PER_DAY
    begins = schedule.from_minute or 0
    ends = MINUTES_PER_DAY if schedule.until_minute is None else schedule.until_minute
    if ends <= begins:
        ends += MINUTES_PER_DAY
    for day in sorted(schedule.weekdays) or range(DAYS):
        start = day * MINUTES_PER_DAY
        yield start + begins, min(week, start + ends)
        if start + ends > week:
            yield 0, start + ends - week
