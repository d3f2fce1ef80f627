"""Shifts check themselves: every closed one has its Z, and its Z is what stands in the books."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q

from apps.orders.models import DayClose, Order, Return, ZAmendment, ZReport
from apps.orders.particulars import KEYS as PARTICULARS
from apps.orders.particulars import find_wrong_tips
from apps.orders.takings import sum_shift
from apps.orders.z_reports import render_amendment, render_z
from apps.payments.drawer_selectors import list_closed_shifts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_KEPT = ("expected_cents", "counted_cents", "variance_cents", "number")
_SUMS = ("sales", "voids", "returns", "net_cents", "tax_cents", "gift_cards")
_NONE = {"gift_cards": {"sold_cents": 0, "voided_cents": 0}}  # what older ones do not name


def find_faulty_shifts() -> Iterator[str]:
    """A sentence for every Z that is missing, was changed, or is not what its shift came to."""
    yield from _find_missing()
    for z in ZReport.objects.prefetch_related("amendments").order_by("pk").iterator(500):
        for fault in _faults_of(z):
            yield f"Z {z.number} of till {z.terminal_id}: {fault}"
    yield from _find_gaps("till {}: Z reports", ZReport.objects.values_list("terminal", "number"))
    yield from _find_gaps("Z {}: amendments", ZAmendment.objects.values_list("z", "number"))
    yield from _find_gaps("store {}: day closes", DayClose.objects.values_list("store", "number"))
    yield from _find_strangers()


def _find_missing() -> Iterator[str]:
    written = set(ZReport.objects.values_list("shift", flat=True))
    for shift in list_closed_shifts():
        if shift.pk not in written:
            yield f"Shift {shift.pk} is closed and has no Z."


def _faults_of(z: ZReport) -> Iterator[str]:
    amendments = sorted(z.amendments.all(), key=lambda amendment: amendment.number)
    if any(getattr(z, name) != z.snapshot[name] for name in _KEPT):
        yield "its figures are not those of its snapshot"
    if z.text != render_z(z.snapshot):
        yield "its print is not that of its snapshot"
    for amendment in amendments:
        if amendment.text != render_amendment(amendment.snapshot, z.snapshot):
            yield f"the print of amendment {amendment.number} is not that of its snapshot"
    told = [z.snapshot, *(amendment.snapshot for amendment in amendments)]
    now = sum_shift(z.shift_id).figures
    for name in (*_SUMS, *(key for key in PARTICULARS if all(key in each for each in told))):
        if now[name] != _add_up([{**_NONE, **figures}[name] for figures in told]):
            yield f"its {name} with amendments are not what stands in the shift"
    if fault := find_wrong_tips(told, now):
        yield fault


def _add_up(parts: list[Any]) -> Any:
    if isinstance(parts[0], int):
        return sum(parts)
    return {name: sum(part[name] for part in parts) for name in parts[0]}


def _find_gaps(what: str, numbered: Iterable[tuple[Any, int]]) -> Iterator[str]:
    numbers: dict[Any, list[int]] = defaultdict(list)
    for owner, number in numbered:
        numbers[owner].append(number)
    for owner, found in sorted(numbers.items()):
        if sorted(found) != list(range(1, len(found) + 1)):
            yield f"{what.format(owner)} are not numbered from 1 to {len(found)}"


def _find_strangers() -> Iterator[str]:
    """Sales and returns that stand in the shift of another till than the one they were made at."""
    strange = Q(shift__isnull=False) & ~Q(shift__terminal=F("terminal"))
    for number in Order.objects.filter(strange).order_by("number").values_list("number", flat=True):
        yield f"order {number} stands in the shift of another till"
    for key in Return.objects.filter(strange).order_by("pk").values_list("pk", flat=True):
        yield f"return {key} stands in the shift of another till"
