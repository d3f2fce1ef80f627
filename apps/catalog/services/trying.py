"""What a basket would cost under a promotion, published or not. Nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from apps.catalog.errors import BarcodeUnknown
from apps.catalog.models import Promotion
from apps.catalog.offers import PARTS, as_written, to_promotion
from apps.catalog.promotions.pricing import take_promotions_off
from apps.catalog.promotions.running import Occasion, Offers, runs_at
from apps.catalog.promotions.types import PromotionState, ShelfLine
from apps.catalog.selectors import find_pack, list_items_by_id
from apps.core.reference import read_revision
from apps.stores.selectors import get_store_profile
from apps.stores.types import BeverageType

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from apps.catalog.promotions.types import Applied, Draft
    from apps.catalog.types import Item
    from apps.stores.types import StoreProfile


UNSAVED = 0  # the id of a promotion that has none yet


@dataclass(frozen=True, slots=True)
class TriedLine:
    """A line of the basket with what came off it."""

    name: str
    quantity: int
    shelf_cents: int
    applied: tuple[Applied, ...]
    total_cents: int


@dataclass(frozen=True, slots=True)
class Trial:
    """A basket that was tried, and whether the promotion is for that store and that instant."""

    is_here: bool
    is_running: bool
    lines: tuple[TriedLine, ...]


def try_basket(
    tried: Draft,
    *,
    saved_id: int | None,
    store_id: int,
    asked: Sequence[tuple[str, int]],
    at: datetime,
) -> Trial:
    """Price (code, quantity) pairs at an instant under a promotion and the store's live ones.

    The promotion counts as it is written here, whether it is published or not; what was saved of
    it does not. Its coupon or employee price counts as asked for.

    Raises:
        BarcodeUnknown: a code is no SKU or barcode of a product with a price in the store.
    """
    store = get_store_profile(store_id=store_id, revision=read_revision())
    lines = [_find(store, number, pair, at) for number, pair in enumerate(asked)]
    rows = Promotion.objects.prefetch_related(*PARTS).filter(state=PromotionState.LIVE.value)
    here = [
        row
        for row in rows.exclude(pk=saved_id or UNSAVED)
        if not row.stores.all() or store_id in _ids(row)
    ]
    promotions = [to_promotion(row) for row in here]
    is_here = not tried.store_ids or store_id in tried.store_ids
    if is_here:
        promotions.append(as_written(tried, pk=saved_id or UNSAVED))
    occasion = Occasion((at,), frozenset({tried.coupon} - {""}), is_employee=tried.for_employees)
    offers = Offers(promotions, store.zone)
    discounts = take_promotions_off([line for _, line in lines], offers, occasion)
    return Trial(
        is_here=is_here,
        is_running=runs_at(tried.schedule, at.astimezone(store.zone)),
        lines=tuple(
            TriedLine(
                item.name,
                line.quantity * line.pack_size,
                line.shelf_cents,
                discount.applied,
                line.shelf_cents - discount.discount_cents,
            )
            for (item, line), discount in zip(lines, discounts, strict=True)
        ),
    )


def _ids(row: Promotion) -> set[int]:
    return {store.pk for store in row.stores.all()}


def _find(
    store: StoreProfile, number: int, asked: tuple[str, int], now: datetime
) -> tuple[Item, ShelfLine]:
    code, quantity = asked
    found = find_pack(code=code)
    items = list_items_by_id(
        store=store, product_ids=[found[0]] if found else [], revision=read_revision(), now=now
    )
    price = items[0].price_at(now) if items else None
    if found is None or price is None:
        raise BarcodeUnknown(f"{code} is no product that {store.name} sells.", barcode=code)
    [item], pack = items, found[1]
    is_alcohol = item.beverage is not BeverageType.NONE
    return item, ShelfLine(
        key=f"{number:03}",
        product_id=item.id,
        category_id=item.category_id,
        beverage=item.beverage,
        quantity=quantity,
        pack_size=pack,
        unit_price_cents=price * pack,
        floor_percent=store.alcohol_floor_percent if is_alcohol else 0,
    )
