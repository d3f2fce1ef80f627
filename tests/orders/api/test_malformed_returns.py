"""A return of the wrong form is malformed, says where, and takes nothing back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.goods import line_of
from tests.orders.returns import cash, return_of, some_of
from tests.orders.sales import count_rows

from .wire import pointers, refusal, sold

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from tests.factories import ApiClient

CARD = {"kind": "card", "payment_id": str(uuid4()), "amount_cents": 199}
EACH_LINE: list[tuple[dict[str, Any], str]] = [
    ({"quantity": 0}, "quantity"),
    ({"quantity": -1}, "quantity"),
    ({"quantity": 1.0}, "quantity"),
    ({"quantity": "1"}, "quantity"),
    ({"quantity": 10_001}, "quantity"),
    ({"quantity": None}, "quantity"),
    ({"restock": 1}, "restock"),
    ({"restock": "true"}, "restock"),
    ({"restock": None}, "restock"),
    ({"line_id": "1"}, "line_id"),
    ({"line_id": None}, "line_id"),
    ({"price_cents": 1}, "price_cents"),
]
EACH_REFUND: list[tuple[dict[str, Any], str]] = [
    ({**cash(0)}, "amount_cents"),
    ({**cash(-199)}, "amount_cents"),
    ({**cash(100_000_001)}, "amount_cents"),
    ({"kind": "cash", "amount_cents": "199"}, "amount_cents"),
    ({"kind": "cash"}, "amount_cents"),
    ({"kind": "cheque", "amount_cents": 199}, "kind"),
    ({"amount_cents": 199}, "kind"),
    ({**CARD, "kind": "cash"}, "payment_id"),
    ({"kind": "card", "amount_cents": 199}, "payment_id"),
    ({**CARD, "payment_id": "pi_1"}, "payment_id"),
    ({**CARD, "card_number": "4242424242424242"}, "card_number"),
]
EACH_FIELD: list[tuple[dict[str, Any], str]] = [
    ({"id": "1"}, "/id"),
    ({"id": None}, "/id"),
    ({"lines": []}, "/lines"),
    ({"lines": None}, "/lines"),
    ({"refund_to": None}, "/refund_to"),
    ({"refund_to": [cash(99), cash(100)]}, "/refund_to/1/payment_id"),
    ({"refund_to": [CARD, CARD]}, "/refund_to/1/payment_id"),
    ({"reason": ""}, "/reason"),
    ({"reason": "  "}, "/reason"),
    ({"reason": 7}, "/reason"),
    ({"reason": "x" * 201}, "/reason"),
    ({"reason": "a\x00b"}, "/reason"),
    ({"approval": 7}, "/approval"),
    ({"exchange": []}, "/exchange"),
]


@pytest.fixture
def order(api: ApiClient, chips: Product) -> dict[str, Any]:
    return sold(api, line_of(chips, 5))


def refuse(api: ApiClient, order: dict[str, Any], body: Any) -> list[str]:
    """Where a malformed return is said to be wrong."""
    before = count_rows()
    response = api.post(f"orders/{order['id']}/returns", body, key=str(uuid4()))
    assert refusal(response)[0] == 400
    assert count_rows() == before
    return pointers(response)


@pytest.mark.parametrize(("changes", "field"), EACH_LINE)
def test_a_line_of_the_wrong_form_is_refused(
    lead_api: ApiClient, order: dict[str, Any], changes: dict[str, Any], field: str
) -> None:
    body = return_of(some_of(order), refund_to=[cash(199)])
    body["lines"][0] |= changes
    assert refuse(lead_api, order, body) == [f"/lines/0/{field}"]


@pytest.mark.parametrize(("refund", "field"), EACH_REFUND)
def test_a_refund_of_the_wrong_form_is_refused(
    lead_api: ApiClient, order: dict[str, Any], refund: dict[str, Any], field: str
) -> None:
    body = return_of(some_of(order), refund_to=[refund])
    assert refuse(lead_api, order, body) == [f"/refund_to/0/{field}"]


@pytest.mark.parametrize(("changes", "pointer"), EACH_FIELD)
def test_a_body_of_the_wrong_form_is_refused(
    lead_api: ApiClient, order: dict[str, Any], changes: dict[str, Any], pointer: str
) -> None:
    assert refuse(lead_api, order, {**return_of(some_of(order)), **changes}) == [pointer]


@pytest.mark.parametrize("name", ["lines", "refund_to", "reason"])
def test_what_is_needed_cannot_be_left_out(
    lead_api: ApiClient, order: dict[str, Any], name: str
) -> None:
    body = return_of(some_of(order))
    del body[name]
    assert refuse(lead_api, order, body) == [f"/{name}"]


def test_a_line_that_stands_twice_is_refused(lead_api: ApiClient, order: dict[str, Any]) -> None:
    body = return_of(some_of(order), some_of(order), refund_to=[cash(398)])
    assert refuse(lead_api, order, body) == ["/lines/1/line_id"]


def test_a_body_that_is_no_object_is_refused(lead_api: ApiClient, order: dict[str, Any]) -> None:
    assert refuse(lead_api, order, [return_of(some_of(order))]) == [""]
