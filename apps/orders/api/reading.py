"""From a validated body to the request that services take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from apps.core import answers
from apps.core.api.views import key_of, scope_of
from apps.orders.api.buyers import read_claim
from apps.orders.privacy import fingerprint, without_secrets
from apps.orders.types import (
    AgeCheckRequest,
    AgeDocument,
    AgeMethod,
    LineRequest,
    OrderRequest,
    ReturnLineRequest,
    ReturnRequest,
)
from apps.payments.stored_value_codes import read_code
from apps.payments.stored_value_types import Load, StoredValueKind
from apps.payments.types import Offered, Tender, TenderKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from rest_framework.request import Request

    from apps.core.types import JSON


def key_order(request: Request) -> answers.Request:
    """The request under its idempotency key, without what may not be kept of it.

    Raises:
        IdempotencyKeyRequired: it has no key.
    """
    body = without_secrets(request.data)
    return answers.Request(scope_of(request), key_of(request), "POST orders", body)


def key_request(request: Request) -> answers.Request:
    """The request under its idempotency key, all of it.

    Raises:
        IdempotencyKeyRequired: it has no key.
    """
    operation = f"{request.method} {request.path}"
    return answers.Request(scope_of(request), key_of(request), operation, request.data)


def read_order(asked: Mapping[str, Any], body: JSON) -> OrderRequest:
    """The order that a validated body asks for.

    Raises:
        StoredValueCodeInvalid: a gift card's code is none.
    """
    return OrderRequest(
        id=asked["id"],
        lines=tuple(_line(line) for line in asked["lines"]),
        offered=tuple(_tender(tender) for tender in asked.get("tenders", ())),
        age_check=_age_check(asked.get("age_check")),
        tip_cents=asked.get("tip_cents", 0),
        taken_at=asked.get("taken_at"),
        fingerprint=fingerprint(body),
        coupons=tuple(asked.get("coupons", ())),
        employee_price=asked.get("employee_price", False),
        customer_id=asked.get("customer_id"),
        redeem_points=asked.get("redeem_points", 0),
        exemption=read_claim(asked.get("tax_exemption")),
        gift_cards=tuple(_load(card) for card in asked.get("gift_cards", ())),
    )


def read_return(order_id: UUID, asked: Mapping[str, Any], body: JSON) -> ReturnRequest:
    """The return that a validated body asks for; without an id of its own it gets one here."""
    return ReturnRequest(
        id=asked.get("id") or uuid4(),
        order_id=order_id,
        lines=tuple(
            ReturnLineRequest(line["line_id"], line["quantity"], line["restock"])
            for line in asked["lines"]
        ),
        refunds=tuple(
            Tender(
                TenderKind(part["kind"].upper()),
                part["amount_cents"],
                part.get("payment_id"),
                part.get("account_id"),
            )
            for part in asked["refund_to"]
        ),
        reason=asked["reason"],
        fingerprint=fingerprint(body),
        approval=asked.get("approval"),
    )


def _line(line: Mapping[str, Any]) -> LineRequest:
    return LineRequest(
        id=line["id"],
        quantity=line["quantity"],
        barcode=line.get("barcode"),
        product_id=line.get("product_id"),
        modifier_ids=tuple(line.get("modifiers", ())),
        note=line.get("note", ""),
        unit_price_cents=line.get("unit_price_cents"),
        approval=line.get("approval"),
    )


def _tender(tender: Mapping[str, Any]) -> Offered:
    return Offered(
        kind=TenderKind(tender["kind"].upper()),
        amount_cents=tender.get("amount_cents", 0),
        payment_id=tender.get("payment_id"),
        code=read_code(tender["code"]) if "code" in tender else "",
    )


def _load(card: Mapping[str, Any]) -> Load:
    return Load(StoredValueKind.GIFT_CARD, read_code(card["code"]), card["amount_cents"])


def _age_check(asked: Mapping[str, Any] | None) -> AgeCheckRequest | None:
    if asked is None:
        return None
    document = asked.get("document")
    return AgeCheckRequest(
        method=AgeMethod(asked["method"].upper()),
        barcode_data=asked.get("barcode_data", ""),
        document=AgeDocument(document.upper()) if document else None,
        date_of_birth=asked.get("date_of_birth"),
        expires_on=asked.get("expires_on"),
    )
