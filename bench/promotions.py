"""The promotions of `bench.register` in the books, so that every sale is priced under them."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import TYPE_CHECKING

from apps.catalog.models.promotions import Promotion as PromotionRow
from apps.catalog.offers import BASIS_POINTS
from apps.catalog.promotions.types import PromotionState
from bench.register import SEED, promotions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apps.catalog.promotions.types import Promotion


def load_promotions(product_ids: Sequence[int], category_ids: Sequence[int]) -> None:
    """Write the whole mix, live in every store, for the first of these products."""
    for promotion in promotions(random.Random(SEED)):
        row = _write(promotion)
        row.products.set([product_ids[i] for i in promotion.selection.products])
        row.categories.set([category_ids[i] for i in promotion.selection.categories])


def _write(promotion: Promotion) -> PromotionRow:
    terms, starts_at = promotion.terms, promotion.schedule.starts_at
    return PromotionRow.objects.create(
        code=promotion.code.replace(" ", "-").upper(),
        name=promotion.name,
        kind=promotion.kind.value,
        percent=Decimal(terms.basis_points) / BASIS_POINTS or None,
        amount_cents=terms.amount_cents or None,
        units=terms.units or None,
        get_units=terms.get_units or None,
        limit=terms.limit,
        beverages=[kind.value for kind in promotion.selection.beverages],
        starts_at=starts_at,
        for_employees=promotion.for_employees,
        is_exclusive=promotion.is_exclusive,
        state=PromotionState.LIVE.value,
        created_at=starts_at,
        created_by="bench",
        published_at=starts_at,
    )
