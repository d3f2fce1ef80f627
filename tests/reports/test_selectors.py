"""The figures of a day, against sums made by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.reports.selectors import (
    get_card_troubles,
    get_day_figures,
    list_best_sellers,
    list_sales_by_store,
    list_store_days,
    list_takings_by_hour,
    week_before,
)
from apps.reports.types import BestSeller, CardTroubles, DayFigures, StoreDay, Takings
from tests.conftest import NOON
from tests.factories import make_store, make_terminal
from tests.goods import make_snack
from tests.orders.rows import make_order
from tests.payments.rows import make_payment, make_tender

from .takings import LAST_WEEK, TODAY, take, take_for, void

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

    from apps.catalog.models import Product
    from apps.stores.models import Store

pytestmark = pytest.mark.django_db

NOTHING = DayFigures(orders=0, sales_cents=0, tax_cents=0, units=0, voids=0)


def today(store: Store | None = None) -> list[StoreDay]:
    return list_store_days(store_id=store.pk if store else None, now=NOON)


def busy_hours(days: list[StoreDay]) -> dict[int, int]:
    hours = enumerate(list_takings_by_hour(days))
    return {hour: takings.total_cents for hour, takings in hours if takings.total_cents}


# --- The business day -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "in_broward", "in_pensacola"),
    [
        (datetime(2026, 11, 22, 17, 0, tzinfo=UTC), 22, 22),  # noon, and eleven
        (datetime(2026, 11, 23, 5, 30, tzinfo=UTC), 22, 22),  # after midnight, and before
        (datetime(2026, 11, 23, 8, 59, tzinfo=UTC), 22, 22),  # a minute to four
        (datetime(2026, 11, 23, 9, 0, tzinfo=UTC), 23, 22),  # four, and three
        (datetime(2026, 11, 23, 10, 0, tzinfo=UTC), 23, 23),
    ],
)
def test_each_store_is_in_its_own_business_day(
    store: Store, pensacola: Store, now: datetime, in_broward: int, in_pensacola: int
) -> None:
    days = list_store_days(store_id=None, now=now)
    assert days == [
        StoreDay(store.pk, store.name, "America/New_York", date(2026, 11, in_broward), 4),
        StoreDay(pensacola.pk, pensacola.name, "America/Chicago", date(2026, 11, in_pensacola), 4),
    ]


def test_a_day_ends_at_the_hour_that_its_store_says(store: Store) -> None:
    make_store("MID", day_end_hour=0)
    half_past_midnight = datetime(2026, 11, 23, 5, 30, tzinfo=UTC)
    days = list_store_days(store_id=None, now=half_past_midnight)
    assert [day.day.day for day in days] == [22, 23]


def test_a_store_that_is_closed_for_good_has_no_day(store: Store) -> None:
    make_store("OLD", is_active=False)
    assert [day.store_id for day in today()] == [store.pk]


def test_one_store_is_one_day(store: Store, pensacola: Store) -> None:
    assert [day.store_id for day in today(pensacola)] == [pensacola.pk]
    assert list_store_days(store_id=-1, now=NOON) == []


def test_a_week_before_is_the_same_weekday(store: Store) -> None:
    (day,) = week_before(today())
    assert (day.store_id, day.day) == (store.pk, LAST_WEEK)


# --- Sums -----------------------------------------------------------------------------------------


def test_a_day_is_summed_without_its_voids(store: Store, chips: Product) -> None:
    take(store, 1000, tax=70)
    take_for(store, chips, 3, 199)
    void(take_for(store, chips, 50, 199, tax=70))
    assert get_day_figures(today()) == DayFigures(
        orders=2, sales_cents=1000 + 3 * 199, tax_cents=70, units=3, voids=1
    )


def test_both_taxes_are_tax(store: Store) -> None:
    make_order(store)  # 60 cents for the state, 10 for the county
    assert get_day_figures(today()).tax_cents == 70


def test_a_case_of_twelve_is_twelve_items(store: Store, chips: Product) -> None:
    take_for(store, chips, 2, 1999, pack_size=12)
    take_for(store, chips, 1, 199)
    assert get_day_figures(today()).units == 2 * 12 + 1


def test_other_days_and_other_stores_are_left_out(store: Store, pensacola: Store) -> None:
    take(store, 100)
    take(store, 2000, day=LAST_WEEK)
    take(pensacola, 30000)
    assert get_day_figures(today(store)).sales_cents == 100
    assert get_day_figures(today()).sales_cents == 30100
    assert get_day_figures(week_before(today())).sales_cents == 2000


def test_no_store_and_no_sale_are_figures_of_nothing(db: None) -> None:
    assert get_day_figures([]) == NOTHING
    assert list_takings_by_hour([]) == [Takings()] * 24
    assert list_sales_by_store([]) == []
    assert list_best_sellers([], count=8) == []
    make_store()
    assert get_day_figures(today()) == NOTHING


@given(st.integers(0, 10**9), st.integers(1, 10**4))
def test_the_average_is_the_nearest_cent_and_halves_go_up(sales: int, orders: int) -> None:
    figures = DayFigures(orders, sales, 0, 0, 0)
    assert 2 * sales - orders < 2 * orders * figures.average_cents <= 2 * sales + orders


def test_nothing_sold_has_an_average_of_nothing() -> None:
    assert NOTHING.average_cents == 0


# --- Hours and stores -----------------------------------------------------------------------------


def test_an_hour_is_the_one_on_the_wall_of_each_store(store: Store, pensacola: Store) -> None:
    take(store, 500)
    take(store, 250, at=NOON.replace(minute=59, second=59))
    take(store, 100, at=NOON.replace(hour=18))
    take(pensacola, 4000)
    take(pensacola, 1000, at=NOON.replace(hour=18))
    assert busy_hours(today()) == {11: 4000, 12: 500 + 250 + 1000, 13: 100}


def test_a_sale_after_midnight_is_in_the_night_of_its_business_day(store: Store) -> None:
    take(store, 700, at=datetime(2026, 11, 23, 7, 30, tzinfo=UTC), day=TODAY)
    assert busy_hours(today()) == {2: 700}


def test_the_hour_that_comes_twice_in_autumn_is_one_hour(store: Store) -> None:
    for hour in (5, 6):  # half past one in daylight time, and again in standard time
        take(store, 100, at=datetime(2026, 11, 1, hour, 30, tzinfo=UTC), day=TODAY)
    assert busy_hours(today()) == {1: 200}


def test_voids_are_in_no_hour(store: Store) -> None:
    void(take(store, 900))
    assert busy_hours(today()) == {}


def test_stores_stand_in_the_order_of_what_they_took(store: Store, pensacola: Store) -> None:
    quiet = make_store("ZZZ", county="Miami-Dade")
    take(store, 100, tax=7)
    take(pensacola, 200)
    void(take(quiet, 10_000))
    assert list_sales_by_store(today()) == [
        (pensacola.name, 200), (store.name, 100), (quiet.name, 0),
    ]  # fmt: skip


def test_what_was_taken_is_told_by_cash_and_by_card_less_the_change(store: Store) -> None:
    take(store, 1000, tax=70, change_cents=930)  # two tens were given
    take(store, 2000, tax=140, card=1500)
    take(store, 300, card=300)
    assert list_takings_by_hour(today())[12] == Takings(1070 + 640, 1500 + 300)


def test_what_was_handed_back_for_a_return_was_not_taken(store: Store) -> None:
    order = take(store, 2000, card=2000)
    make_tender(order, kind="CARD", amount_cents=-500)
    assert list_takings_by_hour(today())[12] == Takings(0, 1500)


# --- Cards ----------------------------------------------------------------------------------------


def card(store: Store, status: str, code: str = "", at: datetime = NOON) -> None:
    terminal = store.terminals.first() or make_terminal(store)
    where = {"store_id": store.pk, "terminal": terminal}
    make_payment(status=status, decline_code=code, created_at=at, **where)


def test_cards_that_came_to_nothing_are_counted_by_whose_fault_it_was(store: Store) -> None:
    for code in ("insufficient_funds", "generic_decline", "insufficient_funds", "refused"):
        card(store, "FAILED", code)
    card(store, "UNKNOWN")
    card(store, "AUTHORIZED")
    assert get_card_troubles(today()) == CardTroubles(
        tried=6,
        declined=3,
        failed=1,
        unknown=1,
        reasons=(("insufficient_funds", 2), ("generic_decline", 1), ("refused", 1)),
    )


def test_a_card_counts_on_the_business_day_of_its_store(store: Store, pensacola: Store) -> None:
    first, last = (
        datetime(2026, 11, 22, 9, 0, tzinfo=UTC),
        datetime(2026, 11, 23, 8, 59, tzinfo=UTC),
    )
    for at in (first, last, first - timedelta(seconds=1), last + timedelta(minutes=1)):
        card(store, "FAILED", "expired_card", at)
        card(pensacola, "FAILED", "lost_card", at + timedelta(hours=1))
    assert get_card_troubles(today(store)).reasons == (("expired_card", 2),)
    assert get_card_troubles(today(pensacola)).reasons == (("lost_card", 2),)
    assert get_card_troubles(week_before(today())).tried == 0


# --- Best sellers ---------------------------------------------------------------------------------


def test_the_best_sellers_are_those_that_brought_most_before_tax(
    store: Store, chips: Product
) -> None:
    nuts, gum = make_snack("NUT-1", name="Nuts"), make_snack("GUM-1", name="Gum")
    take_for(store, chips, 3, 200)
    take_for(store, nuts, 1, 599, tax=42)
    take_for(store, chips, 1, 1000, pack_size=6)
    take_for(store, gum, 9, 10)
    void(take_for(store, gum, 9, 1000))
    assert list_best_sellers(today(), count=2) == [
        BestSeller(chips.pk, "Chips", 3 + 6, 1600),
        BestSeller(nuts.pk, "Nuts", 1, 599),
    ]


def test_a_product_that_was_renamed_during_the_day_is_one_product(
    store: Store, chips: Product
) -> None:
    take_for(store, chips, 1, 200)
    chips.name = "Crisps"
    chips.save(update_fields=["name"])
    take_for(store, chips, 2, 200)
    assert list_best_sellers(today(), count=8) == [BestSeller(chips.pk, "Crisps", 3, 600)]


def test_the_best_sellers_of_a_store_are_its_own(
    store: Store, pensacola: Store, chips: Product
) -> None:
    take_for(store, chips, 1, 200)
    take_for(pensacola, chips, 5, 200)
    take_for(store, chips, 7, 200, day=LAST_WEEK)
    (seller,) = list_best_sellers(today(store), count=8)
    assert seller.units == 1


# --- Statements -----------------------------------------------------------------------------------


def test_the_statements_do_not_grow_with_stores_or_sales(
    store: Store, chips: Product, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for code in ("MIA", "ORL", "TPA"):
        take_for(make_store(code), chips, 2, 200)
    days = today()
    with django_assert_num_queries(4):
        get_day_figures(days)
    with django_assert_num_queries(3):
        list_sales_by_store(days)
    with django_assert_num_queries(2):
        list_takings_by_hour(days)
    with django_assert_num_queries(1):
        get_card_troubles(days)
    with django_assert_num_queries(1):
        list_best_sellers(days, count=8)
