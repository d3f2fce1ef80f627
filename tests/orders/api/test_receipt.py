"""GET orders/{id}/receipt: the first print is kept, every later one is it with a mark."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.orders.models import PrintedReceipt
from apps.stores.types import Role
from tests.factories import api_client, open_till
from tests.goods import line_of, make_product
from tests.orders.sales import count_rows

from .wire import log_in, refusal, sold

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as ApiResponse

    from apps.catalog.models import Product
    from apps.stores.models import Store
    from tests.factories import ApiClient

TEXT, HTML = "text/plain", "text/html"


def print_receipt(api: ApiClient, order_id: str, accept: str | None = None) -> ApiResponse:
    headers = {"Authorization": f"Bearer {api.token}"}
    if accept is not None:
        headers["Accept"] = accept
    return api.client.get(f"/api/v1/orders/{order_id}/receipt", headers=headers)


@pytest.fixture
def order_id(api: ApiClient, bourbon: Product) -> str:
    """A sale of two bottles."""
    return str(sold(api, line_of(bourbon, 2))["id"])


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        (None, TEXT),
        ("*/*", TEXT),
        ("", TEXT),
        ("text/*", TEXT),
        ("text/plain; charset=utf-8", TEXT),
        ("TEXT/HTML", HTML),
        ("image/png, text/html;q=0.5", HTML),
        ("text/html,application/xhtml+xml,*/*;q=0.8", HTML),
    ],
)
def test_a_receipt_comes_in_the_format_asked_for(
    api: ApiClient, order_id: str, accept: str | None, form: str
) -> None:
    response = print_receipt(api, order_id, accept)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == f"{form}; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Request-Id"]
    assert "BRW-1-261122-0001" in response.content.decode()


@pytest.mark.parametrize(
    "accept", ["application/json", "image/png", "application/pdfx", "audio/*", "pdf"]
)
def test_a_format_that_we_do_not_have_is_not_acceptable(
    api: ApiClient, order_id: str, accept: str
) -> None:
    before = count_rows()
    assert refusal(print_receipt(api, order_id, accept)) == (406, "receipt-format-unknown")
    assert count_rows() == before


@pytest.mark.parametrize("form", [TEXT, HTML])
def test_every_reprint_is_the_first_print_but_for_the_line_that_marks_a_copy(
    api: ApiClient, order_id: str, form: str
) -> None:
    first, *copies = (print_receipt(api, order_id, form).content.splitlines() for _ in range(4))
    assert copies[0] == copies[1] == copies[2]
    assert len(copies[0]) == len(first) + 1
    extra = [line for line in copies[0] if line not in first]
    assert len(extra) == 1
    assert b"COPY" in extra[0]


def test_a_receipt_stays_as_it_was_when_the_shop_and_the_goods_change(
    api: ApiClient, store: Store, bourbon: Product, order_id: str
) -> None:
    first = print_receipt(api, order_id).content
    type(store).objects.update(name="Another Name", address="Elsewhere")
    type(bourbon).objects.update(name="Another Bourbon")
    assert first in strip_mark(print_receipt(api, order_id).content)


def strip_mark(copy: bytes) -> bytes:
    return b"".join(line for line in copy.splitlines(keepends=True) if b"COPY" not in line)


def test_there_is_one_original_whatever_the_formats(api: ApiClient, order_id: str) -> None:
    forms = (TEXT, HTML, TEXT, HTML)
    prints = [print_receipt(api, order_id, form).content for form in forms]
    assert [b"*** COPY ***" in body for body in prints] == [False, True, True, True]
    assert PrintedReceipt.objects.count() == 2


@pytest.mark.parametrize("form", [TEXT, HTML])
def test_what_is_printed_again_after_the_void_fetches_no_refund(
    api: ApiClient, lead_api: ApiClient, order_id: str, form: str
) -> None:
    first = print_receipt(api, order_id, form).content
    lead_api.post(f"orders/{order_id}/void", {"reason": "wrong bottle"}, key="void")
    copy = print_receipt(api, order_id, form).content
    assert b"*** COPY - VOIDED ***" in copy
    assert strip_mark(copy) == first


def test_the_mark_of_a_product_s_name_breaks_no_page(api: ApiClient) -> None:
    order = sold(api, make_product(name="<script>alert(1)</script> & Söhne"))
    page = print_receipt(api, order["id"], HTML).content.decode()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_a_receipt_of_another_store_is_unknown(
    api: ApiClient, order_id: str, other_store: Store
) -> None:
    elsewhere = api_client(open_till(other_store, code="eva")[1])
    assert refusal(print_receipt(elsewhere, order_id)) == (404, "order-unknown")
    assert refusal(print_receipt(api, str(uuid4()))) == (404, "order-unknown")


@pytest.mark.parametrize("role", Role)
def test_whoever_sells_may_print(api: ApiClient, store: Store, order_id: str, role: Role) -> None:
    response = print_receipt(log_in(store, role), order_id)
    assert response.status_code == (403 if role is Role.AUDITOR else 200)


def test_a_stranger_prints_nothing(order_id: str) -> None:
    response = api_client().get(f"orders/{order_id}/receipt")
    assert refusal(response) == (401, "token-required")
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_asking_whether_a_receipt_is_there_prints_none(api: ApiClient, order_id: str) -> None:
    headers = {"Authorization": f"Bearer {api.token}"}
    response = api.client.head(f"/api/v1/orders/{order_id}/receipt", headers=headers)
    assert (response.status_code, response.content) == (200, b"")
    assert b"COPY" not in print_receipt(api, order_id).content


def test_the_statements_of_a_receipt_do_not_grow_with_its_lines(api: ApiClient) -> None:
    products = [make_product(f"P-{number}") for number in range(50)]
    orders = [sold(api, *products[:count])["id"] for count in (1, 50)]
    counts = set()
    for order_id in orders:
        with CaptureQueriesContext(connection) as queries:
            assert print_receipt(api, order_id).status_code == 200
        counts.add(len(queries))
    assert len(counts) == 1
