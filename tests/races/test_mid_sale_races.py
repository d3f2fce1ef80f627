"""What changes in mid-sale: the sale that began is whole, and none begins under the old state."""

from __future__ import annotations

import time
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.utils import timezone
from django_subatomic.db import transaction

from apps.catalog.models import Product
from apps.core.reference import bump_revision
from apps.orders.models import Order
from apps.stores.services.terminals import issue_pairing_code, pair_terminal, revoke_terminal
from tests.factories import MANAGER, api_client, make_store, open_till
from tests.goods import basket, make_snack
from tests.orders.crowd import all_at_once, assert_books_balance, only, queue_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from apps.stores.models import Store, Terminal

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def store() -> Store:
    return make_store()


@pytest.fixture
def chips(store: Store) -> Product:
    return make_snack(on_hand=100, store=store)


@pytest.fixture
def token(store: Store) -> str:
    """Of a till that sells over HTTP, by the clock of this machine."""
    return open_till(store, code="eva", number=5)[1]


def post(token: str, product: Product) -> int:
    return api_client(token).post("orders", basket(product), key=str(uuid4())).status_code


def revoke(terminal: Terminal) -> None:
    with transaction():
        revoke_terminal(actor=MANAGER, terminal_id=terminal.pk, now=timezone.now())


def take_off(product: Product) -> None:
    with transaction():
        Product.objects.filter(pk=product.pk).update(is_active=False)
        bump_revision()


def test_a_terminal_revoked_in_mid_sale_ends_that_sale_and_begins_no_other(
    store: Store, token: str, chips: Product
) -> None:
    with queue_for(chips) as queue:
        queue.begin(partial(post, token, chips))
        assert all_at_once([partial(revoke, store.terminals.get())]) == [None]
    assert [*queue.outcomes(), post(token, chips)] == [201, 401]
    assert Order.objects.count() == 1
    assert_books_balance()


def test_a_product_taken_off_in_mid_sale_is_sold_in_that_sale_and_in_no_other(
    token: str, chips: Product
) -> None:
    with queue_for(chips) as queue:
        queue.begin(partial(post, token, chips))
        assert all_at_once([partial(take_off, chips)]) == [None]
    assert [*queue.outcomes(), post(token, chips)] == [201, 422]
    assert_books_balance()


def post_until_refused(token: str, chips: Product) -> list[int]:
    """The answers to sale after sale, until one is refused and two more."""
    answers = [post(token, chips)]
    while answers[-1] == 201:
        answers.append(post(token, chips))
    return [*answers, post(token, chips), post(token, chips)]


def sell_while(token: str, chips: Product, change: Callable[[], None]) -> Counter[int]:
    """How often each status was answered to six sellers, while the change was made among them."""

    def change_after_some_sales() -> None:
        while Order.objects.count() < 12:
            time.sleep(0.01)
        change()

    sellers: list[Callable[[], object]] = [partial(post_until_refused, token, chips)] * 6
    outcomes = all_at_once([*sellers, change_after_some_sales])
    assert only(Exception, outcomes) == []
    return Counter(answer for batch in only(list, outcomes) for answer in batch)


def test_a_revoked_terminal_never_sells_again(store: Store, token: str, chips: Product) -> None:
    answers = sell_while(token, chips, partial(revoke, store.terminals.get()))
    assert answers == {201: Order.objects.count(), 401: 6 * 3}
    assert_books_balance()


def test_a_product_taken_off_is_never_sold_again(token: str, chips: Product) -> None:
    answers = sell_while(token, chips, partial(take_off, chips))
    assert answers == {201: Order.objects.count(), 422: 6 * 3}
    assert_books_balance()


def pair(terminal: Terminal) -> None:
    with transaction():
        code = issue_pairing_code(actor=MANAGER, terminal_id=terminal.pk, now=timezone.now())
    with transaction():
        pair_terminal(code=code, now=timezone.now())


def test_a_terminal_paired_anew_in_mid_sale_does_not_wait_in_a_circle(
    store: Store, token: str, chips: Product
) -> None:
    post(token, chips)
    with queue_for(chips) as queue:
        queue.begin(partial(post, token, chips))
        queue.begin(partial(pair, store.terminals.get()))
    assert queue.outcomes() == [201, None]
    assert_books_balance()
