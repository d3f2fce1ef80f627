"""Celery shells of payments: after an order, and on a schedule for whatever was missed."""

from __future__ import annotations

from uuid import UUID

import structlog
from celery import shared_task
from django.utils import timezone

from apps.core.outbox import find_event
from apps.payments.errors import StripeSilent
from apps.payments.gateway.calling import takes_cards
from apps.payments.services import readers, reconciling, resolving, settling, working

log = structlog.get_logger()


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
    resolving.resolve_waiting(now=timezone.now())
    settling.settle_payments(now=timezone.now())
    return closed


@shared_task(name="payments.reconcile", ignore_result=True)
def reconcile() -> int:
    """Match Stripe's books with ours; how many differences there are."""
    if not takes_cards():
        return 0
    try:
        return reconciling.reconcile_lately(now=timezone.now()).differences_found
    except StripeSilent as silence:  # the next run begins where this one began
        log.warning("reconciliation_cut_short", reason=silence.detail)
        return 0


@shared_task(name="payments.work_event", ignore_result=True)
def work_event(event_id: str) -> None:
    """Look up what an event of Stripe's is about, soon after it came in."""
    event = find_event(event_id)
    if event is not None:
        stripe_id = event.aggregate.removeprefix("stripe-event:")
        working.work_event(event_id=stripe_id, now=timezone.now())


@shared_task(name="payments.work_waiting", ignore_result=True)
def work_waiting() -> int:
    """Work on Stripe's events that were missed, or are to be looked at again."""
    return working.work_waiting(now=timezone.now())


@shared_task(name="payments.refresh_readers", ignore_result=True)
def refresh_readers() -> int:
    """See which card readers are online; how many Stripe shows."""
    return readers.refresh_readers(now=timezone.now())
