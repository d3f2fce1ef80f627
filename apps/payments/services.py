"""Writes of tenders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django_subatomic.db import transaction_required

from apps.payments.models import Tender
from apps.payments.types import TenderKind

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


@transaction_required
def hand_back_cash(*, order_id: UUID, amount_cents: int, now: datetime) -> None:
    """Write down that cash, if it was any, went back over the counter for an order."""
    if not amount_cents:
        return
    Tender.objects.create(
        order_id=order_id, kind=TenderKind.CASH, amount_cents=-amount_cents, at=now
    )
