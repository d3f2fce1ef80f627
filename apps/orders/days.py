"""A store's business day as its closing sees it: what it came to, and what it still lacks."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef

from apps.core.clock import instant_at
from apps.orders.models import BlindReturn, DayClose, Order, Return, ZAmendment, ZReport
from apps.orders.takings import sum_day
from apps.orders.types import OrderStatus
from apps.orders.z_reports import as_json
from apps.payments.drawer_selectors import had_shift_by, list_shifts_of_day
from apps.payments.drawer_types import ShiftStatus
from apps.payments.selectors import count_unknown, count_untaken

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from apps.payments.models import Shift
    from apps.stores.types import StoreProfile

type Document = dict[str, Any]

LATELY = timedelta(days=31)


def describe_day(*, store: StoreProfile, business_date: date) -> Document:
    """All that a day came to: sales, how they were paid, tax, shifts, and what is missing."""
    shifts = list(list_shifts_of_day(store_id=store.id, business_date=business_date))
    zs = {z.shift_id: z for z in ZReport.objects.filter(shift__in=shifts)}
    return as_json(
        {
            "store": {"id": store.id, "code": store.code, "name": store.name},
            "business_date": business_date,
            **sum_day(store_id=store.id, business_date=business_date).figures,
            "shifts": [_describe_shift(shift, zs.get(shift.pk)) for shift in shifts],
            "variance_cents": sum(z.variance_cents for z in zs.values()),
            "missing": list(_find_missing(store, business_date, shifts)),
        }
    )


def list_open_days(*, store: StoreProfile, now: datetime) -> list[date]:
    """The business dates of the last month on which the store sold and which nobody has closed."""
    closed = DayClose.objects.filter(store=store.id).values("business_date")
    since = store.business_date(now - LATELY)
    days = Order.objects.filter(store=store.id, business_date__gte=since)
    open_days = days.exclude(business_date__in=closed).values_list("business_date", flat=True)
    return sorted(open_days.distinct(), reverse=True)


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


def _describe_shift(shift: Shift, z: ZReport | None) -> Document:
    return {
        "id": str(shift.pk),
        "terminal": shift.terminal_id,
        "till": shift.terminal.number,
        "opened_by": shift.opened_by_name,
        "opened_at": shift.opened_at,
        "closed_at": shift.closed_at,
        "z": z.number if z else None,
        "expected_cents": z.expected_cents if z else None,
        "counted_cents": z.counted_cents if z else None,
        "variance_cents": z.variance_cents if z else None,
    }


def _find_missing(
    store: StoreProfile, business_date: date, shifts: list[Shift]
) -> Iterator[Document]:
    """What keeps a day from being whole, each with its code and a sentence."""
    for shift in shifts:
        if shift.status == ShiftStatus.OPEN:
            yield _lack(
                "shift-open",
                f"Till {shift.terminal.number}: the shift of "
                f"{shift.opened_by_name} is open. Count its drawer and close it.",
            )
    sold = Order.objects.filter(store=store.id, business_date=business_date)
    if untaken := count_untaken(sold.filter(status=OrderStatus.COMPLETED.value)):
        yield _lack(
            "card-not-taken",
            f"{_many(untaken, 'card')} of the day's sales: the money is "
            "not taken yet. It is tried again by itself; see Card payments.",
        )
    ends = instant_at(business_date + timedelta(days=1), store.day_end_hour * 60, zone=store.zone)
    if unknown := count_unknown(store_id=store.id, before=ends):
        yield _lack(
            "payment-unknown",
            f"{_many(unknown, 'card payment')}: Stripe has not said "
            "what became of it. It is asked until it answers; see Card payments.",
        )
    keeps_drawer = Exists(had_shift_by(OuterRef("terminal"), ends))
    if outside := sold.filter(keeps_drawer, shift__isnull=True).count():
        yield _lack(
            "sale-outside-shift",
            f"{_many(outside, 'sale')} at a till that keeps a drawer,"
            " outside any shift: the cash of it is on no Z.",
        )


def _lack(code: str, detail: str) -> Document:
    return {"code": code, "detail": detail}


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
