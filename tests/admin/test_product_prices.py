"""Prices on a product's page: from now, from a time to come, and never rewritten once begun."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from apps.catalog.models import Price, Product
from apps.core.models import AuditEntry
from tests.goods import PRICED_SINCE, set_price

from .office import add_row, errors_of, form_on, save, send, url_of
from .tills import on_shelf

if TYPE_CHECKING:
    from django.test import Client

    from apps.stores.models import Store

    from .office import Form

pytestmark = pytest.mark.django_db

OFFICE = ZoneInfo("America/New_York")


def typed(at: datetime) -> dict[str, str]:
    """An instant as a manager types it into the start of a price."""
    local = at.astimezone(OFFICE)
    return {"starts_at_0": f"{local:%Y-%m-%d}", "starts_at_1": f"{local:%H:%M:%S}"}


def with_price(form: Form, price: str, **cells: Any) -> Form:
    book = Price.objects.values_list("book", flat=True)[0]
    return add_row(form, "prices", book=book, price_cents=price, **cells)


def test_a_price_without_a_start_begins_now(
    manager: Client, store: Store, bourbon: Product
) -> None:
    assert on_shelf(store, bourbon).price_at(timezone.now()) == 1999
    form = with_price(form_on(manager, url_of(bourbon)), "$22.49")
    assert errors_of(send(manager, url_of(bourbon), form)) == {}
    assert on_shelf(store, bourbon).price_at(timezone.now()) == 2249
    assert AuditEntry.objects.filter(action="price.scheduled").count() == 1


def test_a_price_with_a_start_waits_for_it(manager: Client, store: Store, bourbon: Product) -> None:
    start = timezone.now() + timedelta(days=2)
    form = with_price(form_on(manager, url_of(bourbon)), "22.49", **typed(start))
    send(manager, url_of(bourbon), form)
    item = on_shelf(store, bourbon)
    assert item.price_at(start - timedelta(minutes=1)) == 1999
    assert item.price_at(start) == 2249


@pytest.mark.parametrize(
    ("cells", "field", "complaint"),
    [
        ({**typed(PRICED_SINCE)}, "starts_at", "past"),
        ({"starts_at_0": "soon", "starts_at_1": ""}, "starts_at", "valid"),
        ({"price_cents": "1.234"}, "price_cents", "such as 12.50"),
        ({"price_cents": "-1"}, "price_cents", "such as 12.50"),
        ({"price_cents": "1000000.01"}, "price_cents", "less than or equal"),
        ({"price_cents": ""}, "price_cents", "required"),
    ],
)
def test_a_price_that_cannot_be_is_an_error_at_its_field(
    manager: Client, bourbon: Product, cells: dict[str, str], field: str, complaint: str
) -> None:
    form = with_price(form_on(manager, url_of(bourbon)), "22.49")
    row = {f"prices-1-{name}": value for name, value in cells.items()}
    page = send(manager, url_of(bourbon), {**form, **row})
    assert complaint in errors_of(page)[f"prices-1-{field}"]
    assert Price.objects.count() == 1


def test_a_price_in_force_stands_whatever_is_posted(manager: Client, bourbon: Product) -> None:
    forged = {
        "prices-0-price_cents": "0.01",
        "prices-0-DELETE": "on",
        **{f"prices-0-{name}": text for name, text in typed(timezone.now()).items()},
    }
    save(manager, url_of(bourbon), **forged)
    price = Price.objects.get()
    assert (price.price_cents, price.starts_at) == (1999, PRICED_SINCE)


def test_past_prices_are_not_listed_among_those_to_come(manager: Client, bourbon: Product) -> None:
    set_price(bourbon, 2099, timezone.now() - timedelta(days=1))
    set_price(bourbon, 2199, timezone.now() + timedelta(days=1))
    form = form_on(manager, url_of(bourbon))
    shown = Price.objects.filter(pk__in=[form["prices-0-id"], form["prices-1-id"]])
    assert form["prices-INITIAL_FORMS"] == "2"
    assert {price.price_cents for price in shown} == {2099, 2199}
