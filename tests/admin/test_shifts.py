"""Shifts, Z reports and days as a manager sees them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from apps.orders.models import DayClose, ZReport
from apps.payments.models import Shift
from apps.stores.types import Role
from tests.factories import open_till
from tests.goods import basket, make_snack
from tests.orders.sales import send, sold
from tests.payments.drawers import closed, moved, opened

from .office import hire, save, signed_in, text_of, url, url_of

if TYPE_CHECKING:
    from django.test import Client

    from apps.catalog.models import Product
    from apps.stores.models import Store
    from apps.stores.types import Till

SHIFTS = "payments_shift_changelist"


@pytest.fixture
def till(store: Store) -> Till:
    return open_till(store, Role.SHIFT_LEAD)[0]


@pytest.fixture
def chips(store: Store) -> Product:
    return make_snack(on_hand=10, store=store)


def read(client: Client, address: str) -> str:
    page = client.get(address)
    assert page.status_code == 200
    return text_of(page)


# --- Shifts ---------------------------------------------------------------------------------------


def test_live_shifts_stand_first_with_what_they_sold_and_dropped(
    manager: Client, store: Store, till: Till, chips: Product
) -> None:
    now = timezone.now()
    opened(till, now=now - timedelta(hours=2))
    sold(till, chips, now=now)
    moved(till, "DROP", 4_200, now=now)
    other = open_till(store, code="ben", number=2)[0]
    opened(other, now=now - timedelta(hours=1))
    closed(other, off=-350, now=now)
    page = read(manager, url(SHIFTS))
    assert page.index("Ana") < page.rindex("Ben")
    for words in ("$1.99", "$42.00", "-$3.50"):
        assert words in page


def test_a_manager_sees_what_should_be_in_a_drawer(manager: Client, till: Till) -> None:
    shift = opened(till, 12_345)
    assert "Should be in the drawer $123.45" in read(manager, url_of(shift))


def test_whoever_is_to_count_a_drawer_is_not_told_what_is_in_it(store: Store) -> None:
    lead = hire(Role.MANAGER)
    lead.stores.add(store)
    till, _ = open_till(store, Role.MANAGER, code="max")
    shift = opened(till, 12_345)
    Shift.objects.update(opened_by=lead)
    moved(till, "PAY_IN", 5)
    page = read(signed_in(lead.user), url_of(shift))
    assert "counted blind" in page
    assert "Should be in the drawer" not in page
    assert "$123.50" not in page


def test_a_shift_tells_what_happened_to_its_drawer(manager: Client, till: Till) -> None:
    shift = opened(till)
    moved(till, "DROP", 500, reason="to the <safe>")
    moved(till, "NO_SALE", 0, reason="change")
    closed(till, off=-7)
    page = read(manager, url_of(shift))
    for words in (
        "Ana opened it with $200.00",
        "$5.00 dropped to the safe",
        "Ana: to the <safe>",
        "Opened without a sale",
        "Ana counted $194.93",
        "$0.07 too little",
        "Ana closed it",
    ):
        assert words in page


def test_nobody_changes_a_shift_by_hand(manager: Client, till: Till) -> None:
    shift = opened(till)
    assert manager.get(url_of(shift, "delete")).status_code == 403
    assert manager.get(url("payments_shift_add")).status_code == 403


# --- Z reports ------------------------------------------------------------------------------------


def test_a_z_is_shown_as_it_was_printed_with_its_amendments(
    manager: Client, till: Till, chips: Product
) -> None:
    now = timezone.now()
    opened(till, now=now - timedelta(hours=2))
    closed(till, now=now - timedelta(hours=1))
    taken_at = (now - timedelta(minutes=90)).isoformat()
    send(till, basket(chips, taken_at=taken_at), now=now)
    z = ZReport.objects.get()
    page = manager.get(url_of(z)).content.decode()
    assert z.text in page
    assert "AMENDMENT 1 TO Z 1" in page
    assert "data-print" in page


def test_what_late_sales_make_of_a_variance_is_said_beside_what_the_z_says(
    manager: Client, till: Till, chips: Product
) -> None:
    now = timezone.now()
    shift = opened(till, now=now - timedelta(hours=2))
    closed(till, off=199, now=now - timedelta(hours=1))
    z = ZReport.objects.get()
    lists = (url(SHIFTS), url("orders_zreport_changelist"))
    assert all("with late sales" not in read(manager, page) for page in lists)
    taken_at = (now - timedelta(minutes=90)).isoformat()
    send(till, basket(chips, taken_at=taken_at), now=now)
    assert all("$1.99 with late sales $0.00" in read(manager, page) for page in lists)
    assert "its Z says $1.99: late sales came after it" in read(manager, url_of(shift))
    assert "With them the variance is $0.00" in read(manager, url_of(z))


# --- Days -----------------------------------------------------------------------------------------


def test_days_that_are_open_are_offered(manager: Client, till: Till, chips: Product) -> None:
    now = timezone.now()
    sold(till, chips, now=now)
    page = read(manager, url("orders_dayclose_add"))
    assert f"{till.store.business_date(now):%A, %b %-d, %Y}" in page


def test_a_whole_day_is_closed_once_it_is_confirmed(
    manager: Client, store: Store, till: Till, chips: Product
) -> None:
    now = timezone.now()
    sold(till, chips, now=now)
    day = till.store.business_date(now)
    address = url("orders_dayclose_add", store=store.pk, date=day)
    assert "Nothing is missing" in read(manager, address)
    assert not DayClose.objects.exists()
    page = save(manager, address)
    assert "The day is closed, as number 1." in text_of(page)
    closed_day = DayClose.objects.get()
    assert (closed_day.snapshot["net_cents"], closed_day.reason) == (199, "")
    assert "$1.99" in read(manager, url_of(closed_day))


def test_a_day_that_lacks_something_asks_for_a_reason(
    manager: Client, store: Store, till: Till
) -> None:
    opened(till, now=timezone.now())
    day = till.store.business_date(timezone.now())
    address = url("orders_dayclose_add", store=store.pk, date=day)
    assert "the shift of Ana is open" in read(manager, address)
    save(manager, address)
    assert not DayClose.objects.exists()
    save(manager, address, reason="Ana fell ill")
    assert DayClose.objects.get().reason == "Ana fell ill"


def test_a_day_cannot_be_closed_twice_or_ahead_of_time(
    manager: Client, store: Store, till: Till
) -> None:
    today = till.store.business_date(timezone.now())
    for day in (today, today, today + timedelta(days=1)):
        page = save(manager, url("orders_dayclose_add", store=store.pk, date=day))
    assert "Close it when its trade is over." in text_of(page)
    assert DayClose.objects.count() == 1


def test_an_auditor_reads_days_and_closes_none(auditor: Client, store: Store) -> None:
    assert auditor.get(url("orders_dayclose_changelist")).status_code == 200
    assert auditor.get(url("orders_dayclose_add")).status_code == 403


@pytest.mark.parametrize("query", ["store=0&date=2026-11-22", "date=2026-11-22", "store=x&date=x"])
def test_a_day_of_nowhere_is_not_found(manager: Client, store: Store, query: str) -> None:
    assert manager.get(f"{url('orders_dayclose_add')}?{query}").status_code == 404
