"""GET products: what a till shows when somebody searches by name."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.catalog import shelf
from apps.catalog.models import Barcode, Category, Modifier, ModifierGroup
from tests.catalog.files import upc
from tests.factories import api_client, make_store, open_till
from tests.goods import make_product, make_snack, set_price

if TYPE_CHECKING:
    from apps.stores.models import Store
    from tests.factories import ApiClient

pytestmark = pytest.mark.django_db

SHOWN = {
    "sku": "A",
    "name": "Bourbon A",
    "category": "Bourbon",
    "minimum_age": 21,
    "tax_class": "ALCOHOL",
    "price_cents": 1999,
    "coming_prices": [],
    "volume_ml": 750,
    "abv_percent": "40.0",
    "barcodes": [
        {"gtin": upc(1).zfill(14), "pack_size": 1},
        {"gtin": upc(2).zfill(14), "pack_size": 12},
    ],
    "modifiers": [],
    "active": True,
}


def found(api: ApiClient, **query: str) -> list[str]:
    """The SKUs that a search finds, in order."""
    answer = api.get("products", **query)
    assert answer.status_code == 200, answer.content
    return [product["sku"] for product in answer.json()["results"]]


def walk(api: ApiClient, url: str | None, direction: str = "next") -> list[list[str]]:
    """The SKUs of each page from an address on."""
    pages = []
    while url:
        page = api.get("products", **dict(parse_qsl(urlsplit(url).query))).json()
        pages.append([product["sku"] for product in page["results"]])
        url = page[direction]
    return pages


def statements_of(api: ApiClient, limit: int) -> int:
    shelf.clear()
    with CaptureQueriesContext(connection) as queries:
        assert len(found(api, limit=str(limit))) == limit
    return len(queries)


def test_a_product_is_shown_as_the_store_sells_it(api: ApiClient) -> None:
    product = make_product("A", barcodes=[(upc(1), 1), (upc(2), 12)], price_cents=1999)
    (shown,) = api.get("products").json()["results"]
    assert shown == {"id": product.pk, **SHOWN}


def test_a_product_comes_with_the_modifiers_it_takes(api: ApiClient) -> None:
    group = ModifierGroup.objects.create(name="Gift", minimum=1, maximum=2)
    choice = Modifier.objects.create(group=group, name="Ribbon", price_cents=150)
    Modifier.objects.create(group=group, name="Gone", is_active=False)
    make_product().modifier_groups.add(group)
    (shown,) = api.get("products").json()["results"]
    modifiers = [{"id": choice.pk, "name": "Ribbon", "price_cents": 150}]
    assert shown["modifiers"] == [
        {"id": group.pk, "name": "Gift", "minimum": 1, "maximum": 2, "modifiers": modifiers}
    ]


def test_what_is_not_known_of_a_product_is_null(api: ApiClient) -> None:
    make_snack()
    (shown,) = api.get("products").json()["results"]
    assert (shown["volume_ml"], shown["abv_percent"]) == (None, None)
    assert (shown["minimum_age"], shown["barcodes"], shown["modifiers"]) == (0, [], [])


def test_only_what_the_store_has_a_price_for_is_listed(api: ApiClient) -> None:
    make_product("SOLD", price_cents=1999)
    make_product("UNPRICED", price_cents=None)
    set_price(make_product("SOON", price_cents=None), 999, datetime(2999, 1, 1, tzinfo=UTC))
    airport = open_till(make_store("AIR"), code="bob")[1]
    assert found(api) == ["SOLD"]
    assert found(api_client(airport)) == []


def test_products_come_by_name_and_those_off_the_shelf_do_not(api: ApiClient) -> None:
    for sku, name in [("1", "Gin"), ("2", "Bourbon"), ("3", "Vodka"), ("4", "Bourbon")]:
        make_product(sku, name=name)
    make_product("5", name="Absinthe", is_active=False)
    assert found(api) == ["2", "4", "1", "3"]


@pytest.mark.parametrize(
    ("search", "skus"),
    [
        ("", ["A-1", "A-11", "B-2"]),
        ("reserve", ["A-1", "A-11"]),
        ("  Reserve ", ["A-1", "A-11"]),
        ("a-1", ["A-1"]),
        ("A-", []),
        ("6000000003", ["B-2"]),
        ("60000000039", ["B-2"]),
        ("100%", ["B-2"]),
        ("_", []),
        ("nothing of the kind", []),
    ],
)
def test_a_search_looks_at_the_name_the_sku_and_the_barcodes(
    api: ApiClient, search: str, skus: list[str]
) -> None:
    make_product("A-1", name="Old RESERVE", barcodes=[(upc(1), 1)])
    make_product("A-11", name="Reserve Rye", barcodes=[(upc(2), 1)])
    make_product("B-2", name="Vodka 100% Corn", barcodes=[("60000000039", 1)])
    assert found(api, search=search) == skus


def test_a_code_that_was_given_up_is_not_searched(api: ApiClient) -> None:
    make_product(barcodes=[(upc(1), 1)])
    Barcode.objects.update(is_active=False)
    assert found(api, search=upc(1)) == []


@pytest.mark.parametrize(
    ("category", "skus"),
    [
        ("Red", ["RED"]),
        ("red", ["RED"]),
        ("WINE", ["RED", "WHITE"]),
        ("Win", []),
        ("", ["BRB", "RED", "WHITE"]),
    ],
)
def test_a_category_or_a_department_narrows_the_list(
    api: ApiClient, category: str, skus: list[str]
) -> None:
    make_product("BRB", name="1")
    for name in ("Red", "White"):
        row = Category.objects.create(department="Wine", name=name)
        make_product(name.upper(), name=name, category=row)
    assert found(api, category=category) == skus


def test_search_and_category_narrow_together(api: ApiClient) -> None:
    make_product("A", name="Oak")
    wine = Category.objects.create(department="Wine", name="Red")
    make_product("B", name="Oak", category=wine)
    assert found(api, search="oak", category="wine") == ["B"]


def test_pages_are_walked_without_loss_even_where_names_are_the_same(api: ApiClient) -> None:
    for number in range(7):
        make_product(str(number), name=f"Rum {number // 4}")
    make_product("OTHER", name="Gin")
    pages = walk(api, "?limit=3&search=rum")
    assert pages == [["0", "1", "2"], ["3", "4", "5"], ["6"]]


def test_pages_can_be_walked_back(api: ApiClient) -> None:
    for number in range(5):
        make_product(str(number), name=f"Rum {number}")
    url = "?limit=2"
    for _ in range(2):
        url = api.get("products", **dict(parse_qsl(urlsplit(url).query))).json()["next"]
    assert walk(api, url, "previous") == [["4"], ["2", "3"], ["0", "1"]]


def test_a_page_has_fifty_products_unless_more_are_asked_for(api: ApiClient) -> None:
    for number in range(53):
        make_product(str(number))
    assert [len(found(api)), len(found(api, limit="1")), len(found(api, limit="200"))] == [
        50,
        1,
        53,
    ]


def test_the_statements_of_a_page_do_not_grow_with_its_products(api: ApiClient) -> None:
    group = ModifierGroup.objects.create(name="Gift")
    for number in range(50):
        make_product(str(number), barcodes=[(upc(number), 1)]).modifier_groups.add(group)
    found(api)
    assert statements_of(api, 1) == statements_of(api, 50) == 6


def test_a_stranger_is_asked_for_a_token(store: Store) -> None:
    answer = api_client().get("products")
    assert (answer.status_code, answer.json()["code"]) == (401, "token-required")


@pytest.mark.parametrize("method", ["post", "delete"])
def test_products_are_only_read_here(api: ApiClient, method: str) -> None:
    assert getattr(api, method)("products").status_code == 405


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"limit": "0"}, "/limit"),
        ({"limit": "201"}, "/limit"),
        ({"limit": "ten"}, "/limit"),
        ({"limit": "0001999"}, "/limit"),
        ({"cursor": "rubbish"}, "/cursor"),
        ({"cursor": base64.b64encode(b"p=gin%00").decode()}, "/cursor"),
        ({"serach": "gin"}, "/serach"),
        ({"search": "gin\x00"}, "/search"),
        ({"category": "\x00"}, "/category"),
        ({"search": "x" * 101}, "/search"),
        ({"category": "x" * 61}, "/category"),
    ],
)
def test_a_question_that_cannot_be_understood_is_refused(
    api: ApiClient, query: dict[str, Any], pointer: str
) -> None:
    answer = api.get("products", **query)
    assert answer.status_code in {400, 422}
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
