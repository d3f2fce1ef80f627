"""Promotions of the demo: a mixed case of wine, a happy hour in the café, a deal on beer."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django_subatomic.db import transaction

from apps.catalog.promotions.types import Draft, PromotionKind, Schedule, Selection
from apps.catalog.selectors import list_product_ids
from apps.catalog.services.promotions import create_promotion, publish_promotion
from apps.stores.selectors import find_store_id
from apps.stores.types import BeverageType

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from apps.core.types import Actor

SINCE = timedelta(days=90)
WEEKDAYS = frozenset(range(5))
CANS = ("LQ-0376", "LQ-0379")  # the 12 oz cans of Stallworth, $1.29 each
HAPPY_FROM, HAPPY_UNTIL = 15 * 60, 17 * 60


def publish_offers(actor: Actor, *, cafe: str, now: datetime) -> None:
    """Write and publish all of them; they began long enough ago for the history of the demo."""
    with transaction():
        for draft in _drafts(cafe, now):
            row = create_promotion(actor=actor, draft=draft, now=now)
            publish_promotion(actor=actor, promotion_id=row.pk, now=now)


def _drafts(cafe: str, now: datetime) -> Iterator[Draft]:
    begun = now - SINCE
    cans = [pk for sku in CANS for pk in list_product_ids(sku_prefix=sku)]
    yield Draft(
        "WINE6",
        "Six wines, 10% off",
        PromotionKind.MIXED_CASE,
        Schedule(begun),
        Selection(beverages=frozenset({BeverageType.WINE})),
        percent=Decimal(10),
        units=6,
    )
    yield Draft(
        "CANS12",
        "12 cans for $14",
        PromotionKind.N_FOR_PRICE,
        Schedule(begun),
        Selection(products=frozenset(cans)),
        units=12,
        amount_cents=1_400,
    )
    store_id = find_store_id(code=cafe)
    yield Draft(
        "HAPPY",
        "Happy hour, 20% off",
        PromotionKind.PERCENT_OFF,
        Schedule(begun, None, WEEKDAYS, HAPPY_FROM, HAPPY_UNTIL),
        Selection(products=frozenset(list_product_ids(sku_prefix="CF-", tracks_stock=False))),
        store_ids=frozenset() if store_id is None else frozenset({store_id}),
        percent=Decimal(20),
    )
