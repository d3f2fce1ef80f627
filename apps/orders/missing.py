"""What keeps a business day from being whole: open shifts, cards not taken, stray sales."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Min

from apps.core.clock import instant_at
from apps.orders.models import Order
from apps.orders.types import OrderStatus
from apps.payments.drawer_selectors import list_first_openings, list_open_shifts
from apps.payments.selectors import list_unknown, list_untaken_orders

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date, datetime

    from django.db.models import QuerySet

    from apps.stores.types import StoreDays, StoreProfile

type Document = dict[str, Any]
type Day = tuple[int, date]  # of which store
type Ends = Mapping[Day, datetime]


def find_missing(
    asked: Iterable[tuple[StoreDays | StoreProfile, Iterable[date]]],
) -> dict[Day, list[Document]]:
    """By store and business date what a day lacks, each with its code and a sentence.

    It takes as many statements for many days of many stores as for one.
    """
    ends = {(store.id, day): _end_of(day, store) for store, days in asked for day in days}
    missing: dict[Day, list[Document]] = {day: [] for day in ends}
    for part in (_open_shifts, _untaken, _unknown, _stray) if ends else ():
        for day, lack in part(ends):
            if day in missing:
                missing[day].append(lack)
    return missing


def _open_shifts(ends: Ends) -> Iterator[tuple[Day, Document]]:
    shifts = list_open_shifts().filter(store__in=_stores(ends))
    shifts = shifts.order_by("terminal__number", "opened_at", "pk")
    sold = Order.objects.filter(shift__in=shifts.order_by()).order_by()
    dates = list(sold.values_list("shift", "business_date").annotate(first=Min("placed_at")))
    for shift in shifts:
        lack = _lack(
            "shift-open",
            f"Till {shift.terminal.number}: the shift of "
            f"{shift.opened_by_name} is open. Count its drawer and close it.",
        )
        for day in {shift.business_date, *(day for pk, day, _ in dates if pk == shift.pk)}:
            yield (shift.store_id, day), lack


def _untaken(ends: Ends) -> Iterator[tuple[Day, Document]]:
    sold = _sold_on(ends).filter(status=OrderStatus.COMPLETED.value)
    untaken = list_untaken_orders(sold)
    rows = sold.filter(pk__in=untaken).values_list("pk", "store", "business_date")
    days = {pk: (store, day) for pk, store, day in rows}
    for day, count in Counter(days[order_id] for order_id in untaken).items():
        yield (
            day,
            _lack(
                "card-not-taken",
                f"{_many(count, 'card')} of the day's sales: the money is "
                "not taken yet. It is tried again by itself; see Card payments.",
            ),
        )


def _unknown(ends: Ends) -> Iterator[tuple[Day, Document]]:
    begun = list_unknown(store_ids=_stores(ends))
    for (store_id, day), end in ends.items():
        if count := sum(store == store_id and at < end for store, at in begun):
            yield (
                (store_id, day),
                _lack(
                    "payment-unknown",
                    f"{_many(count, 'card payment')}: Stripe has not said "
                    "what became of it. It is asked until it answers; see Card payments.",
                ),
            )


def _stray(ends: Ends) -> Iterator[tuple[Day, Document]]:
    """Sales outside any shift, at tills that kept a drawer by the end of that day."""
    openings = list_first_openings(store_ids=_stores(ends))
    sold = _sold_on(ends).filter(shift__isnull=True, terminal__in=openings)
    stray = Counter(
        (store, day)
        for store, day, terminal in sold.values_list("store", "business_date", "terminal")
        if (store, day) in ends and openings[terminal] < ends[store, day]
    )
    for day, count in stray.items():
        yield (
            day,
            _lack(
                "sale-outside-shift",
                f"{_many(count, 'sale')} at a till that keeps a drawer,"
                " outside any shift: the cash of it is on no Z.",
            ),
        )


def _sold_on(ends: Ends) -> QuerySet[Order]:
    """The sales of these stores on these dates, whichever store is asked about which."""
    dates = {day for _, day in ends}
    return Order.objects.filter(store__in=_stores(ends), business_date__in=dates)


def _stores(ends: Ends) -> set[int]:
    return {store for store, _ in ends}


def _end_of(day: date, store: StoreDays | StoreProfile) -> datetime:
    return instant_at(day + timedelta(days=1), store.day_end_hour * 60, zone=store.zone)


def _lack(code: str, detail: str) -> Document:
    return {"code": code, "detail": detail}


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
