"""Promotions as managers write them: say only what the test is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django_subatomic.db import transaction

from apps.catalog.promotions.types import Draft, PromotionKind, Schedule, Selection
from apps.catalog.services.promotions import create_promotion, publish_promotion
from tests.factories import MANAGER

if TYPE_CHECKING:
    from apps.catalog.models import Promotion

STARTED = datetime(2026, 11, 1, tzinfo=UTC)
WRITTEN = datetime(2026, 11, 1, tzinfo=UTC)
TENTH = Draft(
    "TENTH",
    "A tenth off",
    PromotionKind.PERCENT_OFF,
    Schedule(STARTED),
    percent=Decimal(10),
)


def of_products(*products: Any) -> Selection:
    return Selection(products=frozenset(product.pk for product in products))


def write(**fields: Any) -> Promotion:
    """A draft, a tenth off everything unless it says otherwise."""
    with transaction():
        return create_promotion(actor=MANAGER, draft=replace(TENTH, **fields), now=WRITTEN)


def publish(**fields: Any) -> Promotion:
    """A live promotion."""
    row = write(**fields)
    with transaction():
        publish_promotion(actor=MANAGER, promotion_id=row.pk, now=WRITTEN)
    return row
