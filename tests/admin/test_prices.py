"""The list of price changes: what is to come, what has begun, and what is taken off again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from apps.catalog.models import Price, PriceBook, Product, StorePriceBook
from apps.core.models import AuditEntry
from tests.factories import make_store
from tests.goods import make_product, set_price

from .office import add_row, errors_of, form_on, said, save, send, text_of, url, url_of
from .tills import on_shelf

if TYPE_CHECKING:
    from django.test import Client
    from django.test.client import _MonkeyPatchedWSGIResponse as Page
    from pytest_django import DjangoAssertNumQueries

    from apps.stores.models import Store

pytestmark = pytest.mark.django_db

OFFICE = ZoneInfo("America/New_York")


@pytest.fixture
def coming(bourbon: Product) -> Price:
    return set_price(bourbon, 2199, timezone.now() + timedelta(days=3))


def listed(page: Page) -> list[int]:
    return [price.price_cents for price in page.context["cl"].result_list]


def withdraw(client: Client, *prices: Price) -> Page:
    chosen = [price.pk for price in prices]
    form = {"action": "withdraw", "_selected_action": chosen}
    return send(client, url("catalog_price_changelist"), form)


def test_the_list_shows_the_latest_start_first_in_dollars(manager: Client, coming: Price) -> None:
    page = manager.get(url("catalog_price_changelist"))
    assert listed(page) == [2199, 1999]
    assert "$21.99" in text_of(page)
    assert "scheduled" in text_of(page)


@pytest.mark.parametrize(("state", "prices"), [("scheduled", [2199]), ("begun", [1999])])
def test_the_list_is_narrowed_to_what_is_scheduled_or_begun(
    manager: Client, coming: Price, state: str, prices: list[int]
) -> None:
    assert listed(manager.get(url("catalog_price_changelist", state=state))) == prices


def test_a_price_is_typed_in_dollars_and_begins_now_without_a_start(
    manager: Client, store: Store, bourbon: Product
) -> None:
    book = Price.objects.get().book_id
    page = save(
        manager,
        url("catalog_price_add"),
        book=book,
        product=bourbon.pk,
        price_cents="1,234.5",
    )
    assert errors_of(page) == {}
    assert on_shelf(store, bourbon).price_at(timezone.now()) == 123450


def test_a_start_that_another_price_has_is_an_error_and_no_crash(
    manager: Client, coming: Price
) -> None:
    start = timezone.localtime(coming.starts_at.replace(microsecond=0))
    Price.objects.filter(pk=coming.pk).update(starts_at=start)
    page = save(
        manager,
        url("catalog_price_add"),
        book=coming.book_id,
        product=coming.product_id,
        price_cents="5",
        starts_at_0=f"{start.astimezone(OFFICE):%Y-%m-%d}",
        starts_at_1=f"{start.astimezone(OFFICE):%H:%M:%S}",
    )
    assert "already exists" in errors_of(page)["__all__"]
    assert Price.objects.count() == 2


def test_a_scheduled_price_is_taken_off(manager: Client, store: Store, coming: Price) -> None:
    later = coming.starts_at + timedelta(hours=1)
    assert on_shelf(store, coming.product).price_at(later) == 2199
    assert said(withdraw(manager, coming)) == ["Taken off the schedule: 1."]
    assert on_shelf(store, coming.product).price_at(later) == 1999
    assert AuditEntry.objects.filter(action="price.withdrawn").count() == 1


def test_what_has_begun_stays_when_it_is_chosen_with_the_rest(
    manager: Client, coming: Price
) -> None:
    page = withdraw(manager, *Price.objects.all())
    assert [price.price_cents for price in Price.objects.all()] == [1999]
    assert any("in force already" in message for message in said(page))


def test_an_auditor_takes_nothing_off(auditor: Client, coming: Price) -> None:
    withdraw(auditor, coming)
    assert Price.objects.filter(pk=coming.pk).exists()


def test_a_price_is_read_on_its_page_and_changed_by_no_form(root: Client, coming: Price) -> None:
    assert "$21.99" in text_of(root.get(url_of(coming)))
    assert root.post(url_of(coming), {"price_cents": "0.01"}).status_code == 403
    assert root.post(url_of(coming, "delete"), {"post": "yes"}).status_code == 403
    assert Price.objects.get(pk=coming.pk).price_cents == 2199


# --- Price books ----------------------------------------------------------------------------------


def test_a_store_given_another_book_sells_by_it_at_once(
    manager: Client, store: Store, bourbon: Product
) -> None:
    assert on_shelf(store, bourbon).price_at(timezone.now()) == 1999
    airport = PriceBook.objects.create(code="AIRPORT", name="Airport")
    save(manager, url_of(StorePriceBook.objects.get()), book=airport.pk)
    assert on_shelf(store, bourbon).price_at(timezone.now()) is None


def test_a_book_is_given_to_a_store_on_its_own_page(manager: Client, bourbon: Product) -> None:
    miami = make_store("MIA", county="Miami-Dade")
    book = PriceBook.objects.get()
    form = add_row(form_on(manager, url_of(book)), "store_links", store=miami.pk)
    assert errors_of(send(manager, url_of(book), form)) == {}
    assert on_shelf(miami, bourbon).price_at(timezone.now()) == 1999


def test_a_store_sells_by_one_book_only(manager: Client, store: Store, bourbon: Product) -> None:
    other = PriceBook.objects.create(code="AIRPORT", name="Airport")
    form = add_row(form_on(manager, url_of(other)), "store_links", store=store.pk)
    page = send(manager, url_of(other), form)
    assert "already exists" in errors_of(page)["store_links-0-store"]
    assert StorePriceBook.objects.get().book.code == "STANDARD"


def test_the_list_costs_the_same_however_many_prices_there_are(
    manager: Client, bourbon: Product, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        set_price(make_product(f"RYE-{number}"), 999, timezone.now() + timedelta(days=1))
    with django_assert_max_num_queries(12):
        manager.get(url("catalog_price_changelist"))
