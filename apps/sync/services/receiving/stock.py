"""What facts that are new do to the stock of the stores they come from."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from apps.core.sql import Batch
from apps.sync.services.receiving.statements import add_stock, take_stock

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from apps.sync.services.receiving.columns import Columns


@dataclass(slots=True)
class StockChange:
    """What is added per store and SKU; and under which name stock goes on that had another."""

    added: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    renamed: dict[str, str] = field(default_factory=dict)  # name before the batch -> name after

    def add(self, columns: Columns) -> None:
        """Follow the next fact."""
        for store, sku, units in columns.moved:
            self.added[store, sku] += units
        for old, new in columns.renamed:
            self._rename(old, new)

    def _rename(self, old: str, new: str) -> None:
        for origin, name in self.renamed.items():
            if name == old:
                self.renamed[origin] = new
        self.renamed.setdefault(old, new)
        for store, sku in [key for key in self.added if key[1] == old]:
            self.added[store, new] += self.added.pop((store, sku))


def change_stock(batch: Batch, peer_id: int, facts: Iterable[Columns], *, now: datetime) -> None:
    """Queue what these facts, in their order, do to the stock of a peer's stores.

    What is on hand of a product that was renamed is looked up at once.
    """
    change = StockChange()
    for columns in facts:
        change.add(columns)
    if change.renamed:
        looking = Batch()
        taken = take_stock(looking, peer_id, [*change.renamed])
        looking.run()
        for store, sku, on_hand in taken.rows:
            change.added[store, change.renamed[sku]] += on_hand
    add_stock(batch, peer_id, change.added, now=now)
