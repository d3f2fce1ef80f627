"""Tills that spend, load and give back the same gift card at the same instant."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from apps.payments.models import StoredValueAccount, StoredValueEntry
from apps.stores.types import Role
from tests.factories import api_client, make_store, open_till
from tests.goods import basket, make_snack
from tests.orders.crowd import all_at_once, assert_books_balance
from tests.orders.gift_cards import (
    CODE,
    OTHER,
    assert_stored_value_balances,
    by_card,
    card,
    left_on,
)

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from tests.factories import ApiClient

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
CHIPS = 199
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
def chips(tills: list[ApiClient]) -> Product:
    return make_snack("CHP-1", on_hand=100)


def send(api: ApiClient, body: Any) -> str:
    answer = api.post("orders", body, key=str(uuid4()))
    return f"{answer.status_code} {answer.json().get('code', '')}".strip()


def load(api: ApiClient, cents: int, code: str = CODE) -> None:
    assert send(api, basket(gift_cards=[card(cents, code)])) == "201"


def spend(api: ApiClient, chips: Product, *codes: str) -> str:
    """A bag by as many cards as are named, the last of which pays all but a cent each."""
    tenders = [by_card(1, code) for code in codes[:-1]]
    tenders.append(by_card(CHIPS - len(tenders), codes[-1]))
    return send(api, basket(chips, tenders=tenders))


def at_once(acts: list[Any]) -> dict[str, int]:
    return dict(Counter(map(str, all_at_once(acts))))


def test_a_card_spent_twice_at_once_pays_once(tills: list[ApiClient], chips: Product) -> None:
    for _ in range(5):
        load(tills[0], CHIPS)
        outcomes = at_once([partial(spend, till, chips, CODE) for till in tills[:2]])
        assert outcomes == {"201": 1, "409 stored-value-insufficient": 1}
        assert left_on() == 0
    assert_stored_value_balances()
    assert_books_balance()


def test_six_tills_spend_what_is_there_and_no_more(tills: list[ApiClient], chips: Product) -> None:
    load(tills[0], 4 * CHIPS + 100)
    outcomes = at_once([partial(spend, till, chips, CODE) for till in tills])
    assert outcomes == {"201": 4, "409 stored-value-insufficient": 2}
    assert left_on() == 100
    assert_stored_value_balances()


def test_cards_named_the_other_way_round_never_wait_in_a_circle(
    tills: list[ApiClient], chips: Product
) -> None:
    load(tills[0], 10_000)
    load(tills[0], 10_000, OTHER)
    pairs = [(CODE, OTHER), (OTHER, CODE)] * (TILLS // 2)
    for _ in range(5):
        acts = [partial(spend, till, chips, *pair) for till, pair in zip(tills, pairs, strict=True)]
        assert at_once(acts) == {"201": TILLS}
    assert left_on() + left_on(OTHER) == 20_000 - 5 * TILLS * CHIPS
    assert_stored_value_balances()


def test_a_card_activated_twice_at_once_is_one_card(tills: list[ApiClient]) -> None:
    acts = [partial(send, till, basket(gift_cards=[card(500)])) for till in tills[:2]]
    outcomes = at_once(acts)
    sold = outcomes.pop("201")
    assert StoredValueAccount.objects.count() == 1
    assert left_on() == 500 * sold == 500 * StoredValueEntry.objects.count()
    assert set(outcomes) <= {"409 state-changed"}
    assert_stored_value_balances()
