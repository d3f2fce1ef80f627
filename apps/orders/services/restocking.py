"""Goods that come back into stock: the same figures are written to the ledger and told."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django_subatomic.db import transaction_required

from apps.catalog.selectors import list_skus
from apps.inventory.services.moving import move_for_order
from apps.inventory.types import Document, Move, MovementKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from apps.stores.types import Till


def coming_back(lines: Iterable[tuple[int, int]]) -> list[Move]:
    """What moves in stock where goods come back: of each line its product and its base units."""
    return [Move(product_id, units) for product_id, units in lines if units]


def name_moved(moves: Iterable[Move]) -> dict[str, int]:
    """What moves in stock, in signed base units by the SKU that each product has now."""
    moved: dict[int, int] = defaultdict(int)
    for move in moves:
        moved[move.product_id] += move.quantity
    skus = list_skus(product_ids=moved) if moved else {}
    return {skus[product_id]: units for product_id, units in moved.items()}


@transaction_required
def restock_voided(
    *, till: Till, order_id: UUID, moves: Sequence[Move], reason: str, now: datetime
) -> None:
    """Put the goods of a voided order back."""
    document = Document(order_id, MovementKind.VOID, till.store.id, reason)
    move_for_order(actor=till.actor, document=document, moves=moves, now=now)


@transaction_required
def restock_returned(
    *, till: Till, document_id: UUID, moves: Sequence[Move], reason: str, now: datetime
) -> None:
    """Put returned goods back that can be sold again; the document is their order or return."""
    document = Document(document_id, MovementKind.RETURN, till.store.id, reason)
    move_for_order(actor=till.actor, document=document, moves=moves, now=now)
