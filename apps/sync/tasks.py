"""What a worker does for sync."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from apps.sync.services.receiving.forgetting import forget_received


@shared_task(name="sync.forget_old")
def forget_old() -> int:
    """Let go of what was received 400 days ago and is no book; how many rows are gone."""
    return forget_received(now=timezone.now())
