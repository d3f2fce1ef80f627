"""GET orders and GET orders/{id}: the books of the till's own store."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.orders.models import ParkedOrder
from apps.orders.receipt_code import receipt_code
from apps.stores.types import Role
from tests.factories import api_client, open_till
from tests.goods import basket, line_of, make_product, make_snack

from .wire import ORDER_KEYS, SOLD_LINE_KEYS, log_in, pointers, refusal, sold

if TYPE_CHECKING:
    import time_machine

    from apps.catalog.models import Product
    from apps.stores.models import Store
    from apps.stores.types import Till
    from tests.factories import ApiClient

NOBODYS = "0197c0de-0000-4000-8000-00000000dead"


def numbers(api: ApiClient, **query: str) -> list[str]:
    """The last figures of the numbers of the orders that a query finds, in their order."""
    response = api.get("orders", **query)
    assert response.status_code == 200, response.content
    return [order["number"][-2:] for order in response.json()["results"]]


def walk(api: ApiClient, url: str | None, way: str = "next") -> list[list[str]]:
    """The orders of each page from an address on."""
    pages = []
    while url:
        page = api.get("orders", **dict(parse_qsl(urlsplit(url).query))).json()
        pages.append([order["number"][-2:] for order in page["results"]])
        url = page[way]
    return pages


# --- One order ------------------------------------------------------------------------------------


def test_an_order_is_found_as_it_was_answered(api: ApiClient, bourbon: Product) -> None:
    order = sold(api, line_of(bourbon, 2, note="gift"), tip_cents=5)
    response = api.get(f"orders/{order['id']}")
    assert (response.status_code, response.json()) == (200, order)
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Request-Id"]


def test_another_store_s_order_is_unknown(
    api: ApiClient, other_store: Store, chips: Product
) -> None:
    order = sold(api, chips)
    elsewhere = api_client(open_till(other_store, code="eva")[1])
    response = elsewhere.get(f"orders/{order['id']}")
    assert refusal(response) == (404, "order-unknown")
    assert response.json()["id"] == order["id"]


def test_an_order_that_is_not_there_is_unknown(api: ApiClient) -> None:
    assert refusal(api.get(f"orders/{NOBODYS}")) == (404, "order-unknown")


@pytest.mark.parametrize("order_id", ["1", "BRW-1-261122-0001", "0197C0DE", f"{NOBODYS}x"])
def test_what_is_no_id_is_no_path(api: ApiClient, order_id: str) -> None:
    assert refusal(api.get(f"orders/{order_id}")) == (404, "not-found")


@pytest.mark.parametrize("role", Role)
def test_every_role_may_look(api: ApiClient, store: Store, chips: Product, role: Role) -> None:
    order = sold(api, chips)
    somebody = log_in(store, role)
    assert somebody.get(f"orders/{order['id']}").status_code == 200
    assert numbers(somebody) == ["01"]


@pytest.mark.parametrize("path", ["orders", f"orders/{NOBODYS}"])
def test_a_stranger_sees_nothing(db: None, path: str) -> None:
    response = api_client().get(path)
    assert refusal(response) == (401, "token-required")
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_the_statements_of_an_order_do_not_grow_with_its_lines(api: ApiClient) -> None:
    products = [make_product(f"P-{number}") for number in range(50)]
    orders = [sold(api, *products[:count])["id"] for count in (1, 50)]
    api.get("orders")  # the session is in memory from now on
    assert len({statements_of(api, f"orders/{order_id}") for order_id in orders}) == 1


def statements_of(api: ApiClient, path: str, **query: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert api.get(path, **query).status_code == 200
    return len(queries)


# --- Many -----------------------------------------------------------------------------------------


def test_a_list_is_a_page_of_whole_orders(api: ApiClient, bourbon: Product) -> None:
    order = sold(api, bourbon)
    page = api.get("orders").json()
    assert page == {"results": [order], "next": None, "previous": None}
    assert page["results"][0].keys() == ORDER_KEYS
    assert page["results"][0]["lines"][0].keys() == SOLD_LINE_KEYS


def test_the_last_sale_comes_first(
    api: ApiClient, chips: Product, clock: time_machine.Traveller
) -> None:
    for _ in range(3):
        sold(api, chips)
        clock.shift(timedelta(seconds=1))
    assert numbers(api) == ["03", "02", "01"]


def test_pages_are_walked_without_loss_even_where_sales_share_their_instant(
    api: ApiClient, chips: Product
) -> None:
    for _ in range(7):
        sold(api, chips)
    pages = walk(api, "?limit=3")
    assert [len(page) for page in pages] == [3, 3, 1]
    assert len({number for page in pages for number in page}) == 7


def test_pages_are_walked_back(
    api: ApiClient, chips: Product, clock: time_machine.Traveller
) -> None:
    for _ in range(5):
        sold(api, chips)
        clock.shift(timedelta(seconds=1))
    second = api.get("orders", **dict(parse_qsl(urlsplit(url_after(api, 2)).query))).json()
    assert walk(api, second["previous"], "previous") == [["05", "04"]]


def url_after(api: ApiClient, limit: int) -> str:
    url: str = api.get("orders", limit=str(limit)).json()["next"]
    return url


def test_a_list_is_narrowed_by_what_is_asked(
    api: ApiClient,
    second_api: ApiClient,
    till: Till,
    chips: Product,
    clock: time_machine.Traveller,
) -> None:
    first = sold(api, chips)
    other = sold(second_api, chips)
    assert ids(api, terminal=str(till.register.id)) == {first["id"]}
    assert ids(api, number=other["number"]) == {other["id"]}
    assert ids(api, business_date="2026-11-22") == {first["id"], other["id"]}
    assert ids(api, business_date="2026-11-21") == set()
    assert ids(api, number="BRW-1") == ids(api, terminal="9223372036854775807") == set()


def ids(api: ApiClient, **query: str) -> set[str]:
    response = api.get("orders", **query)
    assert response.status_code == 200, response.content
    return {order["id"] for order in response.json()["results"]}


def test_voided_and_completed_orders_are_told_apart(
    api: ApiClient, lead_api: ApiClient, chips: Product
) -> None:
    kept, voided = sold(api, chips), sold(api, chips)
    lead_api.post(f"orders/{voided['id']}/void", {"reason": "wrong"}, key="v")
    assert ids(api, status="completed") == ids(api, status="COMPLETED") == {kept["id"]}
    assert ids(api, status="voided") == {voided["id"]}


def test_parked_baskets_and_other_stores_are_not_listed(
    api: ApiClient, other_store: Store, chips: Product
) -> None:
    elsewhere = api_client(open_till(other_store, code="eva")[1])
    sold(elsewhere, make_snack("CHP-2"))
    api.post("orders/park", basket(chips))
    assert ParkedOrder.objects.count() == 1
    assert ids(api) == set()


def test_the_statements_of_a_list_do_not_grow_with_its_orders(
    api: ApiClient, chips: Product, bourbon: Product
) -> None:
    for _ in range(12):
        sold(api, chips, bourbon)
    api.get("orders")
    assert len({statements_of(api, "orders", limit=str(limit)) for limit in (1, 12)}) == 1


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"business_date": "22.11.2026"}, "/business_date"),
        ({"business_date": "2026-02-30"}, "/business_date"),
        ({"terminal": "one"}, "/terminal"),
        ({"terminal": "0"}, "/terminal"),
        ({"terminal": str(2**63)}, "/terminal"),
        ({"status": "open"}, "/status"),
        ({"number": "x" * 41}, "/number"),
        ({"number": "\x00"}, "/number"),
        ({"limit": "0"}, "/limit"),
        ({"limit": "201"}, "/limit"),
        ({"limit": "-1"}, "/limit"),
        ({"limit": "1e2"}, "/limit"),
        ({"limit": "٣"}, "/limit"),
        ({"cursor": "rubbish"}, "/cursor"),
        ({"cursor": ""}, "/cursor"),
        ({"cursor": "cD0lMDA="}, "/cursor"),
        ({"cursor": "cD1sYXN0IHllYXI="}, "/cursor"),
        ({"terminl": "1"}, "/terminl"),
    ],
)
def test_a_question_that_cannot_be_understood_is_refused(
    api: ApiClient, query: dict[str, str], pointer: str
) -> None:
    response = api.get("orders", **query)
    code = "unknown-field" if pointer == "/terminl" else "validation-failed"
    assert refusal(response) == (400, code)
    assert pointers(response) == [pointer]


def test_an_order_is_found_by_the_barcode_of_its_receipt(api: ApiClient, chips: Product) -> None:
    order = sold(api, chips)
    sold(api, chips)
    assert ids(api, number=receipt_code(order["number"])) == {order["id"]}


def test_a_barcode_that_was_misread_is_refused(api: ApiClient, chips: Product) -> None:
    code = receipt_code(sold(api, chips)["number"]).replace("0001", "0010")
    assert refusal(api.get("orders", number=code)) == (422, "receipt-code-misread")
