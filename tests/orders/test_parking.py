"""A basket is put aside without document, money or price, and taken up once, in its own store."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from django_subatomic.db import transaction

from apps.core.audit_checks import find_broken_link
from apps.core.models import AuditEntry
from apps.inventory.models import StockMovement
from apps.orders.errors import (
    OrderExists,
    ParkedOrderExists,
    ParkedOrderResumed,
    ParkedOrderUnknown,
)
from apps.orders.models import Order, ParkedOrder
from apps.orders.selectors import list_parked
from apps.orders.services.parking import park_order, resume_order
from tests.conftest import NOON
from tests.factories import make_store, open_till
from tests.goods import basket, line_of, set_price

from .sales import read, send, voided

if TYPE_CHECKING:
    from datetime import datetime

    from apps.catalog.models import Product
    from apps.stores.types import Till

    type Body = dict[str, Any]

SOON = NOON + timedelta(minutes=5)
LATER = NOON + timedelta(minutes=10)


@pytest.fixture
def body(chips: Product) -> Body:
    basket_body: Body = basket(line_of(chips, 2, note="for the gentleman in the hat"))
    return basket_body


def park(till: Till, body: Body, *, now: datetime = NOON) -> Body:
    with transaction():
        return park_order(till=till, order_id=UUID(body["id"]), body=body, now=now)


def resume(till: Till, order_id: str, *, now: datetime = SOON) -> Body:
    with transaction():
        return resume_order(till=till, order_id=UUID(order_id), now=now)


def waiting(till: Till) -> list[str]:
    return [str(parked.pk) for parked in list_parked(store_id=till.store.id)]


def test_a_parked_basket_comes_back_as_it_was_put_aside(till: Till, body: Body) -> None:
    parked = park(till, body)
    assert (parked["parked_by"], parked["parked_at"], parked["resumed_at"]) == ("Ana", NOON, None)
    resumed = resume(till, body["id"])
    assert (resumed["resumed_at"], resumed["parked_at"]) == (SOON, NOON)
    assert resumed["order"] == parked["order"] == {"id": body["id"], "lines": body["lines"]}


def test_nothing_of_document_and_money_is_parked(till: Till, body: Body) -> None:
    assert {"age_check", "tenders"} <= body.keys()
    assert park(till, body)["order"].keys() == {"id", "lines"}
    assert ParkedOrder.objects.get().basket.keys() == {"id", "lines"}


def test_parking_sells_and_moves_nothing(till: Till, body: Body) -> None:
    moved = StockMovement.objects.count()
    park(till, body)
    assert (Order.objects.count(), StockMovement.objects.count()) == (0, moved)


def test_a_parked_basket_is_priced_when_it_is_sold(till: Till, chips: Product, body: Body) -> None:
    park(till, body)
    set_price(chips, 299, NOON + timedelta(minutes=1))
    resumed = resume(till, body["id"])["order"]
    money = {"tenders": [{"kind": "cash", "amount_cents": 1000}]}
    order = read(send(till, {**resumed, **money}, now=SOON))
    assert (order["id"], order["total_cents"]) == (body["id"], 598)


def test_a_basket_is_resumed_at_any_till_of_the_store(
    till: Till, second_till: Till, body: Body
) -> None:
    park(till, body)
    resume(second_till, body["id"])
    assert ParkedOrder.objects.get().resumed_by == "Ben"


def test_a_basket_is_resumed_once(till: Till, second_till: Till, body: Body) -> None:
    park(till, body)
    resume(second_till, body["id"])
    with pytest.raises(ParkedOrderResumed, match="Ben has taken it up"):
        resume(till, body["id"])
    assert ParkedOrder.objects.get().resumed_by == "Ben"


def test_another_store_does_not_see_a_parked_basket(till: Till, body: Body) -> None:
    park(till, body)
    elsewhere, _token = open_till(make_store("TWO"), code="eve", now=NOON)
    assert waiting(elsewhere) == []
    with pytest.raises(ParkedOrderUnknown):
        resume(elsewhere, body["id"])
    assert waiting(till) == [body["id"]]


def test_a_basket_that_was_never_parked_is_unknown(till: Till) -> None:
    with pytest.raises(ParkedOrderUnknown):
        resume(till, str(uuid4()))


def test_a_basket_that_is_parked_twice_waits_once(till: Till, body: Body) -> None:
    first = park(till, body)
    again = park(till, {**body, "tenders": [], "age_check": None}, now=SOON)
    assert again == first
    assert AuditEntry.objects.filter(action="order.parked").count() == 1


def test_another_basket_under_the_same_id_is_refused(
    till: Till, chips: Product, body: Body
) -> None:
    park(till, body)
    with pytest.raises(ParkedOrderExists) as refusal:
        park(till, {**body, "lines": [line_of(chips, 3)]})
    assert refusal.value.facts == {"id": body["id"]}
    assert ParkedOrder.objects.get().basket["lines"] == body["lines"]


def test_the_same_basket_parked_in_another_store_is_refused(till: Till, body: Body) -> None:
    park(till, body)
    elsewhere, _token = open_till(make_store("TWO"), code="eve", now=NOON)
    with pytest.raises(ParkedOrderExists):
        park(elsewhere, body)


# --- Parked again ---------------------------------------------------------------------------------


@pytest.mark.parametrize("more", [0, 1])
def test_a_resumed_basket_that_is_parked_again_waits_with_what_is_in_it_now(
    till: Till, second_till: Till, chips: Product, body: Body, more: int
) -> None:
    park(till, body)
    taken = resume(second_till, body["id"])["order"]
    taken["lines"] += [line_of(chips)] * more
    parked = park(second_till, taken, now=LATER)
    assert (parked["parked_by"], parked["parked_at"], parked["resumed_at"]) == ("Ben", LATER, None)
    assert parked["order"] == taken
    assert waiting(till) == [body["id"]]
    assert resume(till, body["id"])["order"] == taken


def test_a_basket_that_was_opened_again_is_refused_another(
    till: Till, chips: Product, body: Body
) -> None:
    park(till, body)
    resume(till, body["id"])
    park(till, body, now=SOON)
    with pytest.raises(ParkedOrderExists):
        park(till, {**body, "lines": [line_of(chips, 3)]}, now=LATER)
    assert (ParkedOrder.objects.get().basket["lines"], waiting(till)) == (
        body["lines"],
        [body["id"]],
    )


def test_another_store_does_not_open_a_resumed_basket_again(till: Till, body: Body) -> None:
    park(till, body)
    resume(till, body["id"])
    elsewhere, _token = open_till(make_store("TWO"), code="eve", now=NOON)
    with pytest.raises(ParkedOrderExists):
        park(elsewhere, body)
    assert (waiting(till), waiting(elsewhere)) == ([], [])


# --- Resumed again --------------------------------------------------------------------------------


def test_what_was_parked_anew_may_be_resumed_by_whoever_comes_first(
    till: Till, second_till: Till, body: Body
) -> None:
    park(till, body)
    resume(till, body["id"])
    park(till, body, now=SOON)
    assert resume(second_till, body["id"], now=LATER)["resumed_at"] == LATER
    with pytest.raises(ParkedOrderResumed, match="Ben has taken it up"):
        resume(till, body["id"], now=LATER)


# --- Sold -----------------------------------------------------------------------------------------


@pytest.fixture(params=["as it waits", "once it is resumed", "and voided"])
def sold_basket(request: Any, till: Till, lead_till: Till, body: Body) -> Body:
    """A basket that was parked and sold under its id, on one way or another."""
    park(till, body)
    if request.param != "as it waits":
        resume(till, body["id"])
    send(till, body)
    if request.param == "and voided":
        voided(lead_till, body["id"])
    return body


def test_what_was_sold_does_not_wait(till: Till, sold_basket: Body) -> None:
    assert waiting(till) == []


def test_what_was_sold_cannot_be_resumed(till: Till, sold_basket: Body) -> None:
    before = ParkedOrder.objects.values().get()
    with pytest.raises(ParkedOrderResumed, match="was sold"):
        resume(till, sold_basket["id"], now=LATER)
    assert ParkedOrder.objects.values().get() == before


def test_what_was_sold_cannot_be_parked(till: Till, chips: Product, sold_basket: Body) -> None:
    before = ParkedOrder.objects.values().get()
    for basket_again in (sold_basket, {**sold_basket, "lines": [line_of(chips)]}):
        with pytest.raises(OrderExists) as refusal:
            park(till, basket_again, now=LATER)
        assert refusal.value.facts == {"id": sold_basket["id"]}
    assert ParkedOrder.objects.values().get() == before


# --- Order and audit ------------------------------------------------------------------------------


def test_baskets_wait_oldest_first_until_they_are_resumed(till: Till, chips: Product) -> None:
    first, second, third = (basket(chips) for _ in range(3))
    park(till, second, now=SOON)
    park(till, first)
    park(till, third, now=SOON + timedelta(minutes=5))
    assert waiting(till) == [first["id"], second["id"], third["id"]]
    resume(till, second["id"])
    assert waiting(till) == [first["id"], third["id"]]


def test_parking_and_resuming_are_in_the_audit(till: Till, second_till: Till, body: Body) -> None:
    park(till, body)
    resume(second_till, body["id"])
    park(second_till, body, now=LATER)
    entries = AuditEntry.objects.filter(subject=f"parked:{body['id']}").order_by("pk")
    assert list(entries.values_list("action", "chain", "actor_name", "at")) == [
        ("order.parked", till.scope, "Ana", NOON),
        ("order.resumed", second_till.scope, "Ben", SOON),
        ("order.parked", second_till.scope, "Ben", LATER),
    ]
    assert find_broken_link(till.scope) is find_broken_link(second_till.scope) is None
