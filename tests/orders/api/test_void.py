"""POST orders/{id}/void: a sale taken back on its own day, goods and money both."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.ledgers import find_faults
from apps.stores.types import Role
from tests.factories import api_client, open_till
from tests.goods import basket, line_of, make_product
from tests.orders.sales import count_rows

from .wire import ORDER_KEYS, log_in, pointers, refusal, sell, sold, without

if TYPE_CHECKING:
    import time_machine
    from django.test.client import _MonkeyPatchedWSGIResponse as ApiResponse

    from apps.catalog.models import Product
    from apps.stores.models import Store
    from tests.factories import ApiClient

REASON = {"reason": "wrong bottle"}
MAY_VOID = {Role.SHIFT_LEAD, Role.MANAGER, Role.OWNER}
CHANGED = ("status", "voided_at", "tenders")
# The business day of 22 November ends at four in the morning.
DAY_END = datetime(2026, 11, 23, 9, tzinfo=UTC)


def void(
    api: ApiClient, order: dict[str, Any], *, key: str | None = None, body: Any = REASON
) -> ApiResponse:
    return api.post(f"orders/{order['id']}/void", body, key=key or str(uuid4()))


def test_a_voided_order_is_answered_with_its_cash_handed_back(
    api: ApiClient, lead_api: ApiClient, bourbon: Product, clock: time_machine.Traveller
) -> None:
    order = sold(api, bourbon, cash=5000)
    clock.shift(timedelta(minutes=5))
    response = void(lead_api, order)
    voided = response.json()
    assert response.status_code == 200
    assert voided.keys() == ORDER_KEYS
    assert without(voided, *CHANGED) == without(order, *CHANGED)
    assert (voided["status"], voided["voided_at"]) == ("VOIDED", "2026-11-22T17:05:00Z")
    assert [tender["amount_cents"] for tender in voided["tenders"]] == [5000, -2139]
    assert response.headers["Cache-Control"] == "no-store"


def test_a_void_puts_the_goods_back_and_the_books_agree(
    api: ApiClient, lead_api: ApiClient, bourbon: Product
) -> None:
    void(lead_api, sold(api, line_of(bourbon, 3)))
    (level,) = api.get("stock", product=str(bourbon.pk)).json()["results"]
    assert (level["on_hand"], level["version"]) == (10, 3)
    assert list(find_faults()) == []


def test_a_void_sent_again_is_the_same_void(
    api: ApiClient, lead_api: ApiClient, bourbon: Product
) -> None:
    order = sold(api, bourbon)
    first = void(lead_api, order, key="v")
    before = count_rows()
    again = void(lead_api, order, key="v")
    assert (again.status_code, again.content) == (200, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert count_rows() == before


def test_an_order_is_voided_once(api: ApiClient, lead_api: ApiClient, chips: Product) -> None:
    order = sold(api, chips)
    void(lead_api, order)
    before = count_rows()
    assert refusal(void(lead_api, order)) == (409, "order-not-voidable")
    assert count_rows() == before


def test_a_key_of_another_order_s_void_is_refused(
    api: ApiClient, lead_api: ApiClient, chips: Product
) -> None:
    first, second = sold(api, chips), sold(api, chips)
    void(lead_api, first, key="v")
    assert refusal(void(lead_api, second, key="v")) == (422, "idempotency-key-reused")
    assert api.get(f"orders/{second['id']}").json()["status"] == "COMPLETED"


def test_the_key_of_a_sale_is_no_key_for_its_void(lead_api: ApiClient, chips: Product) -> None:
    order = sell(lead_api, basket(chips), key="k").json()
    assert refusal(void(lead_api, order, key="k")) == (422, "idempotency-key-reused")


def test_a_void_needs_a_key(api: ApiClient, lead_api: ApiClient, chips: Product) -> None:
    response = lead_api.post(f"orders/{sold(api, chips)['id']}/void", REASON)
    assert refusal(response) == (400, "idempotency-key-required")


@pytest.mark.parametrize("role", Role)
def test_only_a_role_above_the_cashier_voids(
    api: ApiClient, store: Store, chips: Product, role: Role
) -> None:
    order = sold(api, chips)
    response = void(log_in(store, role), order)
    if role in MAY_VOID:
        assert response.status_code == 200
    else:
        assert refusal(response) == (403, "approval-required")
        assert response.json()["action"] == "void-order"


@pytest.mark.parametrize(
    ("last", "status"), [(DAY_END - timedelta(microseconds=1), 200), (DAY_END, 409)]
)
def test_a_sale_is_voided_on_its_own_business_day_alone(
    api: ApiClient,
    store: Store,
    chips: Product,
    clock: time_machine.Traveller,
    last: datetime,
    status: int,
) -> None:
    order = sold(api, chips)
    clock.move_to(last)
    response = void(log_in(store, Role.SHIFT_LEAD), order)
    assert response.status_code == status
    assert response.json().get("code") == ("order-not-voidable" if status == 409 else None)


def test_another_store_cannot_void(api: ApiClient, other_store: Store, chips: Product) -> None:
    order = sold(api, chips)
    boss = api_client(open_till(other_store, Role.OWNER, code="eva")[1])
    assert refusal(void(boss, order)) == (404, "order-unknown")


def test_an_order_that_is_not_there_cannot_be_voided(lead_api: ApiClient) -> None:
    before = count_rows()
    assert refusal(void(lead_api, {"id": str(uuid4())})) == (404, "order-unknown")
    assert count_rows() == before


def test_a_stranger_voids_nothing(api: ApiClient, chips: Product) -> None:
    response = void(api_client(), sold(api, chips))
    assert refusal(response) == (401, "token-required")
    assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, ["/reason"]),
        ({"reason": ""}, ["/reason"]),
        ({"reason": "  "}, ["/reason"]),
        ({"reason": None}, ["/reason"]),
        ({"reason": 7}, ["/reason"]),
        ({"reason": "x" * 201}, ["/reason"]),
        ({"reason": "a\x00b"}, ["/reason"]),
        ({"reason": "a", "approval": 7}, ["/approval"]),
        ({"reason": "a", "order": "b"}, ["/order"]),
        ([REASON], [""]),
    ],
)
def test_a_void_of_the_wrong_form_is_malformed_and_voids_nothing(
    api: ApiClient, lead_api: ApiClient, chips: Product, body: Any, pointer: list[str]
) -> None:
    order = sold(api, chips)
    before = count_rows()
    response = void(lead_api, order, body=body)
    assert refusal(response)[0] == 400
    assert pointers(response) == pointer
    assert count_rows() == before


def test_an_approval_may_be_named_by_whoever_needs_none(
    api: ApiClient, lead_api: ApiClient, chips: Product
) -> None:
    response = void(lead_api, sold(api, chips), body={**REASON, "approval": None})
    assert response.status_code == 200


def test_the_statements_of_a_void_do_not_grow_with_its_lines(
    api: ApiClient, lead_api: ApiClient
) -> None:
    products = [make_product(f"P-{number}") for number in range(50)]
    void(lead_api, sold(api, products[0]))
    counts = []
    for count in (1, 50):
        order = sold(api, *products[:count])
        with CaptureQueriesContext(connection) as queries:
            assert void(lead_api, order).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
