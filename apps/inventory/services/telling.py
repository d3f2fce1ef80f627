"""Telling other systems of stock that was moved by a document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django_subatomic.db import transaction_required

from apps.catalog.selectors import list_skus
from apps.core.outbox import publish
from apps.inventory.events import AdjustedLine, InventoryAdjusted
from apps.stores.selectors import list_store_codes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from apps.core.types import Actor
    from apps.inventory.types import Document, Move, StockLevel


@dataclass(frozen=True, slots=True)
class Posted:
    """A document that was written: what it moved in each store, and the levels that came of it."""

    document: Document
    moves: Mapping[int, Sequence[Move]]
    levels: Sequence[StockLevel]
    to_store_id: int | None = None


@transaction_required
def tell_adjusted(*, actor: Actor, posted: Posted, now: datetime) -> None:
    """Publish what a document moved, once its movements and balances are written."""
    document = posted.document
    codes = list_store_codes(store_ids={document.store_id, *posted.moves})
    skus = list_skus(product_ids={level.product_id for level in posted.levels})
    on_hand = {(level.store_id, level.product_id): level.on_hand for level in posted.levels}
    lines = [
        AdjustedLine(
            store=codes[store_id],
            sku=skus[move.product_id],
            quantity=move.quantity,
            reason=move.reason or document.reason,
            on_hand=on_hand[store_id, move.product_id],
        )
        for store_id, moves in posted.moves.items()
        for move in moves
    ]
    publish(
        InventoryAdjusted(
            aggregate=f"stock-document:{document.id}",
            occurred_at=now,
            document_id=str(document.id),
            kind=document.kind.value,
            store=codes[document.store_id],
            to_store=codes[posted.to_store_id] if posted.to_store_id else None,
            reason=document.reason,
            actor_name=actor.name,
            lines=lines,
        )
    )
