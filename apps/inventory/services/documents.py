"""One door for the back office: whatever a manager calls it, the right movement is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django_subatomic.db import transaction_required

from apps.inventory.errors import QuantityNotPossible
from apps.inventory.services.moving import count_stock, move_stock, transfer_stock
from apps.inventory.types import Document, Move, MovementKind, StockLevel

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from apps.core.types import Actor

INCOMING = frozenset({MovementKind.RECEIPT, MovementKind.TRANSFER, MovementKind.WASTE})


@dataclass(frozen=True, slots=True)
class Paper:
    """What a manager filled in: base units per product, in the sense of its kind."""

    document: Document
    units: Mapping[int, int]
    to_store_id: int | None = None


@transaction_required
def write_paper(*, actor: Actor, paper: Paper, now: datetime) -> list[StockLevel]:
    """Move the stock as the paper says.

    A delivery, a transfer and waste name positive quantities; an adjustment names what to add or
    take away; a count names what stands on the shelf.

    Raises:
        QuantityNotPossible: nothing at all, or a sign that the kind cannot have.
        DomainError: what `moving` refuses.
    """
    document, units = paper.document, paper.units
    _refuse_impossible(document.kind, units)
    if document.kind is MovementKind.COUNT:
        return count_stock(actor=actor, document=document, counted=units, now=now)
    sign = -1 if document.kind is MovementKind.WASTE else 1
    moves = [Move(product_id, sign * quantity) for product_id, quantity in units.items()]
    if document.kind is MovementKind.TRANSFER:
        return transfer_stock(
            actor=actor,
            document=document,
            to_store_id=paper.to_store_id or 0,
            moves=moves,
            now=now,
        )
    return move_stock(actor=actor, document=document, moves=moves, now=now)


def _refuse_impossible(kind: MovementKind, units: Mapping[int, int]) -> None:
    if not units:
        raise QuantityNotPossible("Enter at least one product.")
    if kind in INCOMING and any(quantity <= 0 for quantity in units.values()):
        raise QuantityNotPossible("Enter quantities above zero.")
    if kind is MovementKind.COUNT and any(quantity < 0 for quantity in units.values()):
        raise QuantityNotPossible("A shelf cannot hold less than nothing.")
    if kind is MovementKind.ADJUSTMENT and any(quantity == 0 for quantity in units.values()):
        raise QuantityNotPossible("An adjustment of nothing changes nothing.")
