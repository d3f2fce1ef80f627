"""The stock board shows levels of the last two seconds, and asks the database for no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apps.inventory import board
from apps.inventory.board import FRESH_SECONDS, WATCHED_SECONDS, note_levels, see_level
from apps.inventory.selectors import list_levels
from apps.inventory.types import StockLevel

from .stockroom import put

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from apps.catalog.models import Product
    from apps.stores.models import Store

    type Statements = Callable[[int], AbstractContextManager[object]]


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds

    def move(self, seconds: float) -> None:
        self.seconds += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(board, "time", clock)
    return clock


@pytest.fixture
def statements(django_assert_num_queries: Statements) -> Statements:
    """Asserts how many statements its block sends."""
    return django_assert_num_queries


def see(store: Store, product: Product) -> int:
    return see_level(store_id=store.pk, product_id=product.pk).on_hand


def test_the_first_look_costs_a_statement_and_the_next_none(
    store: Store, rum: Product, clock: Clock, statements: Statements
) -> None:
    put(store, rum, 5)
    with statements(1):
        assert see(store, rum) == 5
    clock.move(FRESH_SECONDS - 0.001)
    with statements(0):
        assert see(store, rum) == 5


def test_what_moved_elsewhere_is_seen_after_two_seconds(
    store: Store, rum: Product, clock: Clock
) -> None:
    put(store, rum, 5)
    see(store, rum)
    put(store, rum, 7)
    assert see(store, rum) == 5
    clock.move(FRESH_SECONDS)
    assert see(store, rum) == 12


def test_a_product_seen_late_is_no_older_than_the_others(
    store: Store, rum: Product, gin: Product, clock: Clock
) -> None:
    see(store, rum)
    clock.move(FRESH_SECONDS - 0.001)
    see(store, gin)
    put(store, gin, 1)
    clock.move(0.001)
    assert see(store, gin) == 1


def test_own_moves_are_shown_at_once(
    store: Store, rum: Product, clock: Clock, statements: Statements
) -> None:
    see(store, rum)
    note_levels([put(store, rum, 5)])
    with statements(0):
        assert see(store, rum) == 5


def test_what_nobody_looked_at_is_not_put_on_the_board(
    store: Store, rum: Product, gin: Product, statements: Statements
) -> None:
    note_levels([put(store, gin, 5)])
    see(store, rum)
    note_levels([put(store, gin, 5)])
    with statements(1):
        assert see(store, gin) == 10


def test_watched_products_are_read_together(
    store: Store, rum: Product, gin: Product, clock: Clock, statements: Statements
) -> None:
    for product in (rum, gin):
        see(store, product)
        put(store, product, 3)
    clock.move(FRESH_SECONDS)
    with statements(1):
        assert [see(store, rum), see(store, gin)] == [3, 3]


def test_a_product_that_nobody_asked_for_within_a_minute_is_dropped(
    store: Store, rum: Product, gin: Product, clock: Clock, statements: Statements
) -> None:
    see(store, rum)
    clock.move(WATCHED_SECONDS)
    see(store, gin)
    with statements(1):
        see(store, rum)


def test_a_product_that_was_asked_for_within_a_minute_is_kept(
    store: Store, rum: Product, gin: Product, clock: Clock, statements: Statements
) -> None:
    see(store, rum)
    clock.move(WATCHED_SECONDS - 0.001)
    see(store, gin)
    with statements(0):
        see(store, rum)


def test_what_another_thread_asks_for_during_a_reading_stays_on_the_board(
    store: Store,
    rum: Product,
    gin: Product,
    clock: Clock,
    statements: Statements,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    see(store, rum)
    clock.move(FRESH_SECONDS)

    def read_slowly(*, store_id: int, product_ids: list[int]) -> list[StockLevel]:
        monkeypatch.setattr(board, "list_levels", list_levels)
        see(store, gin)
        return list_levels(store_id=store_id, product_ids=product_ids)

    monkeypatch.setattr(board, "list_levels", read_slowly)
    see(store, rum)
    with statements(0):
        see(store, gin)


def test_an_unknown_product_is_a_level_of_nothing(store: Store) -> None:
    nothing = StockLevel(store.pk, 999, on_hand=0, reserved=0, version=0)
    assert see_level(store_id=store.pk, product_id=999) == nothing


def test_each_store_has_a_board_of_its_own(store: Store, other_store: Store, rum: Product) -> None:
    put(store, rum, 5)
    put(other_store, rum, 7)
    assert [see(store, rum), see(other_store, rum)] == [5, 7]


def test_available_is_what_nobody_has_reserved() -> None:
    assert StockLevel(1, 1, on_hand=5, reserved=2, version=1).available == 3
