"""The first page of the back office: how today goes, and what needs a hand."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_subatomic.db import transaction

from apps.inventory.models import StockBalance
from apps.inventory.services.moving import request_counts
from apps.stores.types import Role
from tests.admin.office import text_of, url
from tests.conftest import NOON
from tests.factories import make_store, open_till
from tests.goods import line_of, make_snack
from tests.orders.sales import sold, voided

from .takings import LAST_WEEK, take, take_for, void

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client
    from django.test.client import _MonkeyPatchedWSGIResponse as Page

    from apps.catalog.models import Product
    from apps.stores.models import Store

pytestmark = pytest.mark.django_db

Chart = dict[str, dict[str, float]]


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    """It is Sunday, noon in Broward and eleven in Pensacola."""
    with time_machine.travel(NOON, tick=False):
        yield


def home(client: Client, **query: Any) -> Page:
    return client.get(url("index", **query))


def chart_of(page: Page, name: str = "by_hour") -> Chart:
    """What a chart draws: dollars by label, for each of its series."""
    drawn = json.loads(page.context[name])
    return {
        series["label"]: dict(zip(drawn["labels"], series["data"], strict=True))
        for series in drawn["datasets"]
    }


def levels(store: Store, product: Product, on_hand: int, reorder_point: int | None = None) -> None:
    StockBalance.objects.create(
        store=store, product=product, on_hand=on_hand, reorder_point=reorder_point
    )


# --- Sales ----------------------------------------------------------------------------------------


def test_todays_sales_are_told_in_figures(manager: Client, store: Store, chips: Product) -> None:
    take(store, 123400, tax=8638)
    take_for(store, chips, 3, 200)
    void(take(store, 99900))
    page = text_of(home(manager))
    assert "Sales today $1,240.00 before tax; $0.00 on the whole day a week ago" in page
    assert "Orders 2 1 voided" in page
    assert "Per order $620.00 Items sold 3 Sales tax $86.38 owed for today" in page


def test_a_sale_at_a_till_is_on_the_page_at_once_and_gone_once_voided(
    manager: Client, store: Store, chips: Product
) -> None:
    till, _token = open_till(store, Role.SHIFT_LEAD, now=NOON)
    order = sold(till, line_of(chips, 2))
    assert "Sales today $3.98" in text_of(home(manager))
    assert chart_of(home(manager))["Cash"] == {"12:00": 3.98}
    voided(till, order["id"])
    page = home(manager)
    assert "Sales today $0.00" in text_of(page)
    assert "Orders 0 1 voided" in text_of(page)
    assert "Nothing has been sold yet today." in text_of(page)


def test_the_hours_are_drawn_in_dollars_beside_those_of_a_week_ago(
    manager: Client, store: Store
) -> None:
    take(store, 1050, card=400)
    take(store, 299, at=NOON - timedelta(hours=2))
    take(store, 5000, at=NOON - timedelta(days=7, hours=3), day=LAST_WEEK)
    page = home(manager)
    assert chart_of(page) == {
        "Cash": {"9:00": 0, "10:00": 2.99, "11:00": 0, "12:00": 6.5},
        "Card": {"9:00": 0, "10:00": 0, "11:00": 0, "12:00": 4},
        "A week ago": {"9:00": 50, "10:00": 0, "11:00": 0, "12:00": 0},
    }
    assert "$50.00 on the whole day a week ago" in text_of(page)


def test_the_numbers_reach_the_chart_on_the_page(manager: Client, store: Store) -> None:
    take(store, 1050)
    page = home(manager)
    escaped = page.context["by_hour"].replace('"', "&quot;")
    assert escaped in page.content.decode()


def test_each_store_has_its_bar_with_the_best_first(
    manager: Client, store: Store, pensacola: Store
) -> None:
    take(store, 100)
    take(pensacola, 250)
    bars = chart_of(home(manager), "by_store")["Today"]
    assert list(bars.items()) == [(pensacola.name, 2.5), (store.name, 1.0)]


def test_what_brings_most_stands_first_with_its_share(
    manager: Client, store: Store, chips: Product
) -> None:
    nuts = make_snack("NUT-1", name="Nuts")
    take_for(store, chips, 3, 200)
    take_for(store, nuts, 1, 300)
    page = home(manager)
    assert "Chips 3 sold $6.00 Nuts 1 sold $3.00" in text_of(page)
    assert [seller["share"] for seller in page.context["best_sellers"]] == [100, 50]


# --- Days and stores ------------------------------------------------------------------------------


def test_after_midnight_the_evening_still_counts_until_the_day_ends(
    manager: Client, store: Store, chips: Product
) -> None:
    evening = datetime(2026, 11, 23, 3, 30, tzinfo=UTC)  # half past ten
    till, _token = open_till(store, now=evening)
    sold(till, line_of(chips, 1), now=evening)
    with time_machine.travel(datetime(2026, 11, 23, 8, 59, tzinfo=UTC), tick=False):
        assert "Sales today $1.99" in text_of(home(manager))
    with time_machine.travel(datetime(2026, 11, 23, 9, 0, tzinfo=UTC), tick=False):
        assert "Sales today $0.00" in text_of(home(manager))


def test_a_store_is_looked_at_alone(manager: Client, store: Store, pensacola: Store) -> None:
    take(store, 100)
    take(pensacola, 4000)
    page = home(manager, store=pensacola.pk)
    assert "Sales today $40.00" in text_of(page)
    assert chart_of(page)["Cash"] == {"11:00": 40}
    assert page.context["by_store"] is None
    assert f'href="?store={store.pk}"' in page.content.decode()


@pytest.mark.parametrize("asked", ["", "0", "-1", "abc", "\x00", "9" * 40])
def test_a_store_that_does_not_exist_shows_all_of_them(
    manager: Client, store: Store, asked: str
) -> None:
    take(store, 100)
    page = home(manager, store=asked)
    assert "Sales today $1.00" in text_of(page)
    assert page.context["by_store"]


def test_a_store_that_is_closed_for_good_is_not_offered(manager: Client, store: Store) -> None:
    old = make_store("OLD", is_active=False, name="Old Town")
    assert "Old Town" not in text_of(home(manager))
    assert home(manager, store=old.pk).context["store_id"] is None


# --- Shelves --------------------------------------------------------------------------------------


def test_shelves_that_need_a_hand_are_named_per_store(
    manager: Client, store: Store, pensacola: Store, chips: Product
) -> None:
    nuts, gum = make_snack("NUT-1", name="Nuts"), make_snack("GUM-1", name="Gum")
    levels(store, chips, -3)
    levels(store, nuts, 4, reorder_point=4)
    levels(store, gum, 5, reorder_point=4)
    levels(pensacola, nuts, 0, reorder_point=6)
    everywhere, there = text_of(home(manager)), text_of(home(manager, store=pensacola.pk))
    assert f"Less than nothing all Chips {store.name} -3 Running low" in everywhere
    assert f"all Nuts {pensacola.name} 0 Nuts {store.name} 4" in everywhere
    assert "Gum" not in everywhere
    assert "Less than nothing all Every shelf adds up." in there
    assert store.name not in there.partition("What brings most")[2]


def test_the_lists_of_shelves_are_short_and_lead_to_the_whole(
    manager: Client, store: Store
) -> None:
    for number in range(9):
        levels(store, make_snack(f"CHP-{number}", name=f"Chips {number}"), -1 - number)
    page = home(manager, store=store.pk)
    assert [shelf["on_hand"] for shelf in page.context["negative"]] == list(range(-9, -1))
    link = url("inventory_stockbalance_changelist", level="negative", store__id__exact=store.pk)
    assert link.replace("&", "&amp;") in page.content.decode()
    assert len(manager.get(link).context["cl"].result_list) == 9


def test_shelves_to_be_counted_are_numbered(
    manager: Client, store: Store, pensacola: Store, chips: Product
) -> None:
    levels(store, chips, -3)
    with transaction():
        request_counts(store_id=store.pk, product_ids=[chips.pk], now=NOON)
    assert "To be counted: 1" in text_of(home(manager))
    assert "To be counted" not in text_of(home(manager, store=pensacola.pk))


# --- Nothing yet ----------------------------------------------------------------------------------


def test_a_shop_that_has_sold_nothing_yet_reads_sensibly(manager: Client, store: Store) -> None:
    page = home(manager)
    text = text_of(page)
    assert "Sales today $0.00" in text
    assert "Orders 0 none voided Per order $0.00 Items sold 0" in text
    assert "Nothing has been sold yet today." in text
    assert "Every shelf adds up." in text
    assert "Nothing runs low." in text
    assert chart_of(page)["Cash"] == {f"{hour}:00": 0 for hour in range(8, 21)}


def test_an_installation_without_a_store_reads_sensibly(manager: Client) -> None:
    page = home(manager)
    assert page.status_code == 200
    assert "Sales today $0.00" in text_of(page)


# --- Safe and fast --------------------------------------------------------------------------------


def test_a_name_is_never_read_as_a_part_of_the_page(
    manager: Client, store: Store, chips: Product
) -> None:
    evil = '"></div><script>alert(1)</script>'
    store.name, chips.name = evil, evil
    store.save()
    chips.save()
    take_for(store, chips, 1, 200)
    levels(store, chips, -1)
    assert evil not in home(manager).content.decode()


def test_the_page_needs_no_more_statements_for_more_of_everything(
    manager: Client, store: Store, chips: Product
) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            home(manager)
        return len(captured)

    take_for(store, chips, 1, 200)
    levels(store, chips, -1)
    before = statements()
    for number in range(4):
        other = make_store(f"S{number}")
        nuts = make_snack(f"NUT-{number}")
        take_for(other, nuts, 2, 300)
        levels(other, nuts, -number)
    assert statements() == before
