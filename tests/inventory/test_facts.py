"""Every stock document is told to other systems once, with all that it moved; sales are not."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pytest
from django_subatomic.db import transaction

from apps.core.models import OutboxEvent
from apps.inventory.errors import StockDocumentExists, StockInsufficient
from apps.inventory.services.documents import Paper, write_paper
from apps.inventory.services.moving import hold_stock, move_for_order, move_stock, request_counts
from apps.inventory.types import Move, MovementKind
from apps.stores.types import Role
from tests.conftest import NOON
from tests.factories import MANAGER, api_client, open_till
from tests.facts import forget, told, told_once

from .stockroom import count, move, paper, put, transfer

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from apps.stores.models import Store

KIND = "inventory.adjusted"
REASON = "as it says on the paper"
OF_ORDERS = (MovementKind.SALE, MovementKind.VOID, MovementKind.RETURN)


def line(sku: str, quantity: int, on_hand: int, **fields: Any) -> dict[str, Any]:
    """A line of the fact of store ONE's document, but for the fields that are named."""
    usual = {"store": "ONE", "sku": sku, "quantity": quantity, "on_hand": on_hand}
    return {**usual, "reason": REASON, **fields}


@pytest.mark.parametrize(
    ("kind", "quantity", "moved"),
    [
        (MovementKind.RECEIPT, 4, 4),
        (MovementKind.WASTE, 4, -4),
        (MovementKind.ADJUSTMENT, 4, 4),
        (MovementKind.ADJUSTMENT, -4, -4),
        (MovementKind.COUNT, 4, -6),
    ],
)
def test_every_paper_is_told_once_with_what_it_moved(
    store: Store, rum: Product, kind: MovementKind, quantity: int, moved: int
) -> None:
    put(store, rum, 10)
    forget()
    document = paper(store, kind)
    with transaction():
        write_paper(actor=MANAGER, paper=Paper(document, {rum.pk: quantity}), now=NOON)
    fact = told_once(KIND)
    assert (fact.aggregate, fact.occurred_at) == (f"stock-document:{document.id}", NOON)
    assert fact.payload == {
        "document_id": str(document.id),
        "kind": kind.value,
        "store": "ONE",
        "to_store": None,
        "reason": REASON,
        "actor_name": MANAGER.name,
        "lines": [line("RUM-1", moved, 10 + moved)],
    }


def test_a_transfer_is_one_fact_of_both_stores(
    store: Store, other_store: Store, rum: Product, gin: Product
) -> None:
    put(store, rum, 10)
    put(store, gin, 5)
    forget()
    transfer(paper(store, MovementKind.TRANSFER), other_store, Move(gin.pk, 5), Move(rum.pk, 4))
    payload = told_once(KIND).payload
    assert (payload["store"], payload["to_store"]) == ("ONE", "TWO")
    assert payload["lines"] == [
        line("GIN-1", -5, 0),
        line("RUM-1", -4, 6),
        line("GIN-1", 5, 5, store="TWO"),
        line("RUM-1", 4, 4, store="TWO"),
    ]


def test_lines_of_one_product_are_told_apart_with_what_all_of_them_left(
    store: Store, rum: Product
) -> None:
    broken, found = Move(rum.pk, -2, "broken"), Move(rum.pk, 5, "found behind the shelf")
    move(paper(store, MovementKind.ADJUSTMENT), broken, found)
    assert told_once(KIND).payload["lines"] == [
        line("RUM-1", -2, 3, reason="broken"),
        line("RUM-1", 5, 3, reason="found behind the shelf"),
    ]


def test_a_count_is_told_with_what_stood_right_as_well(
    store: Store, rum: Product, gin: Product
) -> None:
    put(store, rum, 10)
    forget()
    count(paper(store, MovementKind.COUNT), {rum.pk: 10, gin.pk: 2})
    count(paper(store, MovementKind.COUNT), {rum.pk: 10})
    both = sorted((fact.payload["lines"] for fact in told(KIND)), key=len)
    assert both == [[line("RUM-1", 0, 10)], [line("RUM-1", 0, 10), line("GIN-1", 2, 2)]]


def test_an_adjustment_at_a_till_is_told_once_however_often_it_is_sent(
    store: Store, rum: Product
) -> None:
    till = api_client(open_till(store, Role.SHIFT_LEAD)[1])
    wrong = {"product_id": rum.pk, "quantity": 3, "reason": "found"}
    body = {"id": "7f0c0000-0000-4000-8000-000000000001", "lines": [wrong]}
    for _ in range(2):  # as a till does that has heard no answer
        assert till.post("stock/adjustments", body, key="once").status_code == 201
    assert told_once(KIND).payload["lines"] == [line("RUM-1", 3, 3, reason="found")]


@pytest.mark.parametrize("kind", OF_ORDERS)
def test_what_an_order_moves_is_not_told_here(
    store: Store, rum: Product, kind: MovementKind
) -> None:
    with transaction():
        hold_stock(store_id=store.pk, product_ids=[rum.pk])
        move_for_order(
            actor=MANAGER, document=paper(store, kind), moves=[Move(rum.pk, -1)], now=NOON
        )
        request_counts(store_id=store.pk, product_ids=[rum.pk], now=NOON)
    assert not OutboxEvent.objects.exists()


def test_a_refused_document_is_not_told(store: Store, other_store: Store, rum: Product) -> None:
    document = paper(store)
    move(document, Move(rum.pk, 1))
    with pytest.raises(StockDocumentExists):
        move(document, Move(rum.pk, 1))
    with pytest.raises(StockInsufficient):
        transfer(paper(store, MovementKind.TRANSFER), other_store, Move(rum.pk, 2))
    told_once(KIND)


def test_a_document_that_is_rolled_back_is_not_told(store: Store, rum: Product) -> None:
    with contextlib.suppress(ZeroDivisionError), transaction():
        document, moves = paper(store), [Move(rum.pk, 1)]
        move_stock(actor=MANAGER, document=document, moves=moves, now=NOON)
        raise ZeroDivisionError
    assert not OutboxEvent.objects.exists()
