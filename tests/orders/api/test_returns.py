"""POST orders/{id}/returns: goods taken back on any day, in whole or in part, for their money."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.ledgers import find_faults
from apps.stores.types import Role
from tests.factories import api_client, open_till
from tests.goods import line_of, make_product
from tests.orders.returns import cash, return_of, some_of
from tests.orders.sales import count_rows

from .wire import log_in, pointers, refusal, sold, without

if TYPE_CHECKING:
    import time_machine
    from django.test.client import _MonkeyPatchedWSGIResponse as ApiResponse

    from apps.catalog.models import Product
    from apps.stores.models import Store
    from tests.factories import ApiClient

MAY_TAKE_BACK = {Role.SHIFT_LEAD, Role.MANAGER, Role.OWNER}
RETURN_KEYS = {
    "cash_rounding_cents",
    "id",
    "order_id",
    "number",
    "business_date",
    "cashier",
    "reason",
    "lines",
    "tax_cents",
    "total_cents",
    "tenders",
    "refunds",
    "returned_at",
}


@pytest.fixture
def order(api: ApiClient, chips: Product) -> dict[str, Any]:
    """Five bags at $1.99."""
    return sold(api, line_of(chips, 5))


def give(
    api: ApiClient, order: dict[str, Any], body: Any = None, *, key: str | None = None
) -> ApiResponse:
    """Bring one of the first line back, or what the body says."""
    body = return_of(some_of(order)) if body is None else body
    return api.post(f"orders/{order['id']}/returns", body, key=key or str(uuid4()))


def test_a_return_is_answered_with_what_goes_back(
    store: Store, order: dict[str, Any], clock: time_machine.Traveller
) -> None:
    clock.shift(timedelta(days=3))
    response = give(log_in(store, Role.SHIFT_LEAD), order)
    given = response.json()
    assert (response.status_code, given.keys()) == (201, RETURN_KEYS)
    assert (given["total_cents"], given["business_date"]) == (199, "2026-11-25")
    assert (given["number"], given["returned_at"]) == (order["number"], "2026-11-25T17:00:00Z")
    assert response.headers["Cache-Control"] == "no-store"
    assert list(find_faults()) == []


def test_an_order_shows_what_came_back_and_what_was_handed_back(
    lead_api: ApiClient, order: dict[str, Any]
) -> None:
    give(lead_api, order)
    after = lead_api.get(f"orders/{order['id']}").json()
    assert after["status"] == "COMPLETED"
    assert [tender["amount_cents"] for tender in after["tenders"]][1:] == [-199]
    (line,) = after["lines"]
    assert (line["returned_quantity"], line["returned_cents"]) == (1, 199)
    assert without(after, "tenders", "lines") == without(order, "tenders", "lines")


def test_a_return_sent_again_is_the_same_return(lead_api: ApiClient, order: dict[str, Any]) -> None:
    first = give(lead_api, order, key="r")
    before = count_rows()
    again = give(lead_api, order, key="r", body=return_of(some_of(order), refund_to=[cash(199)]))
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert count_rows() == before


def test_an_id_that_the_terminal_made_keeps_its_return_once_under_any_key(
    lead_api: ApiClient, order: dict[str, Any]
) -> None:
    body = {**return_of(some_of(order)), "id": str(uuid4())}
    first, second = give(lead_api, order, body), give(lead_api, order, body)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert first.json()["id"] == body["id"]
    other = give(lead_api, order, {**body, "reason": "stale"})
    assert refusal(other) == (409, "return-exists")


def test_a_return_needs_a_key(lead_api: ApiClient, order: dict[str, Any]) -> None:
    response = lead_api.post(f"orders/{order['id']}/returns", return_of(some_of(order)))
    assert refusal(response) == (400, "idempotency-key-required")


@pytest.mark.parametrize("role", Role)
def test_only_a_role_above_the_cashier_takes_goods_back(
    store: Store, order: dict[str, Any], role: Role
) -> None:
    response = give(log_in(store, role), order)
    if role in MAY_TAKE_BACK:
        assert response.status_code == 201
    else:
        assert refusal(response) == (403, "approval-required")
        assert response.json()["action"] == "return-order"


def refused(api: ApiClient, order: dict[str, Any], body: Any) -> tuple[int, str, list[str]]:
    """Status, code and pointers of a return that is refused and changes nothing."""
    before = count_rows()
    response = give(api, order, body)
    assert count_rows() == before
    return (*refusal(response), pointers(response))


def test_more_than_was_sold_is_refused(lead_api: ApiClient, order: dict[str, Any]) -> None:
    body = return_of(some_of(order, 6))
    pointer = ["/lines/0/quantity"]
    assert refused(lead_api, order, body) == (409, "return-exceeds-sold", pointer)


def test_a_line_of_another_order_is_refused(
    api: ApiClient, lead_api: ApiClient, chips: Product, order: dict[str, Any]
) -> None:
    body = return_of(some_of(sold(api, chips)))
    pointer = ["/lines/0/line_id"]
    assert refused(lead_api, order, body) == (422, "return-line-unknown", pointer)


def test_a_refund_that_is_not_what_comes_back_is_refused(
    lead_api: ApiClient, order: dict[str, Any]
) -> None:
    body = return_of(some_of(order), refund_to=[cash(200)])
    assert refused(lead_api, order, body) == (422, "refund-mismatch", [])
    assert refused(lead_api, order, {**body, "refund_to": []}) == (422, "refund-mismatch", [])


def test_a_payment_that_is_not_the_orders_is_refused(
    lead_api: ApiClient, order: dict[str, Any]
) -> None:
    card = {"kind": "card", "payment_id": str(uuid4()), "amount_cents": 199}
    body = return_of(some_of(order), refund_to=[card])
    pointer = ["/refund_to/0"]
    assert refused(lead_api, order, body) == (409, "refund-exceeds-tender", pointer)


def test_a_voided_order_takes_nothing_back(lead_api: ApiClient, order: dict[str, Any]) -> None:
    lead_api.post(f"orders/{order['id']}/void", {"reason": "wrong bag"}, key="v")
    assert refused(lead_api, order, return_of(some_of(order))) == (409, "order-voided", [])


def test_an_order_with_a_return_is_not_voided(lead_api: ApiClient, order: dict[str, Any]) -> None:
    give(lead_api, order)
    response = lead_api.post(f"orders/{order['id']}/void", {"reason": "wrong bag"}, key="v")
    assert refusal(response) == (409, "order-not-voidable")


def test_another_store_and_a_stranger_take_nothing_back(
    other_store: Store, lead_api: ApiClient, order: dict[str, Any]
) -> None:
    boss = api_client(open_till(other_store, Role.OWNER, code="eva")[1])
    assert refused(boss, order, None) == (404, "order-unknown", [])
    assert refused(lead_api, {**order, "id": str(uuid4())}, None) == (404, "order-unknown", [])
    assert refusal(give(api_client(), order)) == (401, "token-required")


def test_an_approval_may_be_named_by_whoever_needs_none(
    lead_api: ApiClient, order: dict[str, Any]
) -> None:
    body = return_of(some_of(order), approval=None)
    assert give(lead_api, order, body).status_code == 201


def test_the_statements_of_a_return_do_not_grow_with_its_lines(
    api: ApiClient, lead_api: ApiClient
) -> None:
    products = [make_product(f"P-{number}", on_hand=1) for number in range(50)]
    give(lead_api, sold(api, products[0]))
    counts = []
    for count in (1, 50):
        order = sold(api, *products[:count])
        body = return_of(*(some_of(order, line=place) for place in range(count)))
        with CaptureQueriesContext(connection) as queries:
            assert give(lead_api, order, body).status_code == 201
        counts.append(len(queries))
    assert counts[0] == counts[1]
