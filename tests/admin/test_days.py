"""The page of days: which wait and for what, what came in, and which one may be closed."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from django_subatomic.db import transaction

from apps.orders.services.closing.days import close_day
from apps.stores.types import Role
from tests.factories import MANAGER, make_store, open_till
from tests.goods import make_snack
from tests.orders.sales import sold
from tests.payments.drawers import closed, opened

from .office import office, said, text_of, url, url_of

if TYPE_CHECKING:
    from django.test import Client

    from apps.catalog.models import Product
    from apps.orders.models import DayClose
    from apps.stores.models import Store
    from apps.stores.types import Till

LIST = "orders_dayclose_changelist"


@pytest.fixture
def till(store: Store) -> Till:
    return open_till(store, Role.SHIFT_LEAD)[0]


@pytest.fixture
def chips(store: Store) -> Product:
    return make_snack(on_hand=10, store=store)


def close_today(till: Till) -> DayClose:
    now = timezone.now()
    day = till.store.business_date(now)
    with transaction():
        return close_day(actor=MANAGER, store=till.store, business_date=day, reason="-", now=now)


def test_the_list_says_which_days_wait_and_what_each_lacks(
    manager: Client, till: Till, chips: Product
) -> None:
    now = timezone.now()
    for ago in range(3):
        sold(till, chips, now=now - timedelta(days=ago))
    opened(till, now=now)
    page = text_of(manager.get(url(LIST)))
    for ago in range(3):
        day = till.store.business_date(now - timedelta(days=ago))
        lack = "Nothing is missing." if ago else "Till 1: the shift of Ana is open."
        assert f"{day:%A, %b %-d, %Y} {lack}" in page


def test_a_day_that_was_closed_waits_no_more(manager: Client, till: Till, chips: Product) -> None:
    sold(till, chips, now=timezone.now())
    close_today(till)
    assert "Every day of the last month on which it sold is closed." in text_of(
        manager.get(url(LIST))
    )


def test_what_came_in_is_charted_by_day(manager: Client, till: Till, chips: Product) -> None:
    now = timezone.now()
    sold(till, chips, now=now)
    chart = json.loads(manager.get(url(LIST)).context["takings"])
    cash, cards, rest = (
        dict(zip(chart["labels"], each["data"], strict=True)) for each in chart["datasets"]
    )
    today = f"{till.store.business_date(now):%b %-d}"
    assert (cash[today], cards[today], rest[today]) == (1.99, 0, 0)
    assert sum(cash.values()) == 1.99


def test_the_stores_filter_narrows_days_and_chart(
    manager: Client, till: Till, chips: Product
) -> None:
    sold(till, chips, now=timezone.now())
    other = make_store("MIA", county="Miami-Dade")
    page = manager.get(url(LIST, store__id__exact=other.pk))
    assert page.context["takings"] == ""
    assert [store.id for store, _days in page.context["waiting"]] == [other.pk]


def test_a_closed_day_is_not_offered_again_and_leads_to_its_page(
    manager: Client, till: Till
) -> None:
    closed = close_today(till)
    address = url("orders_dayclose_add", store=till.store.id, date=closed.business_date)
    page = manager.get(address, follow=True)
    assert page.redirect_chain[-1][0] == url_of(closed)
    assert "is closed already" in said(page)[0]


def test_a_day_that_has_not_begun_is_not_offered_and_it_is_said_why(
    manager: Client, till: Till
) -> None:
    day = till.store.business_date(timezone.now()) + timedelta(days=1)
    page = manager.get(url("orders_dayclose_add", store=till.store.id, date=day), follow=True)
    assert "has not begun. Close it when its trade is over." in said(page)[0]
    assert b"Close the day" not in page.content


def test_whoever_may_close_no_day_is_offered_none(till: Till, chips: Product) -> None:
    sold(till, chips, now=timezone.now())
    page = office(Role.AUDITOR).get(url(LIST)).content.decode()
    assert "Nothing is missing." in page
    assert url("orders_dayclose_add") not in page


def test_a_day_says_where_a_z_said_otherwise(manager: Client, till: Till, chips: Product) -> None:
    now = timezone.now()
    opened(till, now=now - timedelta(minutes=2))
    closed(till, off=199, now=now)
    taken_at = (now - timedelta(minutes=1)).isoformat()
    sold(till, chips, taken_at=taken_at, now=now)
    page = text_of(manager.get(url("orders_dayclose_change", close_today(till).pk)))
    assert f"Day close 1 of {till.store.name}" in page
    assert "its Z says $1.99: $1.99 of late sales came after it" in page
