"""Celery shells of the stock ledger."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone
from django_subatomic.db import transaction

from apps.core.outbox import find_event
from apps.inventory.services import moving


@shared_task(name="inventory.request_counts", ignore_result=True)
def request_counts(event_id: str) -> int:
    """After a sale: ask for a count of what the books say is less than nothing."""
    event = find_event(event_id)
    if event is None:
        return 0
    with transaction():
        return moving.request_counts(
            store_id=event.payload["store_id"],
            product_ids={line["product_id"] for line in event.payload["order"]["lines"]},
            now=timezone.now(),
        )
