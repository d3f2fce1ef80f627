"""Many tills at once: one sale per key and order, no sale lost, no till that waits for ever."""

from __future__ import annotations

import random
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from django.db import OperationalError
from django_subatomic.db import transaction

from apps.core.answers import Answer
from apps.core.errors import IdempotencyKeyInUse
from apps.orders.errors import (
    OrderExists,
    OrderNotVoidable,
    ParkedOrderExists,
    ParkedOrderResumed,
)
from apps.orders.models import Order
from apps.orders.services.parking import park_order, resume_order
from apps.orders.services.printing import print_receipt
from apps.orders.types import ReceiptFormat
from apps.stores.types import Role
from tests.conftest import NOON
from tests.factories import make_store, open_till
from tests.goods import basket, line_of, make_product, make_snack
from tests.orders.crowd import all_at_once, assert_books_balance, only, queue_for
from tests.orders.sales import booked, on_hand, read, send, sold, voided

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from apps.stores.models import Store
    from apps.stores.types import Till

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

KEY = "till-1-0001"


@pytest.fixture
def store() -> Store:
    return make_store()


@pytest.fixture
def till(store: Store) -> Till:
    return open_till(store, Role.SHIFT_LEAD, now=NOON)[0]


@pytest.fixture
def second_till(store: Store) -> Till:
    return open_till(store, Role.SHIFT_LEAD, code="ben", number=2, now=NOON)[0]


@pytest.fixture
def chips(store: Store) -> Product:
    return make_snack(on_hand=100, store=store)


# --- One sale, however often it is sent -----------------------------------------------------------


def test_fifty_threads_on_one_key_are_one_sale(till: Till, chips: Product) -> None:
    body = basket(chips)
    outcomes = all_at_once([partial(send, till, body, key=KEY)] * 50)
    answers = only(Answer, outcomes)
    assert len(answers) + len(only(IdempotencyKeyInUse, outcomes)) == 50
    assert Counter(answer.is_replay for answer in answers)[False] == 1
    assert (Order.objects.count(), on_hand(till, chips)) == (1, 99)
    retried = all_at_once([partial(send, till, body, key=KEY)] * 5)
    found = [answer for answer in only(Answer, retried) if answer.is_replay]
    assert {answer.body for answer in [*found, send(till, body, key=KEY), *answers]} == {
        answers[0].body
    }
    assert_books_balance()


def test_one_order_under_twenty_keys_is_one_sale(till: Till, chips: Product) -> None:
    body = basket(chips)
    answers = only(Answer, all_at_once([partial(send, till, body)] * 20))
    assert Counter(answer.is_replay for answer in answers) == {False: 1, True: 19}
    assert {str(read(answer)) for answer in answers} == {str(booked(till, body["id"]))}
    assert (Order.objects.count(), on_hand(till, chips)) == (1, 99)
    assert_books_balance()


def test_one_order_id_at_eight_terminals_is_one_sale(store: Store, chips: Product) -> None:
    tills = [open_till(store, code=f"c{n}", number=n, now=NOON)[0] for n in range(1, 9)]
    body = basket(chips)
    outcomes = all_at_once([partial(send, seller, body) for seller in tills])
    assert (len(only(Answer, outcomes)), len(only(OrderExists, outcomes))) == (1, 7)
    assert Order.objects.count() == 1
    assert_books_balance()


# --- Many sales of the same goods -----------------------------------------------------------------


def sell_many(till: Till, products: list[Product]) -> Counter[int]:
    """Twenty sales of eight of the products, each time in another order; units sold of each."""
    dice = random.Random(till.register.id)  # noqa: S311 - dice, not secrets
    units: Counter[int] = Counter()
    for _ in range(20):
        lines = [line_of(product, dice.randint(1, 3)) for product in dice.sample(products, 8)]
        send(till, basket(*lines))
        units.update({line["product_id"]: line["quantity"] for line in lines})
    return units


def test_sixteen_terminals_sell_the_same_goods_in_any_order_without_a_deadlock(
    store: Store,
) -> None:
    """320 sales of 8 out of 10 products.

    It is the order of the rows in `inventory.statements.add_to_balances` that this proves: with
    the rows shuffled there, 14 of the 16 tills were thrown out of a sale by a deadlock.
    """
    products = [make_product(f"RUM-{n}", on_hand=10_000, store=store) for n in range(10)]
    tills = [open_till(store, code=f"c{n}", number=n, now=NOON)[0] for n in range(1, 17)]
    outcomes = all_at_once([partial(sell_many, seller, products) for seller in tills])
    assert only(Exception, outcomes) == []
    units = sum(only(Counter, outcomes), Counter())
    assert Order.objects.count() == 16 * 20
    assert {product.pk: 10_000 - on_hand(tills[0], product) for product in products} == units
    assert_books_balance()


def test_goods_without_a_balance_are_sold_by_eight_tills_at_once(store: Store) -> None:
    chips = make_snack()
    tills = [open_till(store, code=f"c{n}", number=n, now=NOON)[0] for n in range(1, 9)]
    assert only(Exception, all_at_once([partial(sold, seller, chips) for seller in tills])) == []
    assert on_hand(tills[0], chips) == -8
    assert_books_balance()


def sell_five(till: Till, chips: Product, taken: dict[str, object]) -> list[str]:
    """The numbers of five sales, with a sale in between that fails when its number is taken."""
    numbers = []
    for _ in range(5):
        numbers.append(sold(till, chips)["number"])
        with pytest.raises(OrderExists):
            send(till, basket(chips, taken))
    return numbers


def test_receipt_numbers_have_no_gap_and_no_twin_with_eight_threads_per_terminal(
    till: Till, second_till: Till, chips: Product
) -> None:
    taken = line_of(chips)
    sold(till, taken)
    sellers = [till, second_till] * 8
    outcomes = all_at_once([partial(sell_five, seller, chips, taken) for seller in sellers])
    assert only(Exception, outcomes) == []
    numbers = sorted(number for batch in only(list, outcomes) for number in batch)
    first = [f"BRW-1-261122-{n:04d}" for n in range(2, 42)]
    assert numbers == first + [f"BRW-2-261122-{n:04d}" for n in range(1, 41)]
    assert_books_balance()


# --- One thing that two want ----------------------------------------------------------------------


def test_of_two_tills_that_void_an_order_one_wins(
    till: Till, second_till: Till, chips: Product
) -> None:
    for _ in range(5):
        order = sold(till, line_of(chips, 3))
        outcomes = all_at_once([partial(voided, t, order["id"]) for t in (till, second_till)])
        assert (len(only(dict, outcomes)), len(only(OrderNotVoidable, outcomes))) == (1, 1)
        assert on_hand(till, chips) == 100
    assert_books_balance()


def park(till: Till, body: dict[str, object]) -> dict[str, object]:
    with transaction():
        return park_order(till=till, order_id=UUID(str(body["id"])), body=body, now=NOON)


def resume(till: Till, order_id: str) -> dict[str, object]:
    with transaction():
        return resume_order(till=till, order_id=UUID(order_id), now=NOON)


def test_of_two_tills_that_resume_a_basket_one_wins(
    till: Till, second_till: Till, chips: Product
) -> None:
    for _ in range(5):
        body = basket(chips, id=str(uuid4()))
        park(till, body)
        outcomes = all_at_once([partial(resume, t, body["id"]) for t in (till, second_till)])
        assert (len(only(dict, outcomes)), len(only(ParkedOrderResumed, outcomes))) == (1, 1)
    assert_books_balance()


def test_of_two_baskets_that_are_parked_anew_under_one_id_one_waits(
    till: Till, second_till: Till, chips: Product
) -> None:
    for _ in range(5):
        body = basket(chips)
        park(till, body)
        resume(till, body["id"])
        mine, theirs = body, {**body, "lines": [line_of(chips, 2)]}
        outcomes = all_at_once([partial(park, till, mine), partial(park, second_till, theirs)])
        (parked,) = only(dict, outcomes)
        assert len(only(ParkedOrderExists, outcomes)) == 1
        assert resume(till, body["id"])["order"] == parked["order"]
    assert_books_balance()


def printed(till: Till, order_id: str, form: ReceiptFormat) -> bytes:
    with transaction():
        return print_receipt(till=till, order_id=UUID(order_id), form=form, now=NOON)


def test_of_prints_at_once_in_two_formats_one_is_the_original(
    till: Till, second_till: Till, chips: Product
) -> None:
    for _ in range(5):
        order_id = sold(till, chips)["id"]
        printers = [(t, form) for t in (till, second_till) for form in ReceiptFormat]
        outcomes = all_at_once([partial(printed, t, order_id, form) for t, form in printers])
        assert Counter(b"COPY" in body for body in only(bytes, outcomes)) == {False: 1, True: 7}
    assert_books_balance()


def test_a_print_that_waits_for_a_void_says_that_the_sale_was_voided(
    till: Till, second_till: Till, chips: Product
) -> None:
    order_id = sold(till, chips)["id"]
    printed(till, order_id, ReceiptFormat.TEXT)
    with queue_for(chips) as queue:
        queue.begin(partial(voided, second_till, order_id))
        queue.begin(partial(printed, till, order_id, ReceiptFormat.TEXT))
    _voided, copy = queue.outcomes()
    assert "*** COPY - VOIDED ***" in str(copy)
    assert_books_balance()


def test_a_terminal_that_voids_and_sells_at_once_does_not_wait_for_itself(
    till: Till, chips: Product
) -> None:
    order = sold(till, chips)
    with queue_for(chips) as queue:
        queue.begin(partial(voided, till, order["id"]))
        queue.begin(partial(sold, till, chips))
    assert only(OperationalError, queue.outcomes()) == []
    assert_books_balance()


def test_a_void_and_a_sale_at_two_terminals_do_not_wait_in_a_circle(
    till: Till, second_till: Till, chips: Product
) -> None:
    order = sold(till, chips)
    with queue_for(chips) as queue:
        queue.begin(partial(voided, second_till, order["id"]))
        queue.begin(partial(sold, till, chips))
    assert only(Exception, queue.outcomes()) == []
    assert on_hand(till, chips) == 99
    assert_books_balance()
