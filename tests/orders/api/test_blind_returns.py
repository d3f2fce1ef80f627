"""Returns without a receipt over HTTP: approved by PIN, done once, refused readably."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from apps.stores.models import Store
from apps.stores.types import Role
from tests.factories import PIN, make_staff
from tests.orders.gift_cards import CODE, left_on

from .wire import refusal

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from apps.stores.types import Till
    from tests.factories import ApiClient


@pytest.fixture(autouse=True)
def lead(till: Till) -> None:
    """Lea, who may approve returns without a receipt up to $50.00."""
    make_staff(Store.objects.get(), Role.SHIFT_LEAD, code="lea")


def body_of(product: Product, **fields: Any) -> dict[str, Any]:
    line = {"product_id": product.pk, "quantity": 1, "restock": True}
    return {"id": str(uuid4()), "lines": [line], "code": CODE, "reason": "a gift", **fields}


def approve(api: ApiClient, body: dict[str, Any]) -> dict[str, Any]:
    """The body with Lea's approval of just this return."""
    asked = {"staff_code": "lea", "pin": PIN, "action": "blind-return", "order_id": body["id"]}
    answer = api.post("approvals", {**asked, "amount_cents": 2139})
    assert answer.status_code == 201, answer.content
    return {**body, "approval": answer.json()["approval"]}


def test_a_return_without_receipt_is_approved_and_done_once(
    api: ApiClient, bourbon: Product
) -> None:
    body = approve(api, body_of(bourbon))
    first, again = (api.post("returns", body, key="k") for _ in range(2))
    assert (first.status_code, first.content) == (201, again.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert left_on() == first.json()["store_credit"]["balance_cents"] == 2139


def test_without_approval_it_says_what_to_ask_for(api: ApiClient, bourbon: Product) -> None:
    body = body_of(bourbon)
    answer = api.post("returns", body, key="k")
    assert refusal(answer) == (403, "approval-required")
    wanted = {"action": "blind-return", "order_id": body["id"], "amount_cents": 2139}
    assert answer.json().items() >= wanted.items()


def test_an_approval_of_one_return_is_not_good_for_another(
    api: ApiClient, bourbon: Product
) -> None:
    approved = approve(api, body_of(bourbon))
    other = {**approved, "id": str(uuid4())}
    assert refusal(api.post("returns", other, key="k")) == (403, "approval-invalid")
    assert api.post("returns", approved, key="k").status_code == 201
    replayed = body_of(bourbon, approval=approved["approval"])
    assert refusal(api.post("returns", replayed, key="l")) == (403, "approval-invalid")


@pytest.mark.parametrize(
    "change",
    [
        {"lines": []},
        {"code": None},
        {"reason": ""},
        {"lines": [{"quantity": 1, "restock": True}]},
        {"lines": [{"product_id": 1, "barcode": "1", "quantity": 1, "restock": True}]},
        {"lines": [{"product_id": 1, "quantity": 0, "restock": True}]},
        {"lines": [{"product_id": 1, "quantity": 1}]},
        {"cash": 1},
    ],
)
def test_what_cannot_be_read_is_refused(
    api: ApiClient, bourbon: Product, change: dict[str, Any]
) -> None:
    answer = api.post("returns", body_of(bourbon, **change), key="k")
    assert answer.status_code == 400
    assert api.get("idempotency/k").status_code == 404


def test_it_needs_a_key(api: ApiClient, bourbon: Product) -> None:
    answer = api.post("returns", body_of(bourbon))
    assert refusal(answer) == (400, "idempotency-key-required")
