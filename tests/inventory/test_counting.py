"""After a count the books say what is on the shelf, and the open count request is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django_subatomic.db import transaction

from apps.inventory.errors import StockDocumentExists, StockProductUnknown
from apps.inventory.models import CountRequest, StockBalance, StockMovement
from apps.inventory.selectors import list_open_count_requests
from apps.inventory.services.moving import request_counts
from apps.inventory.types import MovementKind
from tests.conftest import NOON
from tests.factories import make_store
from tests.goods import make_product

from .stockroom import count, on_hand, paper, put

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from apps.stores.models import Store


@pytest.mark.parametrize(("counted", "moved"), [(15, [5]), (5, [-5]), (0, [-10]), (10, [])])
def test_a_count_moves_the_books_by_the_difference(
    store: Store, rum: Product, counted: int, moved: list[int]
) -> None:
    put(store, rum, 10)
    (level,) = count(paper(store, MovementKind.COUNT), {rum.pk: counted})
    assert level.on_hand == on_hand(store, rum) == counted
    assert list(StockMovement.objects.filter(kind="COUNT").values_list("quantity", flat=True)) == (
        moved
    )


@pytest.mark.parametrize(("counted", "movements"), [(3, 1), (0, 0)])
def test_what_was_never_moved_can_be_counted(
    store: Store, rum: Product, counted: int, movements: int
) -> None:
    count(paper(store, MovementKind.COUNT), {rum.pk: counted})
    assert StockBalance.objects.get().on_hand == counted
    assert StockMovement.objects.count() == movements


def test_a_shelf_is_counted_whatever_the_order_of_its_products(
    store: Store, rum: Product, gin: Product
) -> None:
    put(store, rum, 10)
    count(paper(store, MovementKind.COUNT), {gin.pk: 2, rum.pk: 9})
    assert (on_hand(store, rum), on_hand(store, gin)) == (9, 2)


def test_a_count_leaves_other_stores_and_products_alone(
    store: Store, other_store: Store, rum: Product, gin: Product
) -> None:
    for place in (store, other_store):
        for product in (rum, gin):
            put(place, product, 10)
    count(paper(store, MovementKind.COUNT), {rum.pk: 7})
    books = [on_hand(other_store, rum), on_hand(other_store, gin), on_hand(store, gin)]
    assert books == [10, 10, 10]


def test_a_count_under_a_used_id_is_refused(store: Store, rum: Product) -> None:
    document = paper(store, MovementKind.COUNT)
    count(document, {rum.pk: 3})
    with pytest.raises(StockDocumentExists):
        count(document, {rum.pk: 4})
    assert on_hand(store, rum) == 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("counted", [0, 1])
def test_an_unknown_product_is_not_counted(counted: int) -> None:
    store, missing = make_store(), make_product().pk + 1000
    with pytest.raises(StockProductUnknown, match=str(missing)):
        count(paper(store, MovementKind.COUNT), {missing: counted})
    assert not StockBalance.objects.exists()


# --- Requests -------------------------------------------------------------------------------------


def ask_for_counts(store: Store, *products: Product) -> int:
    with transaction():
        return request_counts(
            store_id=store.pk, product_ids={product.pk for product in products}, now=NOON
        )


def test_a_count_is_asked_for_where_the_books_say_less_than_nothing(
    store: Store, rum: Product, gin: Product
) -> None:
    put(store, rum, -2)
    put(store, gin, 1)
    assert ask_for_counts(store, rum, gin) == 1
    request = list_open_count_requests().get()
    assert (request.product, request.store, request.on_hand) == (rum, store, -2)
    assert request.asked_at == NOON


def test_a_count_is_asked_for_once_until_it_is_done(store: Store, rum: Product) -> None:
    put(store, rum, -2)
    assert [ask_for_counts(store, rum) for _ in range(2)] == [1, 0]
    count(paper(store, MovementKind.COUNT), {rum.pk: 0})
    put(store, rum, -1)
    assert ask_for_counts(store, rum) == 1


@pytest.mark.parametrize("counted", [-2, 0, 4])
def test_a_count_closes_the_open_request_even_where_the_books_were_right(
    store: Store, rum: Product, counted: int
) -> None:
    put(store, rum, -2)
    ask_for_counts(store, rum)
    count(paper(store, MovementKind.COUNT), {rum.pk: counted})
    assert CountRequest.objects.get().done_at == NOON
    assert not list_open_count_requests().exists()


def test_a_count_closes_no_request_of_another_store_or_product(
    store: Store, other_store: Store, rum: Product, gin: Product
) -> None:
    for place, product in ((other_store, rum), (store, gin)):
        put(place, product, -1)
        ask_for_counts(place, product)
    count(paper(store, MovementKind.COUNT), {rum.pk: 4})
    assert list_open_count_requests().count() == 2
