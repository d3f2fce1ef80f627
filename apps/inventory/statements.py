"""The SQL that moves stock, portable and in one statement however many products there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.core.sql import insert_sql
from apps.inventory.types import StockLevel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apps.core.sql import Batch, Statement

BALANCES = "inventory_stockbalance"
_UPSERT = (
    f" ON CONFLICT (store_id, product_id) DO UPDATE SET"
    f" on_hand = {BALANCES}.on_hand + excluded.on_hand, version = {BALANCES}.version + 1"
    f" RETURNING product_id, on_hand, reserved, version"
)
_COLUMNS = ("store_id", "product_id", "on_hand", "reserved", "version")


def add_to_balances(batch: Batch, store_id: int, quantities: Mapping[int, int]) -> Statement | None:
    """Queue the change of a store's balances by signed base units per product, if there is any.

    Rows are written, and so locked, in the order of the product ids: that is what keeps tills that
    sell the same products in another order from waiting for each other in a circle.
    """
    if not quantities:
        return None
    rows = [
        (store_id, product_id, quantities[product_id], 0, 1) for product_id in sorted(quantities)
    ]
    return batch.add(
        insert_sql(BALANCES, _COLUMNS, len(rows)) + _UPSERT,
        [value for row in rows for value in row],
    )


def levels_of(store_id: int, statement: Statement | None) -> list[StockLevel]:
    """The levels after what `add_to_balances` queued has run."""
    return [StockLevel(store_id, *row) for row in statement.rows] if statement else []
