"""Bringing goods back, in the words of a test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import orjson
from django_subatomic.db import transaction

from apps.orders.api.reading import read_order, read_return
from apps.orders.api.serializers import OrderIn, ReturnIn
from apps.orders.models import OrderLine
from apps.orders.rules import share_returned
from apps.orders.services.exchanging import exchange_goods
from apps.orders.services.returning import return_goods
from apps.orders.types import ExchangeRequest
from tests.conftest import NOON

if TYPE_CHECKING:
    from datetime import datetime

    from apps.stores.types import Till

type Document = dict[str, Any]


def some_of(order: Document, quantity: int = 1, *, line: int = 0, restock: bool = True) -> Document:
    """So many of a line of an order, by its place."""
    return {"line_id": order["lines"][line]["id"], "quantity": quantity, "restock": restock}


def worth(*lines: Document) -> int:
    """What these lines give back now, in cents, as far as there is enough left of them."""
    quantities = {line["line_id"]: line["quantity"] for line in lines}
    return sum(
        share_returned(
            total_cents=line.total_cents,
            tax_cents=line.tax_cents,
            sold=line.quantity,
            before=line.returned_quantity,
            quantity=min(quantities[str(line.pk)], line.quantity - line.returned_quantity),
        ).total_cents
        for line in OrderLine.objects.filter(pk__in=quantities)
    )


def cash(cents: int) -> Document:
    return {"kind": "cash", "amount_cents": cents}


def return_of(*lines: Document, **fields: Any) -> Document:
    """The body of a return, for cash unless it says otherwise."""
    refunds = [cash(cents)] if (cents := worth(*lines)) else []
    return {"lines": list(lines), "refund_to": refunds, "reason": "corked", **fields}


def take_back(
    till: Till, order: Document, *lines: Document, now: datetime = NOON, **fields: Any
) -> Document:
    """The return as the service answers it; all of the first line, unless lines are given."""
    taken = lines or (some_of(order, order["lines"][0]["quantity"]),)
    body = {"id": str(uuid4()), **return_of(*taken, **fields)}
    wanted = read_return(UUID(order["id"]), ReturnIn().run_validation(body), body)
    with transaction():
        answer = return_goods(till=till, request=wanted, now=now)
    document: Document = orjson.loads(orjson.dumps(answer, option=orjson.OPT_UTC_Z))
    return document


def swap(
    till: Till, order: Document, part: Document, goes: Document, *, now: datetime = NOON
) -> Document:
    """The exchange of a part of an order, paid in cash, for the basket that goes out."""
    body = {"id": str(uuid4()), **return_of(part)}
    wanted = ExchangeRequest(
        returned=read_return(UUID(order["id"]), ReturnIn().run_validation(body), body),
        order=read_order(OrderIn().run_validation(goes), goes),
    )
    with transaction():
        answer = exchange_goods(till=till, request=wanted, now=now)
    document: Document = orjson.loads(orjson.dumps(answer, option=orjson.OPT_UTC_Z))
    return document
