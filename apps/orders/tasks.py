"""Celery shells of orders."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from apps.core.outbox import find_event
from apps.orders.services.replaying.keeping import work_on_replay


@shared_task(name="orders.replay_baskets", ignore_result=True)
def replay_baskets(event_id: str) -> bool:
    """Price past baskets again under a draft of prices."""
    event = find_event(event_id)
    if event is None:
        return False
    replay_id = UUID(event.aggregate.removeprefix("basket-replay:"))
    return work_on_replay(replay_id=replay_id, clock=timezone.now)
