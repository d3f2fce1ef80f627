"""Parking: POST orders/park, GET orders/parked, POST orders/parked/{id}/resume."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.inventory.models import StockMovement
from apps.orders.models import Order
from apps.stores.types import Role
from tests.factories import api_client, open_till
from tests.goods import ADULT, basket, line_of
from tests.orders.sales import count_rows

from .wire import log_in, pointers, refusal, sold, without

if TYPE_CHECKING:
    import time_machine

    from apps.catalog.models import Product
    from apps.stores.models import Store
    from tests.factories import ApiClient

NOBODYS = "0197c0de-0000-4000-8000-00000000dead"
PARKED_KEYS = {"id", "parked_at", "parked_by", "resumed_at", "order"}


def park(api: ApiClient, *lines: Product | dict[str, Any], **fields: Any) -> dict[str, Any]:
    """What comes of parking a basket of these."""
    response = api.post("orders/park", basket(*lines, **fields))
    assert response.status_code == 201, response.content
    parked: dict[str, Any] = response.json()
    return parked


def waiting(api: ApiClient, **query: str) -> list[str]:
    """The ids of the baskets that wait, in order."""
    return [parked["id"] for parked in api.get("orders/parked", **query).json()["results"]]


# --- Parking --------------------------------------------------------------------------------------


def test_a_basket_is_put_aside_as_it_was_sent(api: ApiClient, bourbon: Product) -> None:
    body = without(basket(bourbon, tip_cents=3), "tenders", "age_check")
    response = api.post("orders/park", body)
    assert response.status_code == 201
    assert response.headers["Cache-Control"] == "no-store"
    assert response.json() == {
        "id": body["id"],
        "parked_at": "2026-11-22T17:00:00Z",
        "parked_by": "Ana",
        "resumed_at": None,
        "order": body,
    }


def test_neither_money_nor_document_is_kept(api: ApiClient, bourbon: Product) -> None:
    parked = park(api, bourbon, age_check=ADULT)
    assert parked["order"].keys() == {"id", "lines"}
    assert waiting(api) == [parked["id"]]
    assert b"1980-01-01" not in api.get("orders/parked").content


def test_a_parked_basket_is_no_sale(api: ApiClient, bourbon: Product) -> None:
    moved = StockMovement.objects.count()
    park(api, bourbon)
    assert Order.objects.count() == 0
    assert StockMovement.objects.count() == moved


def test_a_basket_parked_again_is_parked_once(
    api: ApiClient, chips: Product, clock: time_machine.Traveller
) -> None:
    body = basket(chips)
    first = api.post("orders/park", body)
    before = count_rows()
    clock.shift(timedelta(minutes=1))
    again = api.post("orders/park", body)
    assert (again.status_code, again.json()) == (201, first.json())
    assert count_rows() == before


def test_another_basket_under_the_same_id_is_refused(api: ApiClient, chips: Product) -> None:
    parked = park(api, chips)
    before = count_rows()
    response = api.post("orders/park", basket(chips, id=parked["id"]))
    assert refusal(response) == (409, "parked-order-exists")
    assert response.json()["id"] == parked["id"]
    assert count_rows() == before


def test_the_same_basket_of_another_store_is_another(
    api: ApiClient, other_store: Store, chips: Product
) -> None:
    body = basket(chips)
    api.post("orders/park", body)
    elsewhere = api_client(open_till(other_store, code="eva")[1])
    assert refusal(elsewhere.post("orders/park", body)) == (409, "parked-order-exists")


@pytest.mark.parametrize(
    ("fields", "pointer"), [({"lines": []}, "/lines"), ({"id": "1"}, "/id"), ({"nte": ""}, "/nte")]
)
def test_what_is_no_basket_cannot_be_parked(
    api: ApiClient, chips: Product, fields: dict[str, Any], pointer: str
) -> None:
    before = count_rows()
    response = api.post("orders/park", basket(chips, **fields))
    assert refusal(response)[0] == 400
    assert pointers(response)[0].startswith(pointer)
    assert count_rows() == before


def test_a_basket_that_was_resumed_is_parked_again_with_one_line_more(
    api: ApiClient, second_api: ApiClient, chips: Product, clock: time_machine.Traveller
) -> None:
    body = park(api, chips)["order"]
    api.post(f"orders/parked/{body['id']}/resume")
    clock.shift(timedelta(minutes=1))
    more = {**body, "lines": [*body["lines"], line_of(chips)]}
    again = api.post("orders/park", more)
    assert again.status_code == 201
    assert (again.json()["parked_at"], again.json()["resumed_at"]) == ("2026-11-22T17:01:00Z", None)
    assert again.json()["order"] == more
    assert waiting(second_api) == [body["id"]]


# --- Waiting --------------------------------------------------------------------------------------


def test_the_basket_that_waits_longest_comes_first(
    api: ApiClient, second_api: ApiClient, chips: Product, clock: time_machine.Traveller
) -> None:
    ids = []
    for till in (api, second_api, api):
        ids.append(park(till, chips)["id"])
        clock.shift(timedelta(seconds=1))
    assert waiting(api) == waiting(second_api) == ids


def test_the_list_is_paged(api: ApiClient, chips: Product, clock: time_machine.Traveller) -> None:
    for _ in range(3):
        park(api, chips)
        clock.shift(timedelta(seconds=1))
    page = api.get("orders/parked", limit="2").json()
    assert page.keys() == {"results", "next", "previous"}
    assert {key for row in page["results"] for key in row} == PARKED_KEYS
    assert len(waiting(api, **dict(parse_qsl(urlsplit(page["next"]).query)))) == 1


def test_baskets_of_another_store_do_not_wait_here(
    api: ApiClient, other_store: Store, chips: Product
) -> None:
    parked = park(api, chips)
    elsewhere = api_client(open_till(other_store, Role.OWNER, code="eva")[1])
    assert waiting(elsewhere) == []
    response = elsewhere.post(f"orders/parked/{parked['id']}/resume")
    assert refusal(response) == (404, "parked-order-unknown")


def test_a_question_that_the_list_does_not_know_is_refused(api: ApiClient) -> None:
    response = api.get("orders/parked", serach="ana")
    assert refusal(response) == (400, "unknown-field")


def test_the_statements_of_the_list_do_not_grow_with_its_baskets(
    api: ApiClient, chips: Product
) -> None:
    for _ in range(10):
        park(api, chips)
    waiting(api)
    counts = set()
    for limit in ("1", "10"):
        with CaptureQueriesContext(connection) as queries:
            waiting(api, limit=limit)
        counts.add(len(queries))
    assert len(counts) == 1


# --- Resuming -------------------------------------------------------------------------------------


def test_a_basket_parked_at_one_till_is_resumed_at_another(
    api: ApiClient, second_api: ApiClient, chips: Product, clock: time_machine.Traveller
) -> None:
    parked = park(api, chips)
    clock.shift(timedelta(minutes=10))
    response = second_api.post(f"orders/parked/{parked['id']}/resume")
    assert response.status_code == 200
    assert response.json() == {**parked, "resumed_at": "2026-11-22T17:10:00Z"}
    assert waiting(api) == []


def test_a_basket_is_resumed_once(api: ApiClient, second_api: ApiClient, chips: Product) -> None:
    path = f"orders/parked/{park(api, chips)['id']}/resume"
    second_api.post(path)
    before = count_rows()
    response = api.post(path)
    assert refusal(response) == (409, "parked-order-resumed")
    assert "Ben" in response.json()["detail"]
    assert count_rows() == before


def test_a_basket_that_nobody_parked_cannot_be_resumed(api: ApiClient) -> None:
    response = api.post(f"orders/parked/{NOBODYS}/resume")
    assert refusal(response) == (404, "parked-order-unknown")


def test_a_resumed_basket_is_sold_under_its_own_id(
    api: ApiClient, second_api: ApiClient, bourbon: Product
) -> None:
    parked = park(api, bourbon)
    basket_again = second_api.post(f"orders/parked/{parked['id']}/resume").json()["order"]
    money = {"tenders": [{"kind": "cash", "amount_cents": 5000}], "age_check": ADULT}
    order = sold(second_api, **{**basket_again, **money})
    assert (order["id"], order["total_cents"]) == (parked["id"], 2139)
    assert refusal(second_api.post(f"orders/parked/{order['id']}/resume"))[0] == 409


def test_a_resume_whose_answer_was_lost_is_answered_again_byte_for_byte(
    api: ApiClient, second_api: ApiClient, chips: Product, clock: time_machine.Traveller
) -> None:
    path = f"orders/parked/{park(api, chips)['id']}/resume"
    lost = second_api.post(path, key="resume-1")
    before = count_rows()
    clock.shift(timedelta(seconds=20))
    again = second_api.post(path, key="resume-1")
    assert (again.status_code, again.content) == (200, lost.content)
    assert refusal(second_api.post(path, key="resume-2")) == (409, "parked-order-resumed")
    assert count_rows() == before


def test_what_is_sold_as_it_waits_is_neither_listed_nor_resumed_nor_parked(
    api: ApiClient, second_api: ApiClient, bourbon: Product
) -> None:
    parked = park(api, bourbon)
    body = basket(**parked["order"])
    assert sold(api, **parked["order"])["id"] == parked["id"]
    before = count_rows()
    assert waiting(api) == []
    path = f"orders/parked/{parked['id']}/resume"
    assert refusal(second_api.post(path)) == (409, "parked-order-resumed")
    assert refusal(second_api.post("orders/park", body)) == (409, "order-exists")
    assert count_rows() == before


# --- Who ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role)
def test_whoever_sells_may_park_and_resume(
    api: ApiClient, store: Store, chips: Product, role: Role
) -> None:
    parked, somebody = park(api, chips), log_in(store, role)
    answers = [
        somebody.post("orders/park", basket(chips)),
        somebody.get("orders/parked"),
        somebody.post(f"orders/parked/{parked['id']}/resume"),
    ]
    statuses = [answer.status_code for answer in answers]
    assert statuses == ([403] * 3 if role is Role.AUDITOR else [201, 200, 200])


@pytest.mark.parametrize("path", ["orders/park", f"orders/parked/{NOBODYS}/resume"])
def test_a_stranger_parks_and_resumes_nothing(db: None, path: str) -> None:
    response = api_client().post(path, basket({"id": str(uuid4()), "product_id": 1, "quantity": 1}))
    assert refusal(response) == (401, "token-required")
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert refusal(api_client().get("orders/parked")) == (401, "token-required")
