"""What products have cost in a store lately: what goods are worth that come without a receipt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.catalog import shelf
from apps.catalog.models import Price

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime


def list_lowest_prices(
    *, store_id: int, revision: int, product_ids: Collection[int], since: datetime, now: datetime
) -> dict[int, int]:
    """The least that each of these products has cost per base unit, in force at any time since.

    What has had no price in the store is left out.
    """
    book_id, _ = shelf.book_of(store_id=store_id, revision=revision)
    prices = Price.objects.filter(book=book_id, product__in=product_ids, starts_at__lte=now)
    lowest: dict[int, int] = {}
    for price in prices.order_by("product", "starts_at"):
        earlier = lowest.get(price.product_id, price.price_cents)
        is_older = price.starts_at <= since  # the ones before it were over by then
        lowest[price.product_id] = (
            price.price_cents if is_older else min(earlier, price.price_cents)
        )
    return lowest
