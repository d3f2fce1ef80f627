"""Parking: a basket put aside, and taken up once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django_subatomic.db import transaction_required

from apps.core import audit
from apps.orders.errors import ParkedOrderExists, ParkedOrderResumed, ParkedOrderUnknown
from apps.orders.models import ParkedOrder
from apps.orders.privacy import basket_alone, fingerprint

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

    Raises:
        ParkedOrderExists: another basket has this id.
    """
    basket = basket_alone(body)
    seal = fingerprint(basket)
    parked, is_new = ParkedOrder.objects.get_or_create(
        id=order_id,
        defaults={
            "store_id": till.store.id,
            "terminal_id": till.register.id,
            "parked_by": till.clerk.name,
            "basket": basket,
            "fingerprint": seal,
            "parked_at": now,
        },
    )
    if not is_new and (parked.fingerprint, parked.store_id) != (seal, till.store.id):
        raise ParkedOrderExists("Take a new id for another basket.", id=str(order_id))
    if is_new:
        _note(till, "order.parked", order_id, now)
    return describe_parked(parked)


@transaction_required
def resume_order(*, till: Till, order_id: UUID, now: datetime) -> dict[str, Any]:
    """Take a parked basket up, at any till of the store.

    Raises:
        ParkedOrderUnknown: the store has no such parked order.
        ParkedOrderResumed: somebody has taken it up already.
    """
    mine = ParkedOrder.objects.filter(pk=order_id, store=till.store.id)
    taken = mine.filter(resumed_at__isnull=True).update(resumed_at=now, resumed_by=till.clerk.name)
    parked = mine.first()
    if parked is None:
        raise ParkedOrderUnknown("There is no such parked order here.", id=str(order_id))
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


def _note(till: Till, action: str, order_id: UUID, now: datetime) -> None:
    audit.record(audit.AuditFact(now, till.actor, action, f"parked:{order_id}", {}))
