"""What moves, why, and what is left."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID


class MovementKind(StrEnum):
    """Why stock moved."""

    SALE = "SALE"
    VOID = "VOID"  # a sale taken back at once
    RETURN = "RETURN"
    RECEIPT = "RECEIPT"  # goods in from a supplier
    ADJUSTMENT = "ADJUSTMENT"
    WASTE = "WASTE"
    TRANSFER = "TRANSFER"  # out of one store and into another, under one document
    COUNT = "COUNT"  # the shelf was counted, and the books follow it


@dataclass(frozen=True, slots=True)
class Move:
    """A signed number of base units of one product: positive comes in, negative goes out."""

    product_id: int
    quantity: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """The paper behind a movement. Its id is made by whoever writes it and is used once."""

    id: UUID
    kind: MovementKind
    store_id: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class StockLevel:
    """What a store has of a product, in base units. `version` grows with every movement."""

    store_id: int
    product_id: int
    on_hand: int
    reserved: int
    version: int

    @property
    def available(self) -> int:
        """What may still be promised."""
        return self.on_hand - self.reserved
