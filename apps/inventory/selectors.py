"""Reads of the stock ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from apps.inventory.models import CountRequest, StockBalance, StockMovement
from apps.inventory.types import StockLevel

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from uuid import UUID

    from django.db.models import QuerySet

WHOLE_STORE_FROM = 5_000  # products, from which reading all balances of a store is cheaper


def list_levels(*, store_id: int, product_ids: Collection[int]) -> list[StockLevel]:
    """The store's level of each of these products; nothing on file is a level of zero."""
    rows = StockBalance.objects.filter(store=store_id)
    if len(product_ids) < WHOLE_STORE_FROM:
        rows = rows.filter(product__in=product_ids)
    values = rows.values_list("product_id", "on_hand", "reserved", "version")
    known = {row[0]: row for row in values}
    return [StockLevel(store_id, *known.get(pk, (pk, 0, 0, 0))) for pk in product_ids]


def list_balances(*, store_id: int | None, product_id: int | None) -> QuerySet[StockBalance]:
    """Balances, of one store or all, of one product or all."""
    balances = StockBalance.objects.all()
    if store_id is not None:
        balances = balances.filter(store=store_id)
    if product_id is not None:
        balances = balances.filter(product=product_id)
    return balances


def list_movements_of(*, document_id: UUID) -> QuerySet[StockMovement]:
    """What moved because of one order or document."""
    return StockMovement.objects.filter(document_id=document_id).select_related("product", "store")


def list_negative() -> QuerySet[StockBalance]:
    """Balances below zero, worst first."""
    below = StockBalance.objects.filter(on_hand__lt=0)
    return below.select_related("product", "store").order_by("on_hand", "pk")


def list_low() -> QuerySet[StockBalance]:
    """Balances at or below their reorder point, but not negative."""
    low = StockBalance.objects.filter(on_hand__gte=0, on_hand__lte=F("reorder_point"))
    return low.select_related("product", "store").order_by("on_hand", "pk")


def list_open_count_requests() -> QuerySet[CountRequest]:
    """Shelves that somebody should count, oldest first."""
    waiting = CountRequest.objects.filter(done_at__isnull=True)
    return waiting.select_related("product", "store").order_by("asked_at", "pk")


def find_ledger_drift() -> Iterator[str]:
    """A sentence for every store and product whose balance is not the sum of its movements."""
    moved = (
        StockMovement.objects.filter(store=OuterRef("store"), product=OuterRef("product"))
        .order_by()
        .values("store", "product")
        .annotate(total=Sum("quantity"))
        .values("total")
    )
    balances = StockBalance.objects.annotate(moved=Coalesce(Subquery(moved), 0))
    for balance in balances.filter(~Q(on_hand=F("moved"))).order_by("store_id", "product_id"):
        yield (
            f"store {balance.store_id}, product {balance.product_id}: the balance says"
            f" {balance.on_hand}, the movements add up to {balance.moved}"
        )
    known = StockBalance.objects.filter(store=OuterRef("store"), product=OuterRef("product"))
    orphans = (
        StockMovement.objects.annotate(balance=Subquery(known.values("pk")[:1]))
        .filter(balance__isnull=True)
        .values_list("store_id", "product_id")
        .distinct()
    )
    for store_id, product_id in orphans:
        yield f"store {store_id}, product {product_id}: there are movements but no balance"
