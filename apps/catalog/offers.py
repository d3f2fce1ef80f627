"""The live promotions of a store as its tills apply them, cached per process and never stale."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Q

from apps.catalog.models import Promotion as PromotionRow
from apps.catalog.promotions.running import Offers
from apps.catalog.promotions.types import (
    Draft,
    Promotion,
    PromotionKind,
    PromotionState,
    Schedule,
    Selection,
    Terms,
)
from apps.core.reference import ReferenceCache
from apps.stores.types import BeverageType

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from apps.stores.types import StoreProfile

type Alike = tuple[tuple[int, ...], ZoneInfo]  # ids of promotions, and when their day begins

_offers: ReferenceCache[int, Offers] = ReferenceCache()  # by store
_alike: ReferenceCache[Alike, Offers] = ReferenceCache()  # most stores of a chain share theirs

BASIS_POINTS = Decimal(100)  # in a percent
PARTS = ("stores", "products", "categories", "excluded")


def offers_of(*, store: StoreProfile, revision: int) -> Offers:
    """What the store's tills apply; no statement where the revision is known."""
    known = _offers.entries(revision).get(store.id)
    if known is None:
        known = _find_offers(store, revision)
        _offers.add(revision, {store.id: known})
    return known


def _find_offers(store: StoreProfile, revision: int) -> Offers:
    live = PromotionRow.objects.filter(
        Q(stores=store.id) | Q(stores__isnull=True), state=PromotionState.LIVE.value
    )
    key = (tuple(live.order_by("pk").values_list("pk", flat=True)), store.zone)
    known = _alike.entries(revision).get(key)
    if known is None:
        known = compile_offers(live.prefetch_related(*PARTS) if key[0] else (), store)
        _alike.add(revision, {key: known})
    return known


def compile_offers(rows: Iterable[PromotionRow], store: StoreProfile) -> Offers:
    """Promotions ready for the tills of a store, whatever state they are in."""
    return Offers((to_promotion(row) for row in rows), store.zone)


def list_past_promotions(*, store_id: int, since: datetime) -> list[Promotion]:
    """Every promotion that was live in a store at some instant since then, as it stands now.

    Each runs from when it was published until it was withdrawn, within its own schedule.
    """
    rows = PromotionRow.objects.filter(
        Q(stores=store_id) | Q(stores__isnull=True),
        Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gt=since),
        published_at__isnull=False,
    )
    return [_while_published(row) for row in rows.prefetch_related(*PARTS).order_by("pk")]


def clear() -> None:
    """Forget everything, as a fresh process would."""
    _offers.clear()
    _alike.clear()


def _while_published(row: PromotionRow) -> Promotion:
    promotion = to_promotion(row)
    ends = [end for end in (row.ends_at, row.withdrawn_at) if end is not None]
    schedule = replace(
        promotion.schedule,
        starts_at=max(row.starts_at, row.published_at or row.starts_at),
        ends_at=min(ends, default=None),
    )
    return replace(promotion, schedule=schedule)


def to_promotion(row: PromotionRow) -> Promotion:
    """A promotion as a sale sees it. Its parts should have been prefetched."""
    return as_written(to_draft(row), pk=row.pk, version=row.version)


def as_written(draft: Draft, *, pk: int, version: int = 1) -> Promotion:
    """What a manager wrote, as a sale would see it."""
    return Promotion(
        id=pk,
        code=draft.code,
        name=draft.name,
        kind=draft.kind,
        terms=terms_of(draft),
        schedule=draft.schedule,
        selection=draft.selection,
        version=version,
        coupon=draft.coupon,
        for_employees=draft.for_employees,
        is_exclusive=draft.is_exclusive,
    )


def to_draft(row: PromotionRow) -> Draft:
    """A promotion as a manager wrote it."""
    return Draft(
        code=row.code,
        name=row.name,
        kind=PromotionKind(row.kind),
        schedule=Schedule(
            row.starts_at,
            row.ends_at,
            frozenset(row.weekdays),
            row.from_minute,
            row.until_minute,
        ),
        selection=Selection(
            products=frozenset(product.pk for product in row.products.all()),
            categories=frozenset(category.pk for category in row.categories.all()),
            beverages=frozenset(BeverageType(kind) for kind in row.beverages),
            excluded=frozenset(product.pk for product in row.excluded.all()),
        ),
        store_ids=frozenset(store.pk for store in row.stores.all()),
        percent=row.percent,
        amount_cents=row.amount_cents,
        units=row.units,
        get_units=row.get_units,
        limit=row.limit,
        from_cents=row.from_cents,
        coupon=row.coupon,
        for_employees=row.for_employees,
        is_exclusive=row.is_exclusive,
    )


def terms_of(draft: Draft) -> Terms:
    """The figures of a promotion in the engine's own units."""
    return Terms(
        basis_points=int((draft.percent or 0) * BASIS_POINTS),
        amount_cents=draft.amount_cents or 0,
        units=draft.units or 0,
        get_units=draft.get_units or 0,
        limit=draft.limit,
        from_cents=draft.from_cents or 0,
    )
