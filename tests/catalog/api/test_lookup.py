"""GET products/lookup: what a till shows when somebody scans."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from apps.catalog.gtin import scale_code
from apps.catalog.models import Barcode
from apps.inventory.models import StockBalance
from tests.catalog.files import upc
from tests.factories import api_client, make_store, open_till
from tests.goods import make_product, make_snack

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as ApiResponse
    from pytest_django import DjangoAssertNumQueries

    from apps.stores.models import Store
    from tests.factories import ApiClient

pytestmark = pytest.mark.django_db


def look_up(api: ApiClient, barcode: str) -> dict[str, Any]:
    answer = api.get("products/lookup", barcode=barcode)
    assert answer.status_code == 200, answer.content
    document: dict[str, Any] = answer.json()
    return document


def refusal(answer: ApiResponse) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize(
    ("stored", "scan"),
    [
        ("619947000020", "619947000020"),  # UPC-A
        ("619947000020", "0619947000020"),  # the same as EAN-13
        ("619947000020", "00619947000020"),  # and as GTIN-14
        ("619947000020", "]E00619947000020"),  # with an AIM id
        ("042100005264", "04252614"),  # UPC-E
        ("5901234123457", "5901234123457"),  # EAN-13
        ("96385074", "96385074"),  # EAN-8
        ("96385074", "]E496385074"),
        ("10619947000027", "10619947000027"),  # ITF-14
        ("10619947000027", "01106199470000271727123110LOT1"),  # GS1-128
        ("400000000015", "400000000015"),  # in-store
    ],
)
def test_every_symbology_finds_the_product(api: ApiClient, stored: str, scan: str) -> None:
    product = make_product(barcodes=[(stored, 1)])
    assert look_up(api, scan)["product"]["id"] == product.pk


def test_a_look_up_shows_all_a_cashier_needs(api: ApiClient, store: Store) -> None:
    make_product(barcodes=[(upc(1), 1), (upc(2), 12)], price_cents=1999, on_hand=30)
    StockBalance.objects.update(reserved=4)
    shown = look_up(api, upc(2))
    assert shown.keys() == {"product", "pack_size", "price_cents", "price_book", "stock"}
    assert (shown["pack_size"], shown["price_cents"]) == (12, 12 * 1999)
    assert (shown["product"]["price_cents"], shown["price_book"]) == (1999, "STANDARD")
    assert shown["stock"] == {"on_hand": 30, "available": 26}
    assert shown["product"] == api.get("products").json()["results"][0]


def test_a_product_that_never_moved_has_no_stock(api: ApiClient) -> None:
    make_product(barcodes=[(upc(1), 1)])
    assert look_up(api, upc(1))["stock"] == {"on_hand": 0, "available": 0}


def test_what_is_made_to_order_has_no_stock_to_tell_of(api: ApiClient) -> None:
    make_snack(barcodes=[(upc(1), 1)], tracks_stock=False)
    assert look_up(api, upc(1))["stock"] == {"on_hand": None, "available": None}


def test_the_stock_is_that_of_the_till_s_own_store(api: ApiClient, store: Store) -> None:
    product = make_product(barcodes=[(upc(1), 1)], store=make_store("AIR"), on_hand=5)
    assert look_up(api, upc(1))["stock"]["on_hand"] == 0
    assert StockBalance.objects.get(product=product).on_hand == 5


@pytest.mark.parametrize(
    ("digits", "scan", "cents"), [(4, "212345005996", 599), (5, "212345123454", 12_345)]
)
def test_a_scale_label_brings_its_own_price(digits: int, scan: str, cents: int) -> None:
    _, token = open_till(make_store(price_in_barcode_digits=digits))
    make_snack(barcodes=[(scale_code("212345"), 1)], price_cents=100)
    shown = look_up(api_client(token), scan)
    assert (shown["price_cents"], shown["product"]["price_cents"]) == (cents, 100)


def test_a_scale_label_without_a_price_is_neither_shown_nor_sold(api: ApiClient) -> None:
    make_snack(barcodes=[(scale_code("212345"), 1)], price_cents=100)
    label = "212345000007"
    line = {"id": "3b2f5d6e-0f0e-4c57-9a43-6a1c5b1f0001", "barcode": label, "quantity": 1}
    shown = api.get(f"products/lookup?barcode={label}")
    quoted = api.post("orders/quote", {"id": line["id"], "lines": [line]})
    for answer in (shown, quoted):
        assert (answer.status_code, answer.json()["code"]) == (422, "barcode-invalid")


def test_a_store_without_a_price_shows_none(api: ApiClient) -> None:
    make_product(barcodes=[(upc(1), 6)], price_cents=None)
    shown = look_up(api, upc(1))
    assert (shown["price_cents"], shown["product"]["price_cents"], shown["price_book"]) == (
        None,
        None,
        "",
    )


def test_a_warm_look_up_costs_no_statement(
    api: ApiClient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_product(barcodes=[(upc(1), 1), (upc(2), 12)], on_hand=3)
    cold = look_up(api, upc(1))
    with django_assert_num_queries(0):
        assert look_up(api, upc(1)) == cold
        assert look_up(api, upc(2))["pack_size"] == 12


def test_a_code_that_nobody_has_is_unknown(api: ApiClient) -> None:
    answer = api.get("products/lookup", barcode=upc(1))
    assert refusal(answer) == (404, "barcode-unknown")
    assert answer.json()["barcode"] == upc(1)


def test_a_product_off_the_shelf_is_unknown(api: ApiClient) -> None:
    make_product(barcodes=[(upc(1), 1)], is_active=False)
    assert refusal(api.get("products/lookup", barcode=upc(1))) == (404, "barcode-unknown")


def test_a_code_that_was_given_up_is_unknown(api: ApiClient) -> None:
    make_product(barcodes=[(upc(1), 1)])
    Barcode.objects.update(is_active=False)
    assert refusal(api.get("products/lookup", barcode=upc(1))) == (404, "barcode-unknown")


@pytest.mark.parametrize("scan", ["619947000021", "123", "abc", "٦١٩٩٤٧٠٠٠٠٢٠", "]E0"])
def test_what_is_no_code_is_invalid(api: ApiClient, scan: str) -> None:
    answer = api.get("products/lookup", barcode=scan)
    assert refusal(answer) == (422, "barcode-invalid")
    assert answer.json()["barcode"] == scan


@pytest.mark.parametrize(
    "query", [{}, {"barcode": ""}, {"barcode": "\x00"}, {"barcode": upc(1), "store": "2"}]
)
def test_a_question_that_cannot_be_understood_is_refused(
    api: ApiClient, query: dict[str, str]
) -> None:
    answer = api.get("products/lookup", **query)
    assert answer.status_code in {400, 422}


def test_a_stranger_is_asked_for_a_token(store: Store) -> None:
    answer = api_client().get("products/lookup", barcode=upc(1))
    assert refusal(answer) == (401, "token-required")
