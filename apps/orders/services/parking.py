"""Parking: a basket put aside, and taken up once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django_subatomic.db import transaction_required

from apps.core import audit
from apps.orders.errors import (
    OrderExists,
    ParkedOrderExists,
    ParkedOrderResumed,
    ParkedOrderUnknown,
)
from apps.orders.models import Order, ParkedOrder
from apps.orders.privacy import basket_alone, fingerprint
from apps.orders.selectors import IS_SOLD

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from apps.stores.types import Till


@transaction_required
def park_order(
    *, till: Till, order_id: UUID, body: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """Put a basket aside, without document and money. Sent again, it is parked once.

    A basket that was resumed is opened again under its id, with what is in it now.

    Raises:
        ParkedOrderExists: another basket waits under this id, or another store has it.
        OrderExists: an order was sold under this id.
    """
    if Order.objects.filter(pk=order_id).exists():
        raise OrderExists("It was sold. Take a new id for another basket.", id=str(order_id))
    content = _content(till, body, now)
    _, is_new = ParkedOrder.objects.get_or_create(
        id=order_id, defaults={"store_id": till.store.id, **content}
    )
    if is_new or _open_again(till, order_id, content):
        _note(till, "order.parked", order_id, now)
    # Read anew, for another till may have opened it again while this one waited for it.
    parked = ParkedOrder.objects.get(pk=order_id)
    if (parked.fingerprint, parked.store_id) != (content["fingerprint"], till.store.id):
        raise ParkedOrderExists("Take a new id for another basket.", id=str(order_id))
    return describe_parked(parked)


@transaction_required
def resume_order(*, till: Till, order_id: UUID, now: datetime) -> dict[str, Any]:
    """Take a parked basket up, at any till of the store, once until it is parked anew.

    Raises:
        ParkedOrderUnknown: the store has no such parked order.
        ParkedOrderResumed: somebody has taken it up already, or it was sold.
    """
    mine = ParkedOrder.objects.filter(pk=order_id, store=till.store.id)
    taken = mine.filter(resumed_at__isnull=True).update(resumed_at=now, resumed_by=till.clerk.name)
    parked = mine.first()
    if parked is None:
        raise ParkedOrderUnknown("There is no such parked order here.", id=str(order_id))
    if mine.filter(IS_SOLD).exists():
        raise ParkedOrderResumed("It was sold already.", id=str(order_id))
    if not taken:
        raise ParkedOrderResumed(f"{parked.resumed_by} has taken it up already.")
    _note(till, "order.resumed", order_id, now)
    return describe_parked(parked)


def describe_parked(parked: ParkedOrder) -> dict[str, Any]:
    """A parked order as the API shows it; `order` is the basket as it was sent."""
    return {
        "id": str(parked.pk),
        "parked_at": parked.parked_at,
        "parked_by": parked.parked_by,
        "resumed_at": parked.resumed_at,
        "order": parked.basket,
    }


def _content(till: Till, body: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What is written of a basket each time it is parked."""
    basket = basket_alone(body)
    return {
        "terminal_id": till.register.id,
        "parked_by": till.clerk.name,
        "basket": basket,
        "fingerprint": fingerprint(basket),
        "parked_at": now,
    }


def _open_again(till: Till, order_id: UUID, content: Mapping[str, Any]) -> int:
    """Let a resumed basket of the store wait again; 0 where there is none."""
    resumed = ParkedOrder.objects.filter(pk=order_id, store=till.store.id, resumed_at__isnull=False)
    return resumed.update(**content, resumed_at=None, resumed_by="")


def _note(till: Till, action: str, order_id: UUID, now: datetime) -> None:
    audit.record(audit.AuditFact(now, till.actor, action, f"parked:{order_id}", {}))
