"""The sum of the movements is the balance, at all times, and where it is not the check says so."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

import pytest
from django.db import transaction as django_transaction
from django.db.models import Sum
from django_subatomic.db import savepoint, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from apps.inventory.errors import StockInsufficient
from apps.inventory.models import StockBalance, StockMovement
from apps.inventory.selectors import find_ledger_drift
from apps.inventory.services.moving import count_stock, move_stock, transfer_stock
from apps.inventory.types import Move, MovementKind
from tests.conftest import NOON
from tests.factories import MANAGER, make_store
from tests.goods import make_product

from .stockroom import paper, put

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from apps.stores.models import Store

pytestmark = pytest.mark.django_db

places = st.integers(0, 1)
products = st.integers(0, 2)
quantities = st.integers(1, 30)
signed = st.integers(-30, 30).filter(bool)
lines = st.lists(st.tuples(products, signed), min_size=1, max_size=4)


class Books(RuleBasedStateMachine):
    """Two stores and three products, moved at random; what should be there is kept beside."""

    def __init__(self, stores: list[Store], shelf: list[Product]) -> None:
        super().__init__()
        self.stores, self.shelf = stores, shelf
        self.expected: Counter[tuple[int, int]] = Counter()
        self.undo = transaction()
        self.undo.__enter__()

    def teardown(self) -> None:
        django_transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    def add(self, store: Store, product: int, quantity: int) -> None:
        self.expected[store.pk, self.shelf[product].pk] += quantity

    @rule(place=places, lines=lines)
    def adjust(self, place: int, lines: list[tuple[int, int]]) -> None:
        store = self.stores[place]
        moves = [Move(self.shelf[product].pk, quantity) for product, quantity in lines]
        document = paper(store, MovementKind.ADJUSTMENT)
        move_stock(actor=MANAGER, document=document, moves=moves, now=NOON)
        for product, quantity in lines:
            self.add(store, product, quantity)

    @rule(place=places, product=products, quantity=quantities)
    def receive(self, place: int, product: int, quantity: int) -> None:
        store = self.stores[place]
        moves = [Move(self.shelf[product].pk, quantity)]
        move_stock(actor=MANAGER, document=paper(store), moves=moves, now=NOON)
        self.add(store, product, quantity)

    @rule(place=places, product=products, quantity=quantities)
    def transfer(self, place: int, product: int, quantity: int) -> None:
        store, to = self.stores[place], self.stores[1 - place]
        moves = [Move(self.shelf[product].pk, quantity)]
        document = paper(store, MovementKind.TRANSFER)
        there = self.expected[store.pk, self.shelf[product].pk]
        try:
            with savepoint():
                transfer_stock(
                    actor=MANAGER, document=document, to_store_id=to.pk, moves=moves, now=NOON
                )
        except StockInsufficient:
            assert quantity > there
        else:
            assert quantity <= there
            self.add(store, product, -quantity)
            self.add(to, product, quantity)

    @rule(place=places, counted=st.dictionaries(products, quantities, min_size=1))
    def count(self, place: int, counted: dict[int, int]) -> None:
        store = self.stores[place]
        by_id = {self.shelf[product].pk: quantity for product, quantity in counted.items()}
        document = paper(store, MovementKind.COUNT)
        count_stock(actor=MANAGER, document=document, counted=by_id, now=NOON)
        for product_id, quantity in by_id.items():
            self.expected[store.pk, product_id] = quantity

    @invariant()
    def the_books_are_what_moved(self) -> None:
        balances = StockBalance.objects.values_list("store", "product", "on_hand")
        booked = {(store, product): units for store, product, units in balances}
        moved = StockMovement.objects.values_list("store", "product").annotate(Sum("quantity"))
        assert booked == {place: self.expected[place] for place in booked}
        assert {place: units for place, units in self.expected.items() if place not in booked} == {}
        assert {(store, product): units for store, product, units in moved}.items() <= (
            booked.items()
        )
        assert list(find_ledger_drift()) == []


def test_whatever_is_moved_the_books_are_the_sum_of_it() -> None:
    stores = [make_store("ONE"), make_store("TWO")]
    shelf = [make_product(f"RUM-{number}") for number in range(3)]
    run_state_machine_as_test(
        partial(Books, stores, shelf),  # type: ignore[arg-type]  # any factory will do
        settings=settings(
            max_examples=25,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


# --- The check finds what is planted --------------------------------------------------------------


def test_a_changed_balance_is_found_and_named(store: Store, rum: Product, gin: Product) -> None:
    put(store, rum, 5)
    put(store, gin, 5)
    StockBalance.objects.filter(product=rum).update(on_hand=6)
    assert list(find_ledger_drift()) == [
        f"store {store.pk}, product {rum.pk}: the balance says 6, the movements add up to 5"
    ]


def test_a_balance_without_movements_is_found(store: Store, rum: Product) -> None:
    StockBalance.objects.create(store=store, product=rum, on_hand=-3)
    assert list(find_ledger_drift()) == [
        f"store {store.pk}, product {rum.pk}: the balance says -3, the movements add up to 0"
    ]


def test_movements_without_a_balance_are_found_once(store: Store, rum: Product) -> None:
    put(store, rum, 5)
    put(store, rum, 5)
    StockBalance.objects.all().delete()
    assert list(find_ledger_drift()) == [
        f"store {store.pk}, product {rum.pk}: there are movements but no balance"
    ]


def test_a_balance_that_stands_in_the_wrong_store_is_found_on_both_sides(
    store: Store, other_store: Store, rum: Product
) -> None:
    put(store, rum, 5)
    StockBalance.objects.update(store=other_store)
    assert len(list(find_ledger_drift())) == 2


def test_a_balance_of_nothing_without_movements_is_no_drift(store: Store, rum: Product) -> None:
    StockBalance.objects.create(store=store, product=rum)
    assert list(find_ledger_drift()) == []
