"""Exchanges: goods come back at what was paid for them, and others go out at today's price.

One command, one transaction: a return and a sale that stand or fall together. The return hands its
money back to the tenders it came from, within their budgets, and the sale takes its own; in cash
only the difference crosses the counter. A card is refunded and charged, for its charge belongs to
the sale it was made for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError
from django_subatomic.db import durable, transaction_required

from apps.core import audit
from apps.core.idempotency import run_once
from apps.orders.errors import OrderExists, ReturnExists
from apps.orders.models import Exchange
from apps.orders.selectors import describe_orders, describe_returns, get_order
from apps.orders.services.holding import hold_all
from apps.orders.services.placing import place_order
from apps.orders.services.returning import return_goods
from apps.orders.services.selling import has_taken_ids

if TYPE_CHECKING:
    from datetime import datetime

    from apps.core.answers import Answer, Request
    from apps.core.types import JSON
    from apps.orders.types import ExchangeRequest
    from apps.stores.types import Till

CREATED = 201


@durable
def exchange(*, till: Till, request: ExchangeRequest, keyed: Request, now: datetime) -> Answer:
    """Exchange goods under an idempotency key.

    Raises:
        OrderExists: another order, or another order's line, has an id of the new one.
        DomainError: what `exchange_goods` and `run_once` refuse.
    """
    try:
        return run_once(
            keyed,
            now=now,
            action=lambda: (CREATED, exchange_goods(till=till, request=request, now=now)),
        )
    except IntegrityError as error:
        if has_taken_ids(request.order):
            raise OrderExists(
                "An id of the new order is taken. Make new ids for it and its lines.",
                id=str(request.order.id),
            ) from error
        raise


@transaction_required
def exchange_goods(*, till: Till, request: ExchangeRequest, now: datetime) -> dict[str, Any]:
    """Take goods back and sell others for them. The exchange sent again is answered as it stands.

    Raises:
        ReturnExists: another return or exchange has this id.
        DomainError: what `returning.return_goods` and `placing.place_order` refuse.
    """
    if known := _find_same(till, request):
        return known
    hold_all(till=till, request=request, now=now)
    given = return_goods(till=till, request=request.returned, now=now)
    order = place_order(till=till, request=request.order, now=now)
    difference_cents = _worth(order) - _worth(given)
    Exchange.objects.create(
        given_id=request.returned.id,
        order_id=request.order.id,
        difference_cents=difference_cents,
        fingerprint=request.returned.fingerprint,
        at=now,
    )
    facts: dict[str, JSON] = {
        "returned": given["number"],
        "order": order["number"],
        "amount_cents": abs(difference_cents),
    }
    subject = f"exchange:{request.returned.id}"
    audit.record(audit.AuditFact(now, till.actor, "goods.exchanged", subject, facts))
    return _document(given, order, difference_cents)


def _find_same(till: Till, request: ExchangeRequest) -> dict[str, Any] | None:
    known = Exchange.objects.select_related("given__order").filter(pk=request.returned.id).first()
    if known is None:
        return None
    if known.fingerprint != request.returned.fingerprint:
        raise ReturnExists("This id belongs to another exchange.", id=str(request.returned.id))
    order = get_order(store_id=till.store.id, order_id=known.order_id)
    given = describe_returns(returns=[known.given])[0]
    return _document(given, describe_orders([order])[0], known.difference_cents)


def _worth(half: dict[str, Any]) -> int:
    """What a half moves: its total, and what cash was rounded by in a store without pennies."""
    return int(half["total_cents"]) + int(half["cash_rounding_cents"])


def _document(
    given: dict[str, Any], order: dict[str, Any], difference_cents: int
) -> dict[str, Any]:
    return {
        "id": given["id"],
        "returned": given,
        "order": order,
        "difference_cents": difference_cents,
    }
