"""Celery shells of orders: receipts by e-mail, past baskets priced again."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task
from django.utils import timezone
from django_subatomic.db import transaction

from apps.core.outbox import find_event
from apps.orders.services.mailing import asking, sending
from apps.orders.services.replaying.keeping import work_on_replay


@shared_task(name="orders.send_receipt", ignore_result=True)
def send_receipt(event_id: str) -> None:
    """Send a receipt by e-mail, soon after it was asked for."""
    event = find_event(event_id)
    if event is not None:
        email_id = UUID(event.aggregate.removeprefix("receipt-email:"))
        sending.send_email(email_id=email_id, now=timezone.now())


@shared_task(name="orders.send_waiting_receipts", ignore_result=True)
def send_waiting_receipts() -> int:
    """Send what is to be tried again, and what a worker that died has left; how many were sent."""
    return sending.send_waiting(now=timezone.now())


@shared_task(name="orders.forget_addresses", ignore_result=True)
def forget_addresses() -> int:
    """Forget to whom receipts of long ago were sent."""
    with transaction():
        return asking.forget_addresses(now=timezone.now())


@shared_task(name="orders.replay_baskets", ignore_result=True)
def replay_baskets(event_id: str) -> bool:
    """Price past baskets again under a draft of prices."""
    event = find_event(event_id)
    if event is None:
        return False
    replay_id = UUID(event.aggregate.removeprefix("basket-replay:"))
    return work_on_replay(replay_id=replay_id, clock=timezone.now)
