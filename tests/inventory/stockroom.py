"""Moving stock in tests: documents with good defaults, each move in a transaction of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django_subatomic.db import transaction

from apps.inventory.selectors import list_levels
from apps.inventory.services.moving import count_stock, move_stock, transfer_stock
from apps.inventory.types import Document, Move, MovementKind
from tests.conftest import NOON
from tests.factories import MANAGER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apps.catalog.models import Product
    from apps.inventory.types import StockLevel
    from apps.stores.models import Store


def paper(
    store: Store, kind: MovementKind = MovementKind.RECEIPT, *, document_id: UUID | None = None
) -> Document:
    """A document of the store under a new id, unless one is given."""
    return Document(document_id or uuid4(), kind, store.pk, "as it says on the paper")


def move(document: Document, *moves: Move) -> list[StockLevel]:
    with transaction():
        return move_stock(actor=MANAGER, document=document, moves=moves, now=NOON)


def put(store: Store, product: Product, quantity: int) -> StockLevel:
    """Goods in; the level that comes of it."""
    (level,) = move(paper(store), Move(product.pk, quantity))
    return level


def transfer(document: Document, to: Store, *moves: Move) -> list[StockLevel]:
    with transaction():
        return transfer_stock(
            actor=MANAGER, document=document, to_store_id=to.pk, moves=moves, now=NOON
        )


def count(document: Document, counted: Mapping[int, int]) -> list[StockLevel]:
    with transaction():
        return count_stock(actor=MANAGER, document=document, counted=counted, now=NOON)


def on_hand(store: Store, product: Product) -> int:
    (level,) = list_levels(store_id=store.pk, product_ids=[product.pk])
    return level.on_hand
