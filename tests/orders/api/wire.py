"""What goes over the wire between a till and the server, and how a test reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tests.factories import ApiClient, api_client, open_till
from tests.goods import basket

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.test.client import _MonkeyPatchedWSGIResponse as ApiResponse

    from apps.catalog.models import Product
    from apps.stores.models import Store
    from apps.stores.types import Role

PROBLEM = "application/problem+json"
PROBLEM_KEYS = {"type", "title", "status", "detail", "code", "instance"}

# What the contract names of an order, and what this issue adds to it in the same manner.
LINE_KEYS = {
    "id",
    "product_id",
    "name",
    "quantity",
    "pack_size",
    "unit_price_cents",
    "price_edition",
    "discount_cents",
    "tax_cents",
    "total_cents",
    "discounts",
} | {"modifiers", "note"}
SOLD_LINE_KEYS = LINE_KEYS | {"returned_quantity", "returned_cents"}
BASKET_KEYS = {"id", "lines", "subtotal_cents", "discount_cents", "tax_cents", "tip_cents"} | {
    "total_cents",
    "state_tax_cents",
    "surtax_cents",
    "tax_exemption",
    "points",
    "gift_cards_cents",
}
ORDER_KEYS = BASKET_KEYS | {
    "gift_cards",
    "number",
    "status",
    "business_date",
    "store",
    "terminal",
    "cashier",
    "customer_id",
    "tenders",
    "paid",
    "change_cents",
    "cash_rounding_cents",
    "age_check",
    "placed_at",
    "warnings",
    "taken_at",
    "voided_at",
}


def sell(api: ApiClient, body: Any, *, key: str | None = None) -> ApiResponse:
    """POST orders, under a new key unless one is given."""
    return api.post("orders", body, key=key or str(uuid4()))


def sold(api: ApiClient, *lines: Product | dict[str, Any], **fields: Any) -> dict[str, Any]:
    """The order that comes of selling these products or lines."""
    response = sell(api, basket(*lines, **fields))
    assert response.status_code == 201, response.content
    order: dict[str, Any] = response.json()
    return order


def refusal(response: ApiResponse) -> tuple[int, str]:
    """Status and code of a refusal, which must have the form of every problem."""
    document = response.json()
    assert response.headers["Content-Type"] == PROBLEM
    assert document.keys() >= PROBLEM_KEYS
    assert document["status"] == response.status_code
    assert document["instance"] == response.wsgi_request.path
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Request-Id"]
    return response.status_code, document["code"]


def pointers(response: ApiResponse) -> list[str]:
    """Where a refusal says the faults are."""
    return [error["pointer"] for error in response.json().get("errors", [])]


def send(
    api: ApiClient,
    path: str,
    body: bytes,
    *,
    method: str = "POST",
    content_type: str = "application/json",
    **headers: str,
) -> ApiResponse:
    """Send bytes as they are, with whatever headers; the till's own token and a new key."""
    own = {"Authorization": f"Bearer {api.token}", "Idempotency-Key": str(uuid4())}
    return api.client.generic(
        method, f"/api/v1/{path}", body, content_type=content_type, headers={**own, **headers}
    )


def log_in(store: Store, role: Role, *, number: int = 9) -> ApiClient:
    """Somebody of a role, logged in at a further till of the store by the clock of now."""
    return api_client(open_till(store, role, code=role.value.lower()[:12], number=number)[1])


def without(document: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """The document without some of its fields."""
    return {name: value for name, value in document.items() if name not in names}
