"""When to order more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django_subatomic.db import transaction_required

from apps.inventory.models import StockBalance

if TYPE_CHECKING:
    from collections.abc import Mapping


@transaction_required
def set_reorder_points(*, store_id: int, points: Mapping[int, int | None]) -> None:
    """Set the level, in base units, at which each product should be ordered; None for never."""
    StockBalance.objects.bulk_create(
        (
            StockBalance(store_id=store_id, product_id=product_id, reorder_point=point)
            for product_id, point in points.items()
        ),
        update_conflicts=True,
        unique_fields=["store", "product"],
        update_fields=["reorder_point"],
    )
