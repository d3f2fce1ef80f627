"""Stock that many move at once: no deadlock, nothing sent twice, the sum is the balance."""

from __future__ import annotations

import random
from functools import partial
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.db.models import Sum
from django_subatomic.db import transaction

from apps.core.types import Actor, ActorKind
from apps.inventory.errors import StockDocumentExists, StockInsufficient
from apps.inventory.models import StockBalance, StockMovement
from apps.inventory.services.moving import count_stock, move_stock, transfer_stock
from apps.inventory.types import Move, MovementKind
from tests.conftest import NOON
from tests.factories import make_store, open_till
from tests.goods import basket, line_of, make_product
from tests.inventory.stockroom import on_hand, paper, put
from tests.orders.crowd import all_at_once, assert_books_balance, only
from tests.orders.sales import send

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from apps.inventory.types import Document, StockLevel
    from apps.stores.models import Store
    from apps.stores.types import Till

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def store() -> Store:
    return make_store("ONE")


@pytest.fixture
def other_store() -> Store:
    return make_store("TWO")


@pytest.fixture
def products(store: Store, other_store: Store) -> list[Product]:
    """Six products, a thousand of each in both stores."""
    shelf = [make_product(f"RUM-{n}") for n in range(6)]
    for place in (store, other_store):
        for product in shelf:
            put(place, product, 1000)
    return shelf


def somebody() -> Actor:
    """A manager of her own for each mover, so that no audit chain puts them in a queue."""
    name = str(uuid4())
    return Actor(ActorKind.USER, name, "Maria", f"user:{name}")


def total() -> int:
    """What there is in all stores."""
    units: int = StockBalance.objects.aggregate(units=Sum("on_hand"))["units"]
    return units


def send_over(store: Store, to: Store, moves: list[Move], actor: Actor) -> list[StockLevel]:
    document = paper(store, MovementKind.TRANSFER)
    with transaction():
        return transfer_stock(
            actor=actor, document=document, to_store_id=to.pk, moves=moves, now=NOON
        )


def send_many(store: Store, to: Store, products: list[Product], dice: random.Random) -> int:
    """Ten transfers of four of the products, each time in another order."""
    actor = somebody()
    for _ in range(10):
        send_over(store, to, [Move(p.pk, 1) for p in dice.sample(products, 4)], actor)
    return 0


def sell_many(till: Till, products: list[Product], dice: random.Random) -> int:
    """Ten sales of four of the products, each time in another order; how many units went."""
    for _ in range(10):
        send(till, basket(*(line_of(product, 2) for product in dice.sample(products, 4))))
    return 10 * 4 * 2


def test_transfers_in_both_directions_while_selling_never_deadlock(
    store: Store, other_store: Store, products: list[Product]
) -> None:
    tills = [
        open_till(place, code=f"{place.code}{n}", number=n, now=NOON)[0]
        for place in (store, other_store)
        for n in (1, 2, 3)
    ]
    directions = [(store, other_store), (other_store, store)] * 3
    actions = [partial(sell_many, till, products, dice(n)) for n, till in enumerate(tills)]
    actions += [
        partial(send_many, here, there, products, dice(10 + n))
        for n, (here, there) in enumerate(directions)
    ]
    outcomes = all_at_once(actions)
    assert only(Exception, outcomes) == []
    assert total() == 2 * 6 * 1000 - sum(only(int, outcomes))
    assert_books_balance()


def dice(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - dice, not secrets


def test_the_last_unit_is_sent_once(store: Store, other_store: Store) -> None:
    for number in range(5):
        rum = make_product(f"RUM-{number}")
        put(store, rum, 1)
        move = [Move(rum.pk, 1)]
        outcomes = all_at_once(
            [partial(send_over, store, other_store, move, somebody()) for _ in range(2)]
        )
        assert (len(only(list, outcomes)), len(only(StockInsufficient, outcomes))) == (1, 1)
        assert (on_hand(store, rum), on_hand(other_store, rum)) == (0, 1)
    assert_books_balance()


def count_many(store: Store, products: list[Product]) -> int:
    """Ten counts of all products; the books must say what was counted when each is done."""
    actor = somebody()
    for counted in range(10):
        document = paper(store, MovementKind.COUNT)
        shelf = {product.pk: 500 + counted for product in products}
        with transaction():
            levels = count_stock(actor=actor, document=document, counted=shelf, now=NOON)
        assert {level.on_hand for level in levels} <= {500 + counted}
    return 0


def test_a_count_while_selling_keeps_the_sum_the_balance(
    store: Store, products: list[Product]
) -> None:
    tills = [open_till(store, code=f"c{n}", number=n, now=NOON)[0] for n in range(1, 5)]
    actions = [partial(sell_many, till, products, dice(n)) for n, till in enumerate(tills)]
    actions += [partial(count_many, store, products), partial(count_many, store, products[::-1])]
    assert only(Exception, all_at_once(actions)) == []
    assert_books_balance()


def adjust(document: Document, product: Product) -> list[StockLevel]:
    with transaction():
        return move_stock(
            actor=somebody(), document=document, moves=[Move(product.pk, -1)], now=NOON
        )


def test_one_document_sent_by_eight_at_once_moves_stock_once(
    store: Store, products: list[Product]
) -> None:
    document = paper(store, MovementKind.ADJUSTMENT)
    outcomes = all_at_once([partial(adjust, document, products[0])] * 8)
    assert (len(only(list, outcomes)), len(only(StockDocumentExists, outcomes))) == (1, 7)
    assert StockMovement.objects.filter(document_id=document.id).count() == 1
    assert on_hand(store, products[0]) == 999
    assert_books_balance()
