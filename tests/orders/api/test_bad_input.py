"""POST orders, quote and park: what is no basket is a clear problem, and nothing half written."""

from __future__ import annotations

import gzip
from copy import deepcopy
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import orjson
import pytest

from tests.goods import basket, line_of
from tests.orders.sales import count_rows

from .wire import pointers, refusal, sell, send, sold

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from tests.factories import ApiClient

MIB = 1024 * 1024
CALLS = ["orders", "orders/quote", "orders/park"]
UNREADABLE: dict[str, bytes] = {
    "a brace": b"{",
    "no JSON": b"lines=1",
    "a comma too many": b'{"id": 1,}',
    "two documents": b"{}{}",
    "NaN": b'{"tip_cents": NaN}',
    "infinity": b'{"tip_cents": -Infinity}',
    "a lone surrogate": b'{"id": "\\ud800"}',
    "bad UTF-8": b'{"id": "\xff\xfe"}',
    "UTF-16": '{"id": 1}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "a bare NUL": b'{"id": "\x00"}',
    "a thousand brackets": b"[" * 5000 + b"]" * 5000,
}


@pytest.mark.parametrize("path", CALLS)
@pytest.mark.parametrize("case", UNREADABLE)
def test_a_body_that_cannot_be_read_is_malformed(api: ApiClient, path: str, case: str) -> None:
    before = count_rows()
    assert refusal(send(api, path, UNREADABLE[case])) == (400, "json-invalid")
    assert count_rows() == before


@pytest.mark.parametrize("path", CALLS)
@pytest.mark.parametrize("body", [b"null", b"[]", b"[{}]", b'"basket"', b"7", b"true", b"1e400"])
def test_a_body_that_is_no_object_is_malformed(api: ApiClient, path: str, body: bytes) -> None:
    before = count_rows()
    response = send(api, path, body)
    assert refusal(response)[0] == 400
    assert count_rows() == before


@pytest.mark.parametrize("path", CALLS)
@pytest.mark.parametrize("body", [b"", b"{}"])
def test_an_empty_body_is_told_what_it_lacks(api: ApiClient, path: str, body: bytes) -> None:
    response = send(api, path, body)
    assert refusal(response) == (400, "validation-failed")
    assert pointers(response) == ["/id", "/lines"]


# --- The size and the sort of a body --------------------------------------------------------------


@pytest.mark.parametrize("path", CALLS)
def test_a_body_of_a_mebibyte_is_read_and_one_byte_more_is_not(
    api: ApiClient, chips: Product, path: str
) -> None:
    body = orjson.dumps(basket(chips)).ljust(MIB)
    assert send(api, path, body).status_code in {200, 201}
    before = count_rows()
    assert refusal(send(api, path, body + b" ")) == (413, "body-too-large")
    assert refusal(send(api, path, body + b" " * 2 * MIB)) == (413, "body-too-large")
    assert count_rows() == before


@pytest.mark.parametrize("path", CALLS)
@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "",
     "application/xml", "application/jsonp", "json"],
)  # fmt: skip
def test_a_body_that_says_it_is_no_json_is_not_read(
    api: ApiClient, chips: Product, path: str, content_type: str
) -> None:
    before = count_rows()
    response = send(api, path, orjson.dumps(basket(chips)), content_type=content_type)
    assert refusal(response) == (415, "unsupported-media-type")
    assert count_rows() == before


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON"])
def test_json_by_any_spelling_is_read(api: ApiClient, chips: Product, content_type: str) -> None:
    body = orjson.dumps(basket(chips))
    assert send(api, "orders", body, content_type=content_type).status_code == 201


def test_a_body_that_was_compressed_is_not_read(api: ApiClient, chips: Product) -> None:
    before = count_rows()
    squeezed = gzip.compress(orjson.dumps(basket(chips)))
    response = send(api, "orders", squeezed, **{"Content-Encoding": "gzip"})
    assert refusal(response)[0] in {400, 415}
    assert count_rows() == before


def test_the_last_of_two_fields_of_one_name_counts_and_a_retry_is_the_same(
    api: ApiClient, chips: Product
) -> None:
    body = orjson.dumps(basket(chips, cash=199))
    doubled = body[:-1] + b',"tip_cents":50,"tip_cents":0}'
    first = send(api, "orders", doubled, **{"Idempotency-Key": "k"})
    again = send(api, "orders", doubled, **{"Idempotency-Key": "k"})
    assert (first.status_code, first.json()["tip_cents"]) == (201, 0)
    assert again.headers["Idempotency-Replayed"] == "true"


# --- Fields that nobody knows ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "pointer"),
    [
        ((), "/sale"),
        (("lines", 0), "/lines/0/sale"),
        (("age_check",), "/age_check/sale"),
        (("tenders", 0), "/tenders/0/sale"),
    ],
)
@pytest.mark.parametrize("path", CALLS)
def test_a_field_that_is_not_known_is_refused_at_every_level(
    api: ApiClient, chips: Product, path: str, place: tuple[Any, ...], pointer: str
) -> None:
    body = found = deepcopy(basket(chips))
    for step in place:
        found = found[step]
    found["sale"] = True
    before = count_rows()
    response = api.post(path, body, key="k")
    assert refusal(response) == (400, "unknown-field")
    assert pointers(response) == [pointer]
    assert count_rows() == before


def test_the_name_of_a_field_is_escaped_in_its_pointer(api: ApiClient, chips: Product) -> None:
    response = sell(api, {**basket(chips), "a/b~c": 1})
    assert pointers(response) == ["/a~1b~0c"]


def test_names_of_fields_may_hold_anything(api: ApiClient, chips: Product) -> None:
    response = sell(api, {**basket(chips), "\x00": 1, "é\n": 2})
    assert refusal(response) == (400, "unknown-field")


# --- The idempotency key --------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "\x00", "a\x7fb", "schlüssel", "a\tb", "\x80"])
def test_a_key_that_is_none_is_refused(api: ApiClient, chips: Product, key: str) -> None:
    before = count_rows()
    response = send(api, "orders", orjson.dumps(basket(chips)), **{"Idempotency-Key": key})
    assert refusal(response) == (400, "idempotency-key-required")
    assert count_rows() == before


def test_a_sale_without_a_key_is_refused(api: ApiClient, chips: Product) -> None:
    before = count_rows()
    assert refusal(api.post("orders", basket(chips))) == (400, "idempotency-key-required")
    assert count_rows() == before


@pytest.mark.parametrize("key", ["x", "x" * 255, "a b", "!~ {}[]'\"%s\\"])
def test_any_other_key_is_taken(api: ApiClient, chips: Product, key: str) -> None:
    body = basket(chips)
    assert sell(api, body, key=key).status_code == 201
    assert sell(api, body, key=key).headers["Idempotency-Replayed"] == "true"


# --- How many lines -------------------------------------------------------------------------------


def test_a_basket_without_lines_is_refused(api: ApiClient) -> None:
    response = sell(api, basket())
    assert refusal(response) == (400, "validation-failed")
    assert pointers(response) == ["/lines"]


@pytest.mark.parametrize("path", CALLS)
def test_ten_thousand_lines_are_refused_before_they_are_looked_at(
    api: ApiClient, path: str
) -> None:
    line = {"id": str(uuid4()), "product_id": 1, "quantity": 1}
    before = count_rows()
    response = send(api, path, orjson.dumps(basket(*[line] * 10_000)))
    assert refusal(response)[0] in {400, 413}
    assert len(response.content) < 2000
    assert count_rows() == before


def test_five_hundred_lines_are_one_sale(api: ApiClient, chips: Product) -> None:
    order = sold(api, *[line_of(chips) for _ in range(500)])
    assert (len(order["lines"]), order["subtotal_cents"]) == (500, 500 * 199)
    response = sell(api, basket(*[line_of(chips) for _ in range(501)]))
    assert (refusal(response)[0], pointers(response)) == (400, ["/lines"])


def test_two_lines_of_one_id_are_refused(api: ApiClient, chips: Product) -> None:
    line = line_of(chips)
    before = count_rows()
    response = sell(api, basket(chips, line, {**line, "id": line["id"].upper()}))
    assert refusal(response) == (400, "validation-failed")
    assert pointers(response) == ["/lines/2/id"]
    assert count_rows() == before


def test_every_fault_of_a_body_is_told_at_once(api: ApiClient, chips: Product) -> None:
    body = basket(line_of(chips, 0), {**line_of(chips), "id": "7"})
    body["tenders"][0]["amount_cents"] = "5"
    response = sell(api, {**body, "tip_cents": -1})
    assert set(pointers(response)) == {
        "/lines/0/quantity",
        "/lines/1/id",
        "/tenders/0/amount_cents",
        "/tip_cents",
    }
