"""GET stock: what there is, in this store or any other of the company."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.inventory.models import StockBalance
from apps.stores.types import Role
from tests.factories import api_client
from tests.goods import basket, make_product, make_snack, receive
from tests.orders.api.wire import log_in, pointers, refusal, sell

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from apps.stores.models import Store
    from tests.factories import ApiClient

LEVEL_KEYS = {"store", "product_id", "on_hand", "reserved", "available", "version"}


def levels(api: ApiClient, **query: Any) -> list[dict[str, int]]:
    """The levels that a query finds, on one page."""
    response = api.get("stock", **{name: str(value) for name, value in query.items()})
    assert response.status_code == 200, response.content
    found: list[dict[str, int]] = response.json()["results"]
    return found


def test_a_level_tells_what_is_there_what_is_promised_and_how_often_it_moved(
    api: ApiClient, store: Store, rum: Product
) -> None:
    receive(store, rum, 12)
    receive(store, rum, -2)
    StockBalance.objects.update(reserved=3)
    response = api.get("stock")
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Request-Id"]
    assert response.json() == {
        "results": [
            {"store": store.pk, "product_id": rum.pk, "version": 2}
            | {"on_hand": 10, "reserved": 3, "available": 7}
        ],
        "next": None,
        "previous": None,
    }


def test_what_never_moved_is_not_listed(api: ApiClient, rum: Product) -> None:
    assert levels(api) == levels(api, product=rum.pk) == []


def test_every_store_of_the_company_can_be_asked_for(
    api: ApiClient, store: Store, other_store: Store, rum: Product, gin: Product
) -> None:
    receive(store, rum, 1)
    receive(other_store, rum, 2)
    receive(other_store, gin, 3)
    assert {level["on_hand"] for level in levels(api)} == {1, 2, 3}
    assert {level["on_hand"] for level in levels(api, product=rum.pk)} == {1, 2}
    assert {level["on_hand"] for level in levels(api, store=other_store.pk)} == {2, 3}
    (both,) = levels(api, store=other_store.pk, product=gin.pk)
    assert (both["store"], both["product_id"], both["on_hand"]) == (other_store.pk, gin.pk, 3)
    assert levels(api, product=2**63 - 1) == levels(api, store=2**63 - 1) == []


def test_a_sale_is_seen_at_once_with_a_later_version(
    api: ApiClient, store: Store, rum: Product
) -> None:
    chips = make_snack(on_hand=5, store=store)
    (before,) = levels(api, product=chips.pk)
    assert sell(api, basket(chips)).status_code == 201
    (after,) = levels(api, product=chips.pk)
    assert (after["on_hand"], after["version"]) == (4, before["version"] + 1)


def test_pages_are_walked_without_loss(api: ApiClient, store: Store) -> None:
    for number in range(5):
        receive(store, make_product(f"P-{number}"), number + 1)
    seen, url = [], "?limit=2"
    while url:
        page = api.get("stock", **dict(parse_qsl(urlsplit(url).query))).json()
        seen.append([level["on_hand"] for level in page["results"]])
        url = page["next"]
    assert seen == [[1, 2], [3, 4], [5]]
    assert all(level.keys() == LEVEL_KEYS for level in page["results"])


def test_the_statements_of_a_page_do_not_grow_with_its_levels(api: ApiClient, store: Store) -> None:
    for number in range(50):
        receive(store, make_product(f"P-{number}"), 1)
    levels(api)  # the session is in memory from now on
    counts = []
    for limit in (1, 50):
        with CaptureQueriesContext(connection) as queries:
            assert len(levels(api, limit=limit)) == limit
        counts.append(len(queries))
    assert counts == [1, 1]


@pytest.mark.parametrize("role", Role)
def test_every_role_may_look(api: ApiClient, store: Store, rum: Product, role: Role) -> None:
    receive(store, rum, 1)
    assert len(levels(log_in(store, role))) == 1


@pytest.mark.parametrize(
    ("token", "code"), [(None, "token-required"), ("ths_stale", "token-invalid")]
)
def test_a_stranger_sees_nothing(db: None, token: str | None, code: str) -> None:
    response = api_client(token).get("stock")
    assert refusal(response) == (401, code)
    assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"product": "rum"}, "/product"),
        ({"product": "0"}, "/product"),
        ({"product": "-1"}, "/product"),
        ({"product": "1.5"}, "/product"),
        ({"product": str(2**63)}, "/product"),
        ({"product": "9" * 5000}, "/product"),
        ({"store": ""}, "/store"),
        ({"store": "\x00"}, "/store"),
        ({"limit": "0"}, "/limit"),
        ({"limit": "201"}, "/limit"),
        ({"cursor": "rubbish"}, "/cursor"),
        ({"cursor": "cD1ydW0="}, "/cursor"),
        ({"stores": "1"}, "/stores"),
    ],
)
def test_a_question_that_cannot_be_understood_is_refused(
    api: ApiClient, query: dict[str, str], pointer: str
) -> None:
    response = api.get("stock", **query)
    code = "unknown-field" if pointer == "/stores" else "validation-failed"
    assert refusal(response) == (400, code)
    assert pointers(response) == [pointer]
