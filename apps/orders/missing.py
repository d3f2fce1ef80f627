"""What keeps a business day from being whole: open shifts, cards not taken, stray sales."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count

from apps.core.clock import instant_at
from apps.orders.models import Order
from apps.orders.types import OrderStatus
from apps.payments.drawer_selectors import list_first_openings, list_open_shifts
from apps.payments.selectors import list_unknown, list_untaken_orders

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import date, datetime

    from apps.stores.types import StoreProfile

type Document = dict[str, Any]


def find_missing(*, store: StoreProfile, days: Collection[date]) -> Mapping[date, list[Document]]:
    """By business date what it lacks, each with its code and a sentence.

    It takes as many statements for many days as for one.
    """
    if not days:
        return {}
    ends = {day: _end_of(day, store) for day in days}
    missing: dict[date, list[Document]] = {day: [] for day in days}
    parts = (_open_shifts(store), _untaken(store, days), _unknown(store, ends), _stray(store, ends))
    for part in parts:
        for day, lack in part:
            if day in missing:
                missing[day].append(lack)
    return missing


def _open_shifts(store: StoreProfile) -> Iterator[tuple[date, Document]]:
    shifts = list_open_shifts().filter(store=store.id).order_by("terminal__number", "opened_at")
    sold = Order.objects.filter(shift__in=shifts.order_by()).order_by()
    dates = list(sold.values_list("shift", "business_date").distinct())
    for shift in shifts:
        lack = _lack(
            "shift-open",
            f"Till {shift.terminal.number}: the shift of "
            f"{shift.opened_by_name} is open. Count its drawer and close it.",
        )
        for day in {shift.business_date, *(day for pk, day in dates if pk == shift.pk)}:
            yield day, lack


def _untaken(store: StoreProfile, days: Collection[date]) -> Iterator[tuple[date, Document]]:
    sold = Order.objects.filter(
        store=store.id, business_date__in=days, status=OrderStatus.COMPLETED.value
    )
    untaken = list_untaken_orders(sold)
    dates = dict(sold.filter(pk__in=untaken).values_list("pk", "business_date"))
    for day, count in Counter(dates[order_id] for order_id in untaken).items():
        yield (
            day,
            _lack(
                "card-not-taken",
                f"{_many(count, 'card')} of the day's sales: the money is "
                "not taken yet. It is tried again by itself; see Card payments.",
            ),
        )


def _unknown(store: StoreProfile, ends: Mapping[date, datetime]) -> Iterator[tuple[date, Document]]:
    begun = list_unknown(store_id=store.id)
    for day, end in ends.items():
        if count := sum(at < end for at in begun):
            yield (
                day,
                _lack(
                    "payment-unknown",
                    f"{_many(count, 'card payment')}: Stripe has not said "
                    "what became of it. It is asked until it answers; see Card payments.",
                ),
            )


def _stray(store: StoreProfile, ends: Mapping[date, datetime]) -> Iterator[tuple[date, Document]]:
    """Sales outside any shift, at tills that kept a drawer by the end of that day."""
    openings = list_first_openings(store_id=store.id)
    sold = Order.objects.filter(store=store.id, business_date__in=ends, shift__isnull=True)
    stray: Counter[date] = Counter()
    for day, terminal, count in (
        sold.values_list("business_date", "terminal").annotate(count=Count("pk")).order_by()
    ):
        if terminal in openings and openings[terminal] < ends[day]:
            stray[day] += count
    for day, count in stray.items():
        yield (
            day,
            _lack(
                "sale-outside-shift",
                f"{_many(count, 'sale')} at a till that keeps a drawer,"
                " outside any shift: the cash of it is on no Z.",
            ),
        )


def _end_of(day: date, store: StoreProfile) -> datetime:
    return instant_at(day + timedelta(days=1), store.day_end_hour * 60, zone=store.zone)


def _lack(code: str, detail: str) -> Document:
    return {"code": code, "detail": detail}


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
