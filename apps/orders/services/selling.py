"""The sale from outside: once per key, once per order id, whatever is sent again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
from django.db import IntegrityError
from django_subatomic.db import durable

from apps.core.answers import Answer
from apps.core.errors import DomainError, IdempotencyKeyInUse, IdempotencyKeyReused
from apps.core.idempotency import run_once
from apps.orders.errors import OrderExists
from apps.orders.models import Order, OrderLine
from apps.orders.selectors import describe_orders, get_order
from apps.orders.services.placing import place_order

if TYPE_CHECKING:
    from datetime import datetime

    from apps.core.answers import Request
    from apps.orders.types import OrderRequest
    from apps.stores.types import Till

CREATED = 201


@durable
def sell(*, till: Till, request: OrderRequest, keyed: Request, now: datetime) -> Answer:
    """Place an order under its idempotency key.

    The order's own id is a second belt: the same order under a new key is answered as it stands.

    Raises:
        OrderExists: another order, or another order's line, has an id of this one.
        DomainError: what `place_order` and `run_once` refuse.
    """
    try:
        return run_once(
            keyed,
            now=now,
            action=lambda: (CREATED, place_order(till=till, request=request, now=now)),
        )
    except (IdempotencyKeyReused, IdempotencyKeyInUse):
        raise
    except (IntegrityError, DomainError) as error:
        # What was sold is sold, though it could not be sold anew: the shop may have closed since.
        if answer := _find_answer(till, request):
            return answer
        if isinstance(error, IntegrityError) and has_taken_ids(request):
            raise OrderExists(
                "An id of this order is taken. Make new ids for a new order and its lines.",
                id=str(request.id),
            ) from error
        raise


def _find_answer(till: Till, request: OrderRequest) -> Answer | None:
    """The answer to this order where this terminal has sold it before."""
    sold = Order.objects.filter(
        pk=request.id, terminal=till.register.id, fingerprint=request.fingerprint
    )
    if not sold.exists():
        return None
    stored = describe_orders([get_order(store_id=till.store.id, order_id=request.id)])[0]
    return Answer(CREATED, orjson.dumps(stored, option=orjson.OPT_UTC_Z), is_replay=True)


def has_taken_ids(request: OrderRequest) -> bool:
    """Whether another order, or another order's line, has an id of this one."""
    line_ids = [line.id for line in request.lines]
    return (
        Order.objects.filter(pk=request.id).exists()
        or OrderLine.objects.filter(pk__in=line_ids).exists()
    )
