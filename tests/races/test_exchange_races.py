"""Tills that exchange goods for one another's at the same instant."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from apps.orders.models import Exchange
from apps.stores.types import Role
from tests.customers.people import make_customer
from tests.customers.points import make_programme
from tests.factories import api_client, make_store, open_till
from tests.goods import basket, make_snack
from tests.orders.crowd import all_at_once, assert_books_balance
from tests.orders.gift_cards import (
    CODE,
    OTHER,
    assert_stored_value_balances,
    by_card,
    card,
    cash,
    left_on,
)
from tests.orders.returns import return_of, some_of

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from tests.factories import ApiClient

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
TILLS = 6


@pytest.fixture
def tills(db: None) -> list[ApiClient]:
    """Six tills, each with a shift lead at it."""
    store = make_store(all_day=True)
    return [
        api_client(open_till(store, Role.SHIFT_LEAD, code=f"c{n}", number=n)[1])
        for n in range(1, TILLS + 1)
    ]


@pytest.fixture
def goods(tills: list[ApiClient]) -> list[Product]:
    return [make_snack("CHP-1", on_hand=100), make_snack("NUT-1", on_hand=100)]


def sell(api: ApiClient, product: Product, **fields: Any) -> dict[str, Any]:
    answer = api.post("orders", basket(product, **fields), key=str(uuid4()))
    assert answer.status_code == 201, answer.content
    order: dict[str, Any] = answer.json()
    return order


def swap(api: ApiClient, sale: dict[str, Any], body: dict[str, Any]) -> str:
    answer = api.post(f"orders/{sale['id']}/exchanges", body, key=str(uuid4()))
    return f"{answer.status_code} {answer.json().get('code', '')}".strip()


def at_once(acts: list[Any]) -> dict[str, int]:
    return dict(Counter(map(str, all_at_once(acts))))


def test_goods_swapped_both_ways_never_wait_in_a_circle(
    tills: list[ApiClient], goods: list[Product]
) -> None:
    for _ in range(4):
        acts = []
        for place, till in enumerate(tills):
            coming, going = goods[place % 2], goods[1 - place % 2]
            sale = sell(till, coming)
            acts.append(partial(swap, till, sale, return_of(some_of(sale), order=basket(going))))
        assert at_once(acts) == {"201": TILLS}
    assert Exchange.objects.count() == 4 * TILLS
    assert_books_balance()


def test_gift_cards_in_exchanges_never_wait_in_a_circle(
    tills: list[ApiClient], goods: list[Product]
) -> None:
    sell(tills[0], goods[0], gift_cards=[card(10_000), card(10_000, OTHER)])
    for _ in range(3):
        acts = []
        for place, till in enumerate(tills):
            codes = (CODE, OTHER) if place % 2 else (OTHER, CODE)
            sale = sell(till, goods[0], tenders=[by_card(199, codes[0])])
            (tender,) = sale["tenders"]
            back = {"kind": "gift_card", "account_id": tender["account_id"], "amount_cents": 199}
            out = basket(goods[1], tenders=[by_card(100, codes[1]), cash(99)])
            acts.append(
                partial(swap, till, sale, return_of(some_of(sale), refund_to=[back], order=out))
            )
        assert at_once(acts) == {"201": TILLS}
    assert left_on() + left_on(OTHER) == 20_000 - 3 * TILLS * 100
    assert_stored_value_balances()


def test_one_thing_is_exchanged_once(tills: list[ApiClient], goods: list[Product]) -> None:
    sale = sell(tills[0], goods[0])
    acts = [
        partial(swap, till, sale, return_of(some_of(sale), order=basket(goods[1])))
        for till in tills[:2]
    ]
    assert at_once(acts) == {"201": 1, "409 return-exceeds-sold": 1}
    assert_books_balance()


def test_points_in_exchanges_and_sales_of_one_till_never_wait_in_a_circle(
    tills: list[ApiClient], goods: list[Product]
) -> None:
    make_programme()
    buyer = str(make_customer().pk)
    till = tills[0]
    for _ in range(4):
        acts: list[Any] = []
        for _ in range(3):
            sale = sell(till, goods[0], customer_id=buyer)
            out = basket(goods[1], customer_id=buyer)
            acts.append(partial(swap, till, sale, return_of(some_of(sale), order=out)))
            acts.append(partial(sell, till, goods[1], customer_id=buyer))
        outcomes = [each if isinstance(each, str) else "201" for each in all_at_once(acts)]
        assert outcomes == ["201"] * 6
    assert_books_balance()
