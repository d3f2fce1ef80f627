"""What the shelves hold, what is short and what somebody should order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.inventory import selectors
from apps.inventory.models import StockBalance
from apps.inventory.selectors import list_balances, list_levels, list_low, list_negative
from apps.inventory.types import StockLevel

from .stockroom import paper, put

if TYPE_CHECKING:
    import pytest

    from apps.catalog.models import Product
    from apps.stores.models import Store


def test_levels_come_in_the_order_that_was_asked_for(
    store: Store, rum: Product, gin: Product
) -> None:
    put(store, gin, 5)
    levels = list_levels(store_id=store.pk, product_ids=[rum.pk, gin.pk])
    assert levels == [
        StockLevel(store.pk, rum.pk, 0, 0, 0),
        StockLevel(store.pk, gin.pk, 5, 0, 1),
    ]


def test_the_levels_of_a_whole_store_are_the_same_as_one_by_one(
    store: Store, other_store: Store, rum: Product, gin: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(store, rum, 5)
    put(other_store, gin, 7)
    by_product = list_levels(store_id=store.pk, product_ids=[gin.pk, rum.pk])
    monkeypatch.setattr(selectors, "WHOLE_STORE_FROM", 1)
    assert list_levels(store_id=store.pk, product_ids=[gin.pk, rum.pk]) == by_product


def test_balances_can_be_had_by_store_and_by_product(
    store: Store, other_store: Store, rum: Product, gin: Product
) -> None:
    for place, product in ((store, rum), (store, gin), (other_store, rum)):
        put(place, product, 1)
    assert list_balances(store_id=None, product_id=None).count() == 3
    assert list_balances(store_id=store.pk, product_id=None).count() == 2
    assert list_balances(store_id=store.pk, product_id=rum.pk).count() == 1


def test_negative_stock_is_listed_worst_first(
    store: Store, other_store: Store, rum: Product, gin: Product
) -> None:
    put(store, rum, -1)
    put(other_store, rum, -5)
    put(store, gin, 1)
    assert [balance.on_hand for balance in list_negative()] == [-5, -1]


def test_stock_is_low_from_its_reorder_point_down_to_nothing(
    store: Store, other_store: Store, rum: Product, gin: Product
) -> None:
    for place, product, quantity in (
        (store, rum, 4),
        (store, gin, 3),
        (other_store, rum, -1),
        (other_store, gin, 1),
    ):
        put(place, product, quantity)
    StockBalance.objects.update(reorder_point=3)
    assert [balance.on_hand for balance in list_low()] == [1, 3]
    StockBalance.objects.update(reorder_point=None)
    assert not list_low().exists()


def test_the_lines_of_a_document_are_found_by_its_id(store: Store, rum: Product) -> None:
    put(store, rum, 1)
    assert not selectors.list_movements_of(document_id=paper(store).id).exists()
