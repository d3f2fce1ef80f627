"""POST stock/adjustments: the stock put right by hand, each line with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import orjson
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.ledgers import find_faults
from apps.core.models import AuditEntry
from apps.inventory.models import StockDocument, StockMovement
from apps.stores.types import Role
from tests.factories import api_client, open_till
from tests.goods import make_product, receive
from tests.orders.api.wire import log_in, pointers, refusal, send
from tests.orders.sales import count_rows

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as ApiResponse

    from apps.catalog.models import Product
    from apps.stores.models import Store
    from tests.factories import ApiClient

PATH = "stock/adjustments"
MAY_ADJUST = {Role.SHIFT_LEAD, Role.MANAGER, Role.OWNER}


def paper(*lines: tuple[Product, int], **fields: Any) -> dict[str, Any]:
    """An adjustment by these quantities."""
    rows = [
        {"product_id": product.pk, "quantity": quantity, "reason": "broken"}
        for product, quantity in lines
    ]
    return {"id": str(uuid4()), "lines": rows, **fields}


def adjust(api: ApiClient, body: Any, *, key: str | None = None) -> ApiResponse:
    return api.post(PATH, body, key=key or str(uuid4()))


def test_an_adjustment_is_answered_with_the_levels_it_leaves(
    api: ApiClient, store: Store, rum: Product, gin: Product
) -> None:
    receive(store, rum, 12)
    body = paper((gin, 3), (rum, -2))
    response = adjust(api, body)
    assert response.status_code == 201
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    assert "Idempotency-Replayed" not in response.headers
    answer = response.json()
    levels = {level["product_id"]: level for level in answer.pop("levels")}
    assert answer == {"id": body["id"]}
    assert levels[rum.pk] == level_of(store, rum, 10, version=2)
    assert levels[gin.pk] == level_of(store, gin, 3, version=1)


def level_of(store: Store, product: Product, on_hand: int, *, version: int) -> dict[str, int]:
    return {
        "store": store.pk,
        "product_id": product.pk,
        "on_hand": on_hand,
        "reserved": 0,
        "available": on_hand,
        "version": version,
    }


def test_an_adjustment_leaves_movements_a_document_and_a_name(
    api: ApiClient, rum: Product, gin: Product
) -> None:
    adjust(api, paper((rum, -1), (gin, 2)))
    document = StockDocument.objects.get()
    moves = StockMovement.objects.filter(document_id=document.pk).order_by("quantity")
    assert [(m.product_id, m.quantity, m.reason, m.actor_name) for m in moves] == [
        (rum.pk, -1, "broken", "Lea"),
        (gin.pk, 2, "broken", "Lea"),
    ]
    assert AuditEntry.objects.get().action == "stock.adjustment"
    assert list(find_faults()) == []


def test_two_lines_of_one_product_are_two_movements_and_one_balance(
    api: ApiClient, rum: Product
) -> None:
    (level,) = adjust(api, paper((rum, 5), (rum, -2))).json()["levels"]
    assert level["on_hand"] == 3
    assert StockMovement.objects.count() == 2
    assert list(find_faults()) == []


def test_an_adjustment_sent_again_moves_nothing(api: ApiClient, rum: Product) -> None:
    body = paper((rum, 5))
    first = adjust(api, body, key="k")
    before = count_rows()
    again = adjust(api, body, key="k")
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert count_rows() == before


def test_an_adjustment_under_another_key_is_told_that_it_exists(
    api: ApiClient, rum: Product
) -> None:
    body = paper((rum, 5))
    adjust(api, body)
    before = count_rows()
    response = adjust(api, body)
    assert refusal(response) == (409, "stock-document-exists")
    assert response.json()["id"] == body["id"]
    assert count_rows() == before


def test_a_key_of_another_adjustment_is_refused(api: ApiClient, rum: Product) -> None:
    adjust(api, paper((rum, 5)), key="k")
    assert refusal(adjust(api, paper((rum, 5)), key="k")) == (422, "idempotency-key-reused")


def test_a_product_that_nobody_has_is_not_moved(api: ApiClient, rum: Product) -> None:
    body = paper((rum, 1))
    body["lines"].append({"product_id": 987_654_321, "quantity": 1, "reason": "found"})
    before = count_rows()
    assert refusal(adjust(api, body)) == (422, "stock-product-unknown")
    assert count_rows() == before


@pytest.mark.parametrize("role", Role)
def test_only_a_role_above_the_cashier_adjusts(
    api: ApiClient, store: Store, rum: Product, role: Role
) -> None:
    response = adjust(log_in(store, role), paper((rum, 1)))
    if role in MAY_ADJUST:
        assert response.status_code == 201
    else:
        assert refusal(response) == (403, "permission-denied")
        assert response.json()["permission"] == "ADJUST_STOCK"


def test_a_till_adjusts_its_own_store_alone(
    api: ApiClient, other_store: Store, rum: Product
) -> None:
    elsewhere = api_client(open_till(other_store, Role.OWNER, code="eva")[1])
    (level,) = adjust(elsewhere, paper((rum, 1))).json()["levels"]
    assert level["store"] == other_store.pk


def test_a_stranger_adjusts_nothing(rum: Product) -> None:
    response = adjust(api_client(), paper((rum, 1)))
    assert refusal(response) == (401, "token-required")
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_an_adjustment_needs_a_key(api: ApiClient, rum: Product) -> None:
    assert refusal(api.post(PATH, paper((rum, 1)))) == (400, "idempotency-key-required")


LINE = {"product_id": 1, "quantity": 1, "reason": "broken"}


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        *[({"quantity": bad}, "/quantity") for bad in (0, 1.0, "1", True, None, 1_000_001, 2**63)],
        *[({"product_id": bad}, "/product_id") for bad in (0, -1, 1.5, "1", False, None, 2**63)],
        *[({"reason": bad}, "/reason") for bad in ("", "  ", None, 7, "x" * 201, "a\x00b")],
        ({"quantity": -1_000_001}, "/quantity"),
        ({"store": 1}, "/store"),
    ],
)
def test_a_line_of_the_wrong_form_is_malformed_and_moves_nothing(
    api: ApiClient, rum: Product, change: dict[str, Any], pointer: str
) -> None:
    body = paper((rum, 1))
    body["lines"].append({**LINE, **change})
    before = count_rows()
    response = send(api, PATH, orjson.dumps(body))
    assert refusal(response)[0] == 400
    assert pointers(response) == [f"/lines/1{pointer}"]
    assert count_rows() == before


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"id": None}, "/id"),
        ({"id": "7"}, "/id"),
        ({"lines": []}, "/lines"),
        ({"lines": None}, "/lines"),
        ({"lines": LINE}, "/lines"),
        ({"lines": [LINE] * 501}, "/lines"),
        ({"store": 2}, "/store"),
    ],
)
def test_a_paper_of_the_wrong_form_is_malformed(
    api: ApiClient, rum: Product, change: dict[str, Any], pointer: str
) -> None:
    response = adjust(api, {**paper((rum, 1)), **change})
    assert refusal(response)[0] == 400
    assert [found[: len(pointer)] for found in pointers(response)] == [pointer]


@pytest.mark.parametrize("body", [b"{", b"null", b"[]", b'"x"', b'{"id": NaN}', b"\xff"])
def test_what_is_no_object_is_malformed(api: ApiClient, body: bytes) -> None:
    before = count_rows()
    assert refusal(send(api, PATH, body))[0] == 400
    assert refusal(send(api, PATH, body, content_type="text/csv"))[0] == 415
    assert count_rows() == before


def test_the_statements_of_an_adjustment_do_not_grow_with_its_lines(api: ApiClient) -> None:
    products = [make_product(f"P-{number}") for number in range(50)]
    adjust(api, paper((products[0], 1)))
    counts = []
    for count in (1, 50):
        body = paper(*[(product, 1) for product in products[:count]])
        with CaptureQueriesContext(connection) as queries:
            assert adjust(api, body).status_code == 201
        counts.append(len(queries))
    assert counts[0] == counts[1]
