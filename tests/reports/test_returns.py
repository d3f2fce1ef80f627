"""What was given back lessens the figures of the day on which it was, not those of the sale."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apps.reports.selectors import get_day_figures, list_sales_by_store, week_before
from apps.reports.types import DayFigures
from tests.orders.rows import make_return

from .takings import LAST_WEEK, take
from .test_selectors import today

if TYPE_CHECKING:
    from apps.stores.models import Store

pytestmark = pytest.mark.django_db


def test_what_is_given_back_lessens_the_day_and_store_of_the_return(
    store: Store, pensacola: Store
) -> None:
    order = take(store, 2000, tax=140, day=LAST_WEEK)
    take(store, 1000, tax=70)
    take(pensacola, 300)
    make_return(order, total_cents=428, tax_cents=28)
    make_return(order, total_cents=107, tax_cents=7, business_date=LAST_WEEK)
    assert (get_day_figures(today(store)).sales_cents, get_day_figures(today()).tax_cents) == (
        1000 - 400, 70 - 28,
    )  # fmt: skip
    before = get_day_figures(week_before(today()))
    assert (before.orders, before.sales_cents, before.tax_cents) == (1, 2000 - 100, 140 - 7)
    assert list_sales_by_store(today()) == [(store.name, 600), (pensacola.name, 300)]


def test_a_day_may_give_back_more_than_it_takes(store: Store) -> None:
    make_return(take(store, 2000, day=LAST_WEEK), total_cents=500, tax_cents=0)
    assert get_day_figures(today()) == DayFigures(
        orders=0, sales_cents=-500, tax_cents=0, units=0, voids=0
    )
    assert list_sales_by_store(today()) == [(store.name, -500)]
