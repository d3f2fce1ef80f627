"""Celery shells of payments: after an order, and on a schedule for whatever was missed."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from apps.core.outbox import find_event
from apps.payments.services import resolving, settling


@shared_task(name="payments.settle_order", ignore_result=True)
def settle_order(event_id: str) -> int:
    """After a sale or a void: capture, cancel or send back what its cards owe or are owed."""
    event = find_event(event_id)
    if event is None:
        return 0
    order_id = UUID(event.aggregate.removeprefix("order:"))
    return settling.settle_order(order_id=order_id, now=timezone.now())


@shared_task(name="payments.resolve", ignore_result=True)
def resolve() -> int:
    """Find out what became of calls that nobody saw the end of, and do what is owed."""
    closed = resolving.resolve_attempts(now=timezone.now())
    settling.settle_payments(now=timezone.now())
    return closed
