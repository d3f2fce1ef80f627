"""What a till may ask of a gift card."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from apps.stores.models import Store
from apps.stores.types import Role
from tests.factories import api_client, open_till
from tests.goods import basket
from tests.orders.gift_cards import CODE, NOBODYS, account, card

if TYPE_CHECKING:
    from tests.factories import ApiClient


@pytest.fixture
def store(api: ApiClient) -> Store:
    return Store.objects.get()


@pytest.fixture
def api(db: None) -> ApiClient:
    """A till at which a gift card of $50.00 was sold."""
    api = api_client(open_till()[1])
    answer = api.post("orders", basket(gift_cards=[card()]), key=str(uuid4()))
    assert answer.status_code == 201, answer.content
    return api


def test_a_balance_is_told_to_whoever_has_the_code(api: ApiClient) -> None:
    answer = api.post("gift-cards/balance", {"code": CODE})
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "id": str(account().pk),
            "kind": "gift_card",
            "last4": "8899",
            "currency": "USD",
            "balance_cents": 5_000,
            "status": "active",
        },
    )


def test_a_code_that_nobody_knows_has_no_balance(api: ApiClient) -> None:
    answer = api.post("gift-cards/balance", {"code": NOBODYS})
    assert (answer.status_code, answer.json()["code"]) == (422, "stored-value-unknown")


def test_a_till_that_guesses_is_told_to_wait(api: ApiClient) -> None:
    codes = [api.post("gift-cards/balance", {"code": NOBODYS}).status_code for _ in range(11)]
    assert codes == [*[422] * 10, 429]
    assert api.post("gift-cards/balance", {"code": CODE}).headers["Retry-After"] == "900"


def test_an_auditor_asks_for_no_balance(api: ApiClient, store: Store) -> None:
    auditor = api_client(open_till(store, Role.AUDITOR, code="aud", number=2)[1])
    assert auditor.post("gift-cards/balance", {"code": CODE}).status_code == 403


def test_a_code_can_be_had_and_sold(api: ApiClient) -> None:
    answer = api.post("gift-cards/codes")
    assert answer.status_code == 201
    sale = basket(gift_cards=[card(100, answer.json()["code"])])
    assert api.post("orders", sale, key=str(uuid4())).status_code == 201


def test_no_answer_tells_a_code(api: ApiClient) -> None:
    body = basket(gift_cards=[card(100)], tenders=[{"kind": "cash", "amount_cents": 100}])
    answer = api.post("orders", body, key="k")
    stored = api.get("idempotency/k")
    assert CODE.encode() not in answer.content + stored.content
    assert CODE.replace("-", "").encode() not in answer.content + stored.content
