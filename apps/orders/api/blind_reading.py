"""From the validated body of a return without a receipt to the request that its service takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from apps.core import answers
from apps.core.api.views import key_of, scope_of
from apps.orders.privacy import fingerprint, without_secrets
from apps.orders.types import BlindLineRequest, BlindReturnRequest, LineRequest
from apps.payments.stored_value_codes import read_code

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rest_framework.request import Request

    from apps.core.types import JSON


def key_blind_return(request: Request) -> answers.Request:
    """The request under its idempotency key, without the code of the store credit.

    Raises:
        IdempotencyKeyRequired: it has no key.
    """
    body = without_secrets(request.data)
    return answers.Request(scope_of(request), key_of(request), "POST returns", body)


def read_blind_return(asked: Mapping[str, Any], body: JSON) -> BlindReturnRequest:
    """The return that a validated body asks for; without an id of its own it gets one here.

    Raises:
        StoredValueCodeInvalid: the code is none.
    """
    return BlindReturnRequest(
        id=asked.get("id") or uuid4(),
        lines=tuple(_line(line) for line in asked["lines"]),
        code=read_code(asked["code"]),
        reason=asked["reason"],
        fingerprint=fingerprint(body),
        approval=asked.get("approval"),
    )


def _line(line: Mapping[str, Any]) -> BlindLineRequest:
    request = LineRequest(
        id=uuid4(),
        quantity=line["quantity"],
        barcode=line.get("barcode"),
        product_id=line.get("product_id"),
        unit_price_cents=line.get("unit_price_cents"),
    )
    return BlindLineRequest(request, line["restock"])
