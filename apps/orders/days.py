"""A store's business day as its closing sees it: what it came to, and what it still lacks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Min, Sum

from apps.orders.missing import find_missing
from apps.orders.models import BlindReturn, DayClose, Order, Return, ZAmendment, ZReport
from apps.orders.takings import sum_day
from apps.orders.z_reports import as_json
from apps.payments.day_figures import sum_tenders_by_day
from apps.payments.drawer_selectors import list_shifts_of_day
from apps.payments.types import TenderKind

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date, datetime

    from django.db.models import QuerySet

    from apps.payments.models import Shift
    from apps.stores.types import StoreDays, StoreProfile

type Document = dict[str, Any]
type Waiting = tuple[StoreDays, list[tuple[date, list[Document]]]]

LATELY = timedelta(days=31)
_OF_Z = (
    "z",
    "expected_cents",
    "counted_cents",
    "variance_cents",
    "z_variance_cents",
    "late_cents",
)
_NO_Z: Document = dict.fromkeys(_OF_Z)  # of a shift that is open


@dataclass(frozen=True, slots=True)
class Taken:
    """What came in on a business date, less what went back, as a day close sums it."""

    day: date
    cash_cents: int
    card_cents: int
    other_cents: int  # gift cards and store credit


def describe_day(*, store: StoreProfile, business_date: date) -> Document:
    """All that a day came to: sales, how they were paid, tax, shifts, and what is missing.

    Late sales are in all of it: also in what was expected of the drawers, whose variance is what
    they have left of it. What a Z said otherwise stands beside it.
    """
    shifts = list(list_shifts_of_day(store_id=store.id, business_date=business_date))
    late = Sum("amendments__expected_cents", default=0)
    zs = ZReport.objects.filter(shift__in=shifts).annotate(late_cents=late)
    by_shift = {z.shift_id: _describe_z(z) for z in zs}
    return as_json(
        {
            "store": {"id": store.id, "code": store.code, "name": store.name},
            "business_date": business_date,
            **sum_day(store_id=store.id, business_date=business_date).figures,
            "shifts": [_describe_shift(shift) | by_shift.get(shift.pk, _NO_Z) for shift in shifts],
            "variance_cents": sum(z["variance_cents"] for z in by_shift.values()),
            "missing": find_missing([(store, [business_date])])[store.id, business_date],
        }
    )


def list_open_days(*, stores: Sequence[StoreDays], now: datetime) -> dict[int, list[date]]:
    """By store the business dates of the last month that have sales and that nobody has closed.

    The newest come first.
    """
    since = {store.id: store.business_date(now - LATELY) for store in stores}
    wanted = {"store__in": since, "business_date__gte": min(since.values(), default=now.date())}
    closed = set(DayClose.objects.filter(**wanted).values_list("store", "business_date"))
    days = Order.objects.filter(**wanted).order_by().values_list("store", "business_date")
    open_days: dict[int, list[date]] = {store.id: [] for store in stores}
    for store, day, _first in days.annotate(first=Min("placed_at")):  # each date once
        if day >= since[store] and (store, day) not in closed:
            open_days[store].append(day)
    return {store: sorted(days, reverse=True) for store, days in open_days.items()}


def find_day_close(*, store: StoreProfile, business_date: date) -> DayClose | None:
    """The closing of a day, if somebody has closed it."""
    return DayClose.objects.filter(store=store.id, business_date=business_date).first()


def list_waiting(*, stores: Sequence[StoreDays], now: datetime) -> list[Waiting]:
    """By store the days that wait to be closed, the newest first, each with what it lacks."""
    days = list_open_days(stores=stores, now=now)
    missing = find_missing((store, days[store.id]) for store in stores)
    return [(store, [(day, missing[store.id, day]) for day in days[store.id]]) for store in stores]


def list_takings(*, store_ids: Collection[int], since: date) -> list[Taken]:
    """What the stores took on each business date since then, the first one first."""
    here = {"store__in": store_ids, "business_date__gte": since}
    orders, returns = Order.objects.filter(**here), Return.objects.filter(**here)
    sums = sum_tenders_by_day(orders=orders, returns=returns)
    for day, change in _by_day(orders, "change_cents"):
        sums[day, TenderKind.CASH] -= change
    for day, credited in _by_day(BlindReturn.objects.filter(**here), "total_cents"):
        sums[day, TenderKind.STORE_CREDIT] -= credited
    return [
        Taken(
            day,
            cash_cents=sums[day, TenderKind.CASH],
            card_cents=sums[day, TenderKind.CARD],
            other_cents=sums[day, TenderKind.GIFT_CARD] + sums[day, TenderKind.STORE_CREDIT],
        )
        for day in sorted({day for day, _ in sums})
    ]


def _by_day(rows: QuerySet[Any], column: str) -> list[tuple[date, int]]:
    return list(rows.order_by().values_list("business_date").annotate(cents=Sum(column)))


def list_later(*, closed: DayClose) -> Document:
    """What came to a day after it was closed: late sales and others, and returns."""
    later = Order.objects.filter(
        store=closed.store_id,
        business_date=closed.business_date,
        placed_at__gt=closed.closed_at,
    )
    return {
        "amendments": ZAmendment.objects.filter(order__in=later).select_related("z", "order"),
        "orders": later.filter(amendment__isnull=True).order_by("placed_at", "pk"),
        "returns": Return.objects.filter(
            store=closed.store_id,
            business_date=closed.business_date,
            returned_at__gt=closed.closed_at,
        ).select_related("order"),
        "blind_returns": BlindReturn.objects.filter(
            store=closed.store_id,
            business_date=closed.business_date,
            returned_at__gt=closed.closed_at,
        ),
    }


def _describe_shift(shift: Shift) -> Document:
    return {
        "id": str(shift.pk),
        "terminal": shift.terminal_id,
        "till": shift.terminal.number,
        "opened_by": shift.opened_by_name,
        "opened_at": shift.opened_at,
        "closed_at": shift.closed_at,
    }


def _describe_z(z: Any) -> Document:
    """What a Z, annotated with the cash of its late sales, comes to with them."""
    return {
        "z": z.number,
        "expected_cents": z.expected_cents + z.late_cents,
        "counted_cents": z.counted_cents,
        "variance_cents": z.variance_cents - z.late_cents,
        "z_variance_cents": z.variance_cents,
        "late_cents": z.late_cents,
    }
