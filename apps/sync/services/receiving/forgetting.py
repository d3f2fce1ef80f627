"""What was received and is no book of a shop, 400 days later."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Q
from django_subatomic.db import durable, transaction

from apps.sync.models import ReceivedBatch, ReceivedFact
from apps.sync.types import BOOKS, ReceivedState

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import Model, QuerySet

KEPT = timedelta(days=400)
AT_ONCE = 5_000  # rows of one transaction


@durable
def forget_received(*, now: datetime) -> int:
    """Let go of answers to batches, of rejected facts, and of news of products, prices and stock.

    Sales, returns, payments and shifts stay. What is forgotten and sent once more counts as new.
    How many rows are gone.
    """
    old = Q(received_at__lt=now - KEPT)
    no_book = Q(state=ReceivedState.REJECTED) | ~Q(type__in=BOOKS)
    return _remove(ReceivedBatch.objects.filter(old)) + _remove(
        ReceivedFact.objects.filter(old, no_book)
    )


def _remove[Row: Model](rows: QuerySet[Row]) -> int:
    removed = 0
    while some := list(rows.order_by("received_at").values_list("pk", flat=True)[:AT_ONCE]):
        with transaction():
            removed += rows.model._default_manager.filter(pk__in=some).delete()[0]  # noqa: SLF001 - Django's way from rows to their table
    return removed
