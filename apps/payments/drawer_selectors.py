"""Reads of shifts and of what moved through their drawers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Min, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from apps.payments.drawer_rules import expect
from apps.payments.drawer_types import CashMovementKind, CashTaken, Drawer, ShiftStatus, TenderSum
from apps.payments.errors import ShiftNotOpen, ShiftUnknown
from apps.payments.models import CashMovement, DrawerCount, Payment, Shift, Tender
from apps.payments.types import TenderKind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date, datetime
    from uuid import UUID

    from django.db.models import QuerySet

NOT_OURS = ~Q(kind=CashMovementKind.VARIANCE.value)


def find_open_shift(*, terminal_id: int) -> Shift | None:
    """The shift that is open at a terminal, or None."""
    return Shift.objects.filter(terminal=terminal_id, status=ShiftStatus.OPEN.value).first()


def get_open_shift(*, terminal_id: int) -> Shift:
    """The shift that is open at a terminal.

    Raises:
        ShiftNotOpen: there is none.
    """
    shift = find_open_shift(terminal_id=terminal_id)
    if shift is None:
        raise ShiftNotOpen("Open a shift at this till first.")
    return shift


def get_shift(*, store_id: int, shift_id: UUID) -> Shift:
    """A shift of a store.

    Raises:
        ShiftUnknown: there is none, or it is another store's.
    """
    shift = Shift.objects.filter(store=store_id, pk=shift_id).first()
    if shift is None:
        raise ShiftUnknown("There is no such shift in this store.", id=str(shift_id))
    return shift


def find_closed_shift(*, terminal_id: int, at: datetime) -> Shift | None:
    """The closed shift in whose time an instant lies at a terminal, or None."""
    closed = Shift.objects.filter(terminal=terminal_id, status=ShiftStatus.CLOSED.value)
    return closed.filter(opened_at__lte=at, closed_at__gt=at).order_by("opened_at").last()


def is_before_shift(*, shift_id: UUID, at: datetime) -> bool:
    """Whether an instant lies before a shift was opened."""
    return Shift.objects.filter(pk=shift_id, opened_at__gt=at).exists()


def list_open_shifts() -> QuerySet[Shift]:
    """The shifts that are open at any till, the oldest first."""
    open_ones = Shift.objects.filter(status=ShiftStatus.OPEN.value).order_by("opened_at", "pk")
    return open_ones.select_related("store", "terminal")


def list_closed_shifts() -> QuerySet[Shift]:
    """Every shift that was closed, in the order of their openings."""
    closed = Shift.objects.filter(status=ShiftStatus.CLOSED.value)
    return closed.order_by("opened_at", "pk")


def list_shifts_of_day(*, store_id: int, business_date: date) -> QuerySet[Shift]:
    """The shifts of a store's business date: opened on it, or with sales of it."""
    shifts = Shift.objects.filter(store=store_id).select_related("terminal")
    sold = Shift.objects.filter(store=store_id, orders__business_date=business_date).values("pk")
    of_day = shifts.filter(Q(business_date=business_date) | Q(pk__in=sold))
    return of_day.order_by("terminal__number", "opened_at", "pk")


def list_first_openings(*, store_ids: Collection[int]) -> dict[int, datetime]:
    """When each terminal of these stores opened its first shift, if it keeps a drawer."""
    shifts = Shift.objects.filter(store__in=store_ids).values_list("terminal")
    return dict(shifts.annotate(first=Min("opened_at")).order_by("terminal"))


def list_movements(*, shift_id: UUID) -> QuerySet[CashMovement]:
    """What moved through the drawer of a shift other than by sales, oldest first."""
    return CashMovement.objects.filter(shift=shift_id).order_by("at", "pk")


def list_counts(*, shift_id: UUID) -> QuerySet[DrawerCount]:
    """The counts of a shift's drawer, the first one first."""
    return DrawerCount.objects.filter(shift=shift_id).order_by("number")


def sum_tenders(
    *, sold: QuerySet[Any], voided: QuerySet[Any], returned: QuerySet[Any]
) -> tuple[TenderSum, ...]:
    """What came in for orders that were sold and went back for voided ones and for returns.

    By kind, and by the brand of cards. Change is not known here: cash is what was handed over.
    """
    back = Tender.objects.filter(
        order__in=returned.order_by().values("order"),
        return_id__in=returned.order_by().values("pk"),
    )
    of_orders = Tender.objects.filter(return_id__isnull=True)
    parts = (
        of_orders.filter(order__in=sold.order_by().values("pk"), amount_cents__gte=0),
        of_orders.filter(order__in=voided.order_by().values("pk"), amount_cents__lt=0),
        back,
    )
    sums = [_by_kind(part) for part in parts]
    return tuple(
        TenderSum(
            TenderKind(kind),
            brand,
            *(abs(cents.get((kind, brand), 0)) for cents in sums),
        )
        for kind, brand in sorted(set().union(*sums))
    )


def _by_kind(tenders: QuerySet[Tender]) -> dict[tuple[str, str], int]:
    """What tenders come to by kind and card's brand."""
    paid_by = Payment.objects.filter(pk=OuterRef("payment_id")).values("card_brand")
    rows = tenders.annotate(brand=Coalesce(Subquery(paid_by), Value(""))).values("kind", "brand")
    return {
        (row["kind"], row["brand"]): row["cents"]
        for row in rows.annotate(cents=Sum("amount_cents")).order_by("kind", "brand")
    }


def cash_of(sums: Iterable[TenderSum], *, change_cents: int) -> CashTaken:
    """The cash among tenders, less the change that was given."""
    for entry in sums:
        if entry.kind is TenderKind.CASH:
            return CashTaken(
                entry.taken_cents - change_cents, entry.voided_cents, entry.returned_cents
            )
    return CashTaken(-change_cents)


def get_drawer(shift: Shift) -> Drawer:
    """What moved through the drawer of a shift so far."""
    sums = sum_tenders(
        sold=shift.orders.all(), voided=shift.voided_orders.all(), returned=shift.returns.all()
    )
    change_cents = shift.orders.aggregate(cents=Sum("change_cents"))["cents"] or 0
    moved = CashMovement.objects.filter(shift=shift).values_list("kind")
    return Drawer(
        opening_float_cents=shift.opening_float_cents,
        cash=cash_of(sums, change_cents=change_cents),
        moved={
            CashMovementKind(kind): cents
            for kind, cents in moved.annotate(cents=Sum("amount_cents")).order_by("kind")
        },
    )


@dataclass(frozen=True, slots=True)
class History:
    """All that happened to the drawer of a shift."""

    drawer: Drawer
    movements: tuple[CashMovement, ...]
    counts: tuple[DrawerCount, ...]


def get_history(shift: Shift) -> History:
    """All that happened to the drawer of a shift; the variance is no movement of anybody's."""
    movements = list_movements(shift_id=shift.pk).filter(NOT_OURS)
    return History(get_drawer(shift), tuple(movements), tuple(list_counts(shift_id=shift.pk)))


def describe_shift(shift: Shift) -> dict[str, Any]:
    """A shift as tills see it. What should be in the drawer is not told before it is counted."""
    counts = list(list_counts(shift_id=shift.pk))
    return {
        "id": str(shift.pk),
        "status": shift.status.lower(),
        "business_date": shift.business_date.isoformat(),
        "terminal": shift.terminal_id,
        "opening_float_cents": shift.opening_float_cents,
        "opened_at": shift.opened_at,
        "opened_by": {"id": shift.opened_by_id, "name": shift.opened_by_name},
        "closed_at": shift.closed_at,
        "recount_required": bool(counts) and shift.status == ShiftStatus.OPEN,
        "cash_movements": [
            describe_movement(row) for row in list_movements(shift_id=shift.pk).filter(NOT_OURS)
        ],
    }


def describe_movement(movement: CashMovement) -> dict[str, Any]:
    """A cash movement as tills see it."""
    return {
        "id": str(movement.pk),
        "shift_id": str(movement.shift_id),
        "kind": movement.kind.lower(),
        "amount_cents": movement.amount_cents,
        "reason": movement.reason,
        "by": movement.actor_name,
        "at": movement.at,
    }


def describe_open_shift(*, terminal_id: int) -> dict[str, Any] | None:
    """The open shift of a terminal as whoever logs in there sees it, or None."""
    shift = find_open_shift(terminal_id=terminal_id)
    return describe_shift(shift) if shift else None


def find_unbalanced_drawers() -> list[str]:
    """A sentence per closed shift whose drawer does not come to what was counted in it."""
    faults = []
    final = {count.shift_id: count for count in DrawerCount.objects.filter(is_final=True)}
    for shift in list_closed_shifts():
        count, comes_to = final.get(shift.pk), expect(get_drawer(shift))
        if count is None:
            faults.append(f"Shift {shift.pk} is closed, but its drawer was never counted.")
        elif comes_to != count.counted_cents:
            faults.append(
                f"Shift {shift.pk} comes to {comes_to} cents with its variance,"
                f" {count.counted_cents} were counted."
            )
    return faults
