"""A transfer leaves one store and reaches the other, under one document, or does not happen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apps.core.models import AuditEntry
from apps.inventory.errors import StockDocumentExists, StockInsufficient, TransferToItself
from apps.inventory.models import StockBalance, StockDocument, StockMovement
from apps.inventory.types import Move, MovementKind

from .stockroom import on_hand, paper, put, transfer

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from apps.inventory.types import Document
    from apps.stores.models import Store


@pytest.fixture
def document(store: Store) -> Document:
    return paper(store, MovementKind.TRANSFER)


def test_what_leaves_one_store_is_in_the_other(
    store: Store, other_store: Store, rum: Product, gin: Product, document: Document
) -> None:
    put(store, rum, 10)
    put(store, gin, 3)
    put(other_store, rum, 1)
    transfer(document, other_store, Move(rum.pk, 4), Move(gin.pk, 3))
    assert (on_hand(store, rum), on_hand(other_store, rum)) == (6, 5)
    assert (on_hand(store, gin), on_hand(other_store, gin)) == (0, 3)


def test_a_transfer_goes_both_ways_between_two_stores(
    store: Store, other_store: Store, rum: Product, document: Document
) -> None:
    put(store, rum, 10)
    transfer(document, other_store, Move(rum.pk, 4))
    transfer(paper(other_store, MovementKind.TRANSFER), store, Move(rum.pk, 1))
    assert (on_hand(store, rum), on_hand(other_store, rum)) == (7, 3)


def test_both_sides_of_a_transfer_stand_in_the_ledger_under_one_document(
    store: Store, other_store: Store, rum: Product, document: Document
) -> None:
    put(store, rum, 10)
    transfer(document, other_store, Move(rum.pk, 4))
    sides = StockMovement.objects.filter(document_id=document.id, kind="TRANSFER")
    assert set(sides.values_list("store", "quantity")) == {(store.pk, -4), (other_store.pk, 4)}
    assert StockDocument.objects.get(pk=document.id).other_store_id == other_store.pk
    assert AuditEntry.objects.filter(action="stock.transfer").count() == 1


def refuse(document: Document, to: Store, *moves: Move) -> StockInsufficient:
    """Try a transfer that must be refused, and see that it left no trace."""
    traces = [StockMovement, StockDocument, AuditEntry]
    before = [table._default_manager.count() for table in traces]
    balances = set(StockBalance.objects.values_list("pk", "on_hand", "version"))
    with pytest.raises(StockInsufficient) as refusal:
        transfer(document, to, *moves)
    assert [table._default_manager.count() for table in traces] == before
    assert set(StockBalance.objects.values_list("pk", "on_hand", "version")) == balances
    return refusal.value


def test_what_is_not_there_is_not_sent(
    store: Store, other_store: Store, rum: Product, gin: Product, document: Document
) -> None:
    put(store, gin, 5)
    put(store, rum, 3)
    refusal = refuse(document, other_store, Move(gin.pk, 5), Move(rum.pk, 4))
    assert refusal.facts == {"product_id": rum.pk}
    assert refusal.detail.startswith("Only 3 of")


def test_all_lines_of_a_product_together_must_be_there(
    store: Store, other_store: Store, rum: Product, document: Document
) -> None:
    put(store, rum, 3)
    refuse(document, other_store, Move(rum.pk, 2), Move(rum.pk, 2))


def test_what_was_never_in_the_store_is_not_sent(
    store: Store, other_store: Store, rum: Product, document: Document
) -> None:
    refuse(document, other_store, Move(rum.pk, 1))


def test_what_is_reserved_is_not_sent(
    store: Store, other_store: Store, rum: Product, document: Document
) -> None:
    put(store, rum, 5)
    StockBalance.objects.update(reserved=2)
    assert refuse(document, other_store, Move(rum.pk, 4)).detail.startswith("Only 3 of")
    transfer(document, other_store, Move(rum.pk, 3))
    assert on_hand(store, rum) == 2


def test_the_last_unit_can_be_sent(
    store: Store, other_store: Store, rum: Product, document: Document
) -> None:
    put(store, rum, 1)
    transfer(document, other_store, Move(rum.pk, 1))
    assert (on_hand(store, rum), on_hand(other_store, rum)) == (0, 1)


def test_a_store_sends_nothing_to_itself(store: Store, rum: Product, document: Document) -> None:
    put(store, rum, 1)
    with pytest.raises(TransferToItself):
        transfer(document, store, Move(rum.pk, 1))
    assert not StockDocument.objects.filter(pk=document.id).exists()


def test_a_transfer_that_is_sent_again_is_refused(
    store: Store, other_store: Store, rum: Product, document: Document
) -> None:
    put(store, rum, 10)
    transfer(document, other_store, Move(rum.pk, 4))
    with pytest.raises(StockDocumentExists):
        transfer(document, other_store, Move(rum.pk, 4))
    assert on_hand(other_store, rum) == 4
