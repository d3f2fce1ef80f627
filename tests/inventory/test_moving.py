"""Stock moves by documents that are used once, and leaves a line in the ledger for each move."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.db import IntegrityError
from django.db.models import ProtectedError
from django_subatomic.db import transaction

from apps.core.audit_checks import find_broken_link
from apps.core.models import AuditEntry
from apps.inventory.errors import StockDocumentExists, StockProductUnknown
from apps.inventory.models import StockBalance, StockDocument, StockMovement
from apps.inventory.types import Move, MovementKind, StockLevel
from tests.conftest import NOON
from tests.factories import MANAGER

from .stockroom import move, on_hand, paper, put

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from apps.stores.models import Store

    type Shops = tuple[Store, Product, Product]


@pytest.mark.parametrize(
    ("kind", "quantity"),
    [
        (MovementKind.RECEIPT, 12),
        (MovementKind.ADJUSTMENT, -3),
        (MovementKind.WASTE, -1),
    ],
)
def test_a_move_changes_the_balance_by_its_quantity(
    store: Store, rum: Product, kind: MovementKind, quantity: int
) -> None:
    put(store, rum, 100)
    assert move(paper(store, kind), Move(rum.pk, quantity)) == [
        StockLevel(store.pk, rum.pk, 100 + quantity, reserved=0, version=2)
    ]
    assert on_hand(store, rum) == 100 + quantity


def test_a_move_stands_in_the_ledger_with_who_when_and_why(store: Store, rum: Product) -> None:
    document = paper(store, MovementKind.WASTE)
    move(document, Move(rum.pk, -2, "dropped"))
    assert StockMovement.objects.values(
        "store", "product", "quantity", "kind", "document_id", "reason", "actor_name", "at"
    ).get() == {
        "store": store.pk,
        "product": rum.pk,
        "quantity": -2,
        "kind": "WASTE",
        "document_id": document.id,
        "reason": "dropped",
        "actor_name": "Maria",
        "at": NOON,
    }


def test_a_move_without_a_reason_has_its_documents(store: Store, rum: Product) -> None:
    document = paper(store)
    move(document, Move(rum.pk, 1))
    assert StockMovement.objects.get().reason == document.reason


def test_several_moves_of_one_product_are_lines_of_their_own_and_one_sum(
    store: Store, rum: Product, gin: Product
) -> None:
    levels = move(paper(store), Move(rum.pk, 6), Move(gin.pk, 1), Move(rum.pk, -2))
    assert {(level.product_id, level.on_hand) for level in levels} == {(rum.pk, 4), (gin.pk, 1)}
    lines = StockMovement.objects.order_by("pk").values_list("product", "quantity")
    assert list(lines) == [(rum.pk, 6), (gin.pk, 1), (rum.pk, -2)]


def test_stock_may_fall_below_nothing(store: Store, rum: Product) -> None:
    assert put(store, rum, -2).on_hand == -2


def test_each_move_of_a_product_makes_its_version_grow(store: Store, rum: Product) -> None:
    versions = [put(store, rum, quantity).version for quantity in (1, -1, 5)]
    assert versions == [1, 2, 3]


def test_a_store_moves_nothing_of_another_store(
    store: Store, other_store: Store, rum: Product
) -> None:
    put(store, rum, 5)
    put(other_store, rum, 7)
    assert (on_hand(store, rum), on_hand(other_store, rum)) == (5, 7)


def test_a_document_says_who_moved_what_and_why(store: Store, rum: Product) -> None:
    document = paper(store, MovementKind.ADJUSTMENT)
    move(document, Move(rum.pk, 1))
    kept = StockDocument.objects.get()
    assert (kept.pk, kept.kind, kept.store_id) == (document.id, "ADJUSTMENT", store.pk)
    assert (kept.other_store_id, kept.reason) == (None, document.reason)
    assert (kept.actor_name, kept.at) == ("Maria", NOON)


def test_a_move_is_written_down_in_the_audit_of_who_did_it(store: Store, rum: Product) -> None:
    document = paper(store, MovementKind.WASTE)
    move(document, Move(rum.pk, -1))
    entry = AuditEntry.objects.get(chain=MANAGER.chain)
    assert (entry.action, entry.subject) == ("stock.waste", f"stock-document:{document.id}")
    assert entry.facts == {"store": store.pk, "reason": document.reason}
    assert find_broken_link(MANAGER.chain) is None


# --- Refusals -------------------------------------------------------------------------------------


def test_a_document_id_is_used_once(store: Store, rum: Product) -> None:
    document = paper(store)
    move(document, Move(rum.pk, 6))
    with pytest.raises(StockDocumentExists) as refusal:
        move(document, Move(rum.pk, 6))
    assert refusal.value.facts == {"id": str(document.id)}
    assert (on_hand(store, rum), StockMovement.objects.count()) == (6, 1)


def test_a_document_id_is_used_once_in_all_stores(
    store: Store, other_store: Store, rum: Product
) -> None:
    document_id = uuid4()
    move(paper(store, document_id=document_id), Move(rum.pk, 6))
    with pytest.raises(StockDocumentExists):
        move(paper(other_store, document_id=document_id), Move(rum.pk, 6))


def test_a_document_with_an_unknown_product_moves_nothing_at_all(
    store: Store, rum: Product
) -> None:
    missing = rum.pk + 1000
    with pytest.raises(StockProductUnknown, match=str(missing)):
        move(paper(store), Move(rum.pk, 6), Move(missing, 1))
    for table in (StockBalance, StockMovement, StockDocument, AuditEntry):
        assert not table._default_manager.exists()


def test_a_move_of_nothing_is_refused_by_the_database(store: Store, rum: Product) -> None:
    with pytest.raises(IntegrityError, match="a_movement_moves_something"):
        move(paper(store), Move(rum.pk, 0))


# --- The ledger is append-only --------------------------------------------------------------------


def test_a_movement_is_never_changed(store: Store, rum: Product) -> None:
    put(store, rum, 5)
    movement = StockMovement.objects.get()
    movement.quantity = 6
    with pytest.raises(TypeError, match="never changed"):
        movement.save(update_fields=["quantity"])
    with pytest.raises(TypeError, match="never changed"):
        StockMovement.objects.filter(product=rum).update(quantity=6)
    with pytest.raises(TypeError, match="never changed"), transaction():
        StockMovement.objects.bulk_update([movement], ["quantity"])
    assert StockMovement.objects.get().quantity == 5


def test_a_movement_is_never_deleted(store: Store, rum: Product) -> None:
    put(store, rum, 5)
    with pytest.raises(TypeError, match="never deleted"):
        StockMovement.objects.get().delete()
    with pytest.raises(TypeError, match="never deleted"):
        StockMovement.objects.filter(product=rum).delete()
    assert StockMovement.objects.count() == 1


def test_a_movement_goes_with_no_product_and_no_store(store: Store, rum: Product) -> None:
    put(store, rum, 5)
    for owner in (rum, store):
        with pytest.raises(ProtectedError):
            owner.delete()
    assert StockMovement.objects.count() == 1
