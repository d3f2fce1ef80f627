"""A basket is sold once: per key, per order id and per terminal, whatever is sent again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.errors import IdempotencyKeyReused
from apps.core.models import IdempotencyRecord
from apps.orders.errors import OrderExists, OutsideSellingHours
from apps.orders.models import Order
from apps.orders.services.selling import sell
from tests.conftest import NOON
from tests.goods import basket, line_of, make_product

from .sales import ask, count_rows, fresh, keyed, on_hand, read, send, sold, voided

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from apps.stores.types import Till

    type Body = dict[str, object]

KEY = "till-1-0001"
LATER = NOON + timedelta(minutes=5)
NIGHT = datetime(2026, 11, 23, 5, 30, tzinfo=UTC)  # half past midnight in Florida


def test_a_sale_answers_201_and_is_stored_under_its_key(till: Till, chips: Product) -> None:
    answer = send(till, basket(chips), key=KEY)
    stored = IdempotencyRecord.objects.get(key=KEY)
    assert (answer.status, answer.is_replay) == (201, False)
    assert (stored.scope, stored.status) == (f"terminal:{till.register.id}", 201)
    assert stored.body.encode() == answer.body


def test_the_same_key_gets_the_same_answer_byte_for_byte(till: Till, chips: Product) -> None:
    body = basket(chips)
    first = send(till, body, key=KEY)
    rows = count_rows()
    again = send(till, body, key=KEY, now=LATER)
    assert (again.status, again.body, again.is_replay) == (201, first.body, True)
    assert (count_rows(), on_hand(till, chips)) == (rows, 9)


def test_the_same_key_is_not_good_for_another_basket(till: Till, chips: Product) -> None:
    send(till, basket(chips), key=KEY)
    with pytest.raises(IdempotencyKeyReused):
        send(till, basket(chips), key=KEY)
    assert Order.objects.count() == 1


def test_a_refused_sale_leaves_its_key_free(till: Till, bourbon: Product) -> None:
    with pytest.raises(OutsideSellingHours):
        send(till, basket(bourbon), key=KEY, now=NIGHT)
    assert not send(till, basket(bourbon), key=KEY).is_replay


def test_one_key_at_two_terminals_is_two_sales(
    till: Till, second_till: Till, chips: Product
) -> None:
    answers = [send(seller, basket(chips), key=KEY) for seller in (till, second_till)]
    assert [answer.is_replay for answer in answers] == [False, False]
    assert Order.objects.count() == 2


def test_the_same_order_under_a_new_key_is_answered_as_it_stands(
    till: Till, chips: Product
) -> None:
    body = basket(chips)
    first, rows = send(till, body), count_rows()
    again = send(till, body, now=LATER)
    assert (again.status, again.is_replay) == (201, True)
    assert read(again) == read(first)
    assert count_rows() == rows
    assert sold(till, chips)["number"].endswith("-0002")


def test_an_order_that_was_voided_since_is_answered_as_voided(
    till: Till, lead_till: Till, chips: Product
) -> None:
    body = basket(chips)
    send(till, body)
    voided(lead_till, body["id"])
    assert read(send(till, body))["status"] == "VOIDED"


def test_an_order_that_was_sold_is_answered_though_it_could_not_be_sold_now(
    till: Till, bourbon: Product
) -> None:
    body = basket(bourbon)
    first = send(till, body)
    assert read(send(till, body, now=NIGHT)) == read(first)


def test_the_document_may_be_read_again_under_a_new_key(till: Till, bourbon: Product) -> None:
    body = basket(bourbon)
    send(till, body)
    again = {**body, "age_check": {**body["age_check"], "date_of_birth": "1970-12-31"}}
    assert send(till, again).is_replay


# --- Ids that are taken ---------------------------------------------------------------------------


def refuse(till: Till, body: Body) -> None:
    """Try a sale whose ids are taken: it is refused, writes nothing and takes no number."""
    rows = count_rows()
    with pytest.raises(OrderExists) as refusal:
        send(till, body)
    assert refusal.value.facts == {"id": body["id"]}
    assert count_rows() == rows


def test_an_order_id_is_not_good_for_another_basket(till: Till, chips: Product) -> None:
    body = basket(chips)
    send(till, body)
    refuse(till, {**body, "lines": [line_of(chips, 2)]})
    refuse(till, {**body, "tip_cents": 1})
    assert sold(till, chips)["number"].endswith("-0002")


def test_an_order_id_of_another_terminal_is_refused(
    till: Till, second_till: Till, chips: Product
) -> None:
    body = basket(chips)
    send(till, body)
    refuse(second_till, body)


def test_a_line_id_of_another_order_is_refused(till: Till, chips: Product) -> None:
    line = line_of(chips)
    send(till, basket(line))
    refuse(till, basket(chips, line))
    assert sold(till, chips)["number"].endswith("-0002")


# --- Statements -----------------------------------------------------------------------------------

FRAME = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")


def count_statements(till: Till, *products: Product) -> int:
    """How many statements a sale sends, apart from those that frame its transaction."""
    body, current = basket(*products), fresh(till)
    request, under = ask(body), keyed(till, body)
    with CaptureQueriesContext(connection) as captured:
        sell(till=current, request=request, keyed=under, now=NOON)
    return sum(not query["sql"].startswith(FRAME) for query in captured)


def test_a_sale_of_fifty_products_sends_as_many_statements_as_a_sale_of_one(
    till: Till,
) -> None:
    products = [make_product(f"BRB-{number}", on_hand=9) for number in range(50)]
    sold(till, *products)  # the process is warm from here on
    assert count_statements(till, *products[:1]) == count_statements(till, *products) <= 14


def test_a_sale_of_what_this_process_never_saw_costs_one_statement_more(
    till: Till, chips: Product
) -> None:
    sold(till, chips)
    known = count_statements(till, chips)
    news = [make_product(f"BRB-{number}", on_hand=9) for number in range(5)]
    sold(till, chips)
    assert count_statements(till, *news) == known + 1


def test_a_replay_asks_for_nothing_but_its_answer(till: Till, chips: Product) -> None:
    body = basket(chips)
    send(till, body, key=KEY)
    current, request, under = fresh(till), ask(body), keyed(till, body, KEY)
    with CaptureQueriesContext(connection) as captured:
        sell(till=current, request=request, keyed=under, now=NOON)
    asked = [query["sql"] for query in captured if not query["sql"].startswith(FRAME)]
    assert [sql for sql in asked if "idempotency" not in sql and "advisory" not in sql] == []
    # PostgreSQL is asked for the key's lock as well; SQLite has one writer at a time.
    assert len(asked) == (2 if connection.vendor == "postgresql" else 1)
