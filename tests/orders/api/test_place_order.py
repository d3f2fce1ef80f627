"""POST orders: a basket becomes a sale, once."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.stores.types import Role
from tests.factories import api_client, open_till
from tests.goods import basket, line_of, make_product, make_snack
from tests.orders.sales import count_rows

from .wire import ORDER_KEYS, SOLD_LINE_KEYS, log_in, refusal, sell, sold

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from apps.stores.models import Store
    from apps.stores.types import Till
    from tests.factories import ApiClient

SELLERS = {Role.CASHIER, Role.SHIFT_LEAD, Role.MANAGER, Role.OWNER}


def test_a_sale_is_answered_with_the_order(api: ApiClient, till: Till, bourbon: Product) -> None:
    body = basket(line_of(bourbon, 2, note="gift"), cash=5000)
    response = sell(api, body)
    order = response.json()
    (line,) = order.pop("lines")
    assert response.status_code == 201
    assert order == {
        "id": body["id"],
        "number": "BRW-1-261122-0001",
        "status": "COMPLETED",
        "business_date": "2026-11-22",
        "store": {"id": till.store.id, "code": "BRW", "name": "Broward Liquors"},
        "terminal": {"id": till.register.id, "number": 1, "name": "Till 1"},
        "cashier": {"id": till.clerk.id, "name": "Ana"},
        "customer_id": None,
        **SUMS,
        **PAID,
    }
    assert (line["id"], line["product_id"]) == (body["lines"][0]["id"], bourbon.pk)
    assert line["note"] == "gift"


# Two bottles at $19.99 in a county of seven percent.
SUMS = {
    "subtotal_cents": 3998,
    "discount_cents": 0,
    "tax_cents": 280,
    "state_tax_cents": 240,
    "surtax_cents": 40,
    "tip_cents": 0,
    "gift_cards": [],
    "gift_cards_cents": 0,
    "total_cents": 4278,
    "tax_exemption": None,
    "points": None,
}
PAID = {
    "tenders": [{"kind": "cash", "amount_cents": 5000, "payment_id": None}],
    "change_cents": 722,
    "cash_rounding_cents": 0,
    "paid": True,
    "age_check": {"outcome": "accepted", "method": "typed"},
    "taken_at": None,
    "placed_at": "2026-11-22T17:00:00Z",
    "voided_at": None,
    "warnings": [],
}


def test_an_order_and_its_lines_have_the_fields_of_the_contract(
    api: ApiClient, bourbon: Product
) -> None:
    order = sold(api, bourbon)
    assert order.keys() == ORDER_KEYS
    assert [line.keys() for line in order["lines"]] == [SOLD_LINE_KEYS]


def test_the_answer_is_json_for_no_cache_under_the_request_s_own_id(
    api: ApiClient, chips: Product
) -> None:
    headers = {"X-Request-Id": "till-7:42", "Idempotency-Key": "k"}
    headers["Authorization"] = f"Bearer {api.token}"
    response = api.client.post(
        "/api/v1/orders", basket(chips), content_type="application/json", headers=headers
    )
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Request-Id"] == "till-7:42"
    assert "Idempotency-Replayed" not in response.headers


def test_a_pack_leaves_the_shelf_bottle_by_bottle(api: ApiClient, store: Store) -> None:
    product = make_product(barcodes=[("619947000020", 12)], on_hand=30, store=store)
    order = sold(api, {"id": str(uuid4()), "barcode": "619947000020", "quantity": 2})
    (line,) = order["lines"]
    assert (line["pack_size"], line["unit_price_cents"]) == (12, 12 * 1999)
    (level,) = api.get("stock", product=str(product.pk)).json()["results"]
    assert level["on_hand"] == 30 - 24


def test_the_bottle_in_hand_is_sold_where_the_books_have_none(
    api: ApiClient, bourbon: Product
) -> None:
    (warning,) = sold(api, line_of(bourbon, 12))["warnings"]
    assert warning.pop("detail")
    assert warning == {"code": "stock-negative", "product_id": bourbon.pk, "on_hand": -2}


def test_a_warning_is_in_the_order_and_in_its_answer_under_another_key(
    api: ApiClient, bourbon: Product
) -> None:
    body = basket(line_of(bourbon, 12))
    order = sell(api, body).json()
    assert order["warnings"]
    assert sell(api, body).json() == order
    assert api.get(f"orders/{order['id']}").json() == order


def test_a_till_says_when_the_sale_was_taken(api: ApiClient, chips: Product) -> None:
    order = sold(api, chips, taken_at="2026-11-22T11:59:00-05:00")
    assert order["taken_at"] == "2026-11-22T16:59:00Z"
    assert order["placed_at"] == "2026-11-22T17:00:00Z"


def test_change_is_given_out_of_all_the_cash_after_the_tip(api: ApiClient, chips: Product) -> None:
    cash = [{"kind": "cash", "amount_cents": cents} for cents in (100, 500)]
    order = sold(api, chips, tenders=cash, tip_cents=101)
    assert (order["tip_cents"], order["total_cents"], order["change_cents"]) == (101, 300, 300)
    assert [tender["amount_cents"] for tender in order["tenders"]] == [100, 500]


# --- Once -----------------------------------------------------------------------------------------


def test_a_sale_sent_again_gets_the_same_bytes_and_sells_nothing(
    api: ApiClient, bourbon: Product
) -> None:
    body = basket(bourbon)
    first = sell(api, body, key="k")
    before = count_rows()
    again = sell(api, body, key="k")
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["Cache-Control"] == "no-store"
    assert count_rows() == before


def test_an_order_sent_again_under_another_key_is_answered_as_it_stands(
    api: ApiClient, bourbon: Product
) -> None:
    body = basket(bourbon)
    first = sell(api, body)
    before = count_rows()
    again = sell(api, body)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Idempotency-Replayed"] == "true"
    assert count_rows() == before


def test_the_same_key_from_two_tills_is_two_sales(
    api: ApiClient, second_api: ApiClient, chips: Product
) -> None:
    numbers = [sell(till, basket(chips), key="k").json()["number"] for till in (api, second_api)]
    assert numbers == ["BRW-1-261122-0001", "BRW-2-261122-0001"]


def test_a_key_used_for_another_basket_is_refused(api: ApiClient, chips: Product) -> None:
    sell(api, basket(chips), key="k")
    before = count_rows()
    assert refusal(sell(api, basket(chips), key="k")) == (422, "idempotency-key-reused")
    assert count_rows() == before


def test_a_refused_sale_leaves_its_key_free(api: ApiClient, chips: Product) -> None:
    body = basket(chips, cash=0)
    assert refusal(sell(api, body, key="k")) == (422, "tender-insufficient")
    body["tenders"] = [{"kind": "cash", "amount_cents": 199}]
    assert sell(api, body, key="k").json()["number"].endswith("-0001")


def test_a_key_tells_whether_its_sale_happened(api: ApiClient, chips: Product) -> None:
    assert refusal(api.get("idempotency/k")) == (404, "idempotency-key-unknown")
    order = sell(api, basket(chips), key="k").json()
    assert api.get("idempotency/k").json() == {"key": "k", "status": 201, "body": order}


# --- Who, and how dear ----------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role)
def test_a_seller_sells_and_an_auditor_does_not(
    api: ApiClient, store: Store, chips: Product, role: Role
) -> None:
    response = sell(log_in(store, role), basket(chips))
    if role in SELLERS:
        assert response.status_code == 201
    else:
        assert refusal(response) == (403, "permission-denied")
        assert response.json()["permission"] == "SELL"


@pytest.mark.parametrize(
    ("token", "code"), [(None, "token-required"), ("ths_stale", "token-invalid")]
)
def test_a_stranger_sells_nothing(db: None, token: str | None, code: str) -> None:
    response = sell(api_client(token), basket(make_snack()))
    assert refusal(response) == (401, code)
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_the_statements_of_a_sale_do_not_grow_with_its_lines(api: ApiClient, store: Store) -> None:
    products = [make_product(f"P-{number}", on_hand=9, store=store) for number in range(50)]
    sold(api, *products)  # all of them are in memory from now on
    one, fifty = (statements_of_a_sale(api, products[:count]) for count in (1, 50))
    assert one == fifty
    assert one <= 14


def statements_of_a_sale(api: ApiClient, products: list[Product]) -> int:
    """How many statements the whole request takes, who is asking included, as the bench counts."""
    with CaptureQueriesContext(connection) as queries:
        sold(api, *products)
    marks = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE SAVEPOINT")
    return sum(not query["sql"].startswith(marks) for query in queries)


def test_a_cashier_of_another_store_sells_under_its_own_number(
    api: ApiClient, chips: Product, other_store: Store
) -> None:
    elsewhere = api_client(open_till(other_store, code="eva")[1])
    assert sold(api, chips)["number"] == "BRW-1-261122-0001"
    assert sold(elsewhere, make_snack("CHP-2"))["number"] == "AIR-1-261122-0001"
