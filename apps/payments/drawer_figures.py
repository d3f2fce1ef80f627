"""Shifts as the back office lists them: what came in so far, what went to the safe, who was off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import F, OuterRef, Subquery, Sum

from apps.core.money import format_cents
from apps.payments.drawer_rules import expect
from apps.payments.drawer_selectors import get_drawer, list_counts, list_movements
from apps.payments.drawer_types import CashMovementKind, ShiftStatus
from apps.payments.models import CashMovement, DrawerCount, Shift

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of a timeline, with its order. `tone` is good, warn or bad, or nothing."""

    at: datetime
    title: str
    note: str = ""
    detail: str = ""
    tone: str = ""
    order_id: UUID | None = None
    order_number: str = ""


_TONES = {CashMovementKind.VARIANCE: "warn", CashMovementKind.NO_SALE: "warn"}


def with_figures(shifts: QuerySet[Shift]) -> QuerySet[Shift]:
    """Each shift with its sales, drops and variances in cents; None for nothing.

    `variance_cents` is what is left now, `counted_off_cents` what its Z says: late sales explain
    the rest.
    """
    counts = DrawerCount.objects.filter(shift=OuterRef("pk"), is_final=True)
    final = counts.annotate(off=F("counted_cents") - F("expected_cents"))
    sales = Shift.objects.filter(pk=OuterRef("pk")).values("pk")
    return shifts.annotate(
        sales_cents=Subquery(sales.annotate(cents=Sum("orders__total_cents")).values("cents")),
        dropped_cents=_moved(CashMovementKind.DROP),
        variance_cents=_moved(CashMovementKind.VARIANCE),
        counted_off_cents=Subquery(final.values("off")),
    )


def _moved(kind: CashMovementKind) -> Subquery:
    moved = CashMovement.objects.filter(shift=OuterRef("pk"), kind=kind.value).order_by()
    return Subquery(moved.values("shift").annotate(cents=Sum("amount_cents")).values("cents"))


def list_variances(*, since: datetime) -> list[tuple[str, int, int]]:
    """By who opened the shifts closed since then: too much and too little, in cents, all positive.

    What a late sale has explained since is taken off.
    """
    shifts = Shift.objects.filter(status=ShiftStatus.CLOSED.value, closed_at__gte=since)
    sums: dict[str, tuple[int, int]] = {}
    for shift in with_figures(shifts).order_by("opened_by_name"):
        over, short = sums.get(shift.opened_by_name, (0, 0))
        cents = shift.variance_cents or 0  # type: ignore[attr-defined]  # annotated above
        sums[shift.opened_by_name] = (over + max(cents, 0), short + max(-cents, 0))
    return [(name, over, short) for name, (over, short) in sums.items()]


def expected_now(shift: Shift) -> int:
    """What should lie in the drawer of an open shift; of a closed one, what was counted."""
    return expect(get_drawer(shift))


def list_moments(shift: Shift, *, tells_expected: bool) -> list[Moment]:
    """Everything that happened to a drawer, oldest first. Sales are on their own pages.

    What a count should have found is told only to who does not count the drawer.
    """
    opened = f"{shift.opened_by_name} opened it with {format_cents(shift.opening_float_cents)}"
    moments = [Moment(shift.opened_at, opened, tone="good")]
    moments += [
        _of_count(count, tells_expected=tells_expected) for count in list_counts(shift_id=shift.pk)
    ]
    moments += [_of_movement(movement) for movement in list_movements(shift_id=shift.pk)]
    if shift.closed_at:
        moments.append(Moment(shift.closed_at, f"{shift.closed_by_name} closed it", tone="good"))
    return sorted(moments, key=lambda moment: moment.at)


def _of_movement(movement: CashMovement) -> Moment:
    amount = format_cents(abs(movement.amount_cents))
    kind = CashMovementKind(movement.kind)
    off = "too much" if movement.amount_cents > 0 else "too little"
    titles = {
        CashMovementKind.PAY_IN: f"{amount} paid in",
        CashMovementKind.PAY_OUT: f"{amount} paid out",
        CashMovementKind.DROP: f"{amount} dropped to the safe",
        CashMovementKind.NO_SALE: "Opened without a sale",
        CashMovementKind.VARIANCE: f"{amount} {off}",
    }
    is_ours = kind is CashMovementKind.VARIANCE
    note = movement.reason if is_ours else f"{movement.actor_name}: {movement.reason}"
    return Moment(movement.at, titles[kind], note, tone=_TONES.get(kind, ""))


def _of_count(count: DrawerCount, *, tells_expected: bool) -> Moment:
    title = f"{count.counted_by} counted {format_cents(count.counted_cents)}"
    note = "" if count.is_final else "Too far off: it was asked for once more."
    worth = ((number, format_cents(int(value))) for value, number in count.denominations.items())
    detail = ", ".join(f"{number} x {value}" for number, value in worth if number)
    if tells_expected:
        note = f"{format_cents(count.expected_cents)} expected. {note}".strip()
    return Moment(count.counted_at, title, note, detail, tone="" if count.is_final else "warn")
