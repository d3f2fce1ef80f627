"""What the stock ledger tells a product's page of each store."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.urls import reverse

from apps.core.admin.panels import Cell, Columns
from apps.inventory.models import StockBalance
from apps.inventory.types import MovementKind

if TYPE_CHECKING:
    from datetime import datetime

HEADERS = ("On hand", "Order at", "Stock")


def stock_columns(*, product_id: int, now: datetime) -> Columns:
    """On hand, reorder point and a way to put it right, per store."""
    cells = {}
    for balance in StockBalance.objects.filter(product=product_id).select_related("product"):
        cells[balance.store_id] = (
            _level(balance),
            Cell("" if balance.reorder_point is None else str(balance.reorder_point)),
            Cell("Count", url=count_url(balance)),
        )
    return Columns(HEADERS, cells)


def count_url(balance: StockBalance) -> str:
    """The form that moves stock, ready for a count of this store's shelf."""
    kind = MovementKind.COUNT.value
    query = urlencode({"kind": kind, "store": balance.store_id, "sku": balance.product.sku})
    return f"{reverse('admin:inventory_stockdocument_move')}?{query}"


def _level(balance: StockBalance) -> Cell:
    if balance.on_hand < 0:
        return Cell(str(balance.on_hand), tone="bad", note="less than nothing: count it")
    if balance.reorder_point is not None and balance.on_hand <= balance.reorder_point:
        return Cell(str(balance.on_hand), tone="warn", note="low")
    return Cell(str(balance.on_hand))
