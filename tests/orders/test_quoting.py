"""A quote writes nothing, and its prices hold for its order, its till and fifteen minutes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.catalog.gtin import check_digit, scale_code
from apps.orders.documents import describe_quote
from apps.orders.errors import PriceOverrideNeedsApproval
from apps.orders.services.promising import QUOTE_SECONDS
from apps.orders.services.quoting import quote_order
from tests.conftest import NOON
from tests.goods import basket, line_of, make_product, make_snack, set_price

from .sales import ask, count_rows, fresh, read, send

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from apps.orders.types import Quote
    from apps.stores.types import Till

HELD = timedelta(seconds=QUOTE_SECONDS)
TICK = timedelta(microseconds=1)
SOON = NOON + timedelta(minutes=1)
NIGHT = datetime(2026, 11, 23, 8, tzinfo=UTC)  # three in the morning in Florida


def quoted(till: Till, body: dict[str, Any], *, now: datetime = NOON) -> Quote:
    return quote_order(till=fresh(till), request=ask(body), now=now)


def test_a_quote_costs_what_the_sale_will_cost(till: Till, bourbon: Product) -> None:
    body = basket(line_of(bourbon, 2), make_snack())
    quote = describe_quote(ask(body).id, quoted(till, body), 0)
    order = read(send(till, body))
    for line in order["lines"]:
        del line["returned_quantity"], line["returned_cents"]
    assert quote.pop("cash_total_cents") == order["total_cents"]
    del quote["requires"], quote["warnings"]  # the sale warns of its stock
    assert {name: order[name] for name in quote} == quote


def test_a_tip_is_on_top_of_a_quote(bourbon: Product, till: Till) -> None:
    body = basket(bourbon, tip_cents=500)
    document = describe_quote(ask(body).id, quoted(till, body), 500)
    assert (document["tip_cents"], document["total_cents"]) == (500, 1999 + 140 + 500)


def test_a_quote_writes_nothing(till: Till, bourbon: Product) -> None:
    before, current, request = count_rows(), fresh(till), ask(basket(bourbon))
    with CaptureQueriesContext(connection) as captured:
        quote_order(till=current, request=request, now=NOON)
    assert [query["sql"] for query in captured if not query["sql"].startswith("SELECT")] == []
    assert count_rows() == before


def test_an_order_number_is_not_taken_by_a_quote(till: Till, bourbon: Product) -> None:
    quoted(till, basket(bourbon))
    assert read(send(till, basket(bourbon)))["number"].endswith("-0001")


# --- The promise ----------------------------------------------------------------------------------


def test_a_price_that_changes_after_the_quote_is_charged_as_quoted(
    till: Till, bourbon: Product
) -> None:
    body = basket(line_of(bourbon, 2))
    quoted(till, body)
    set_price(bourbon, 2999, SOON)
    order = read(send(till, body, now=SOON))
    assert order["lines"][0]["unit_price_cents"] == 1999
    (warning,) = order["warnings"]
    assert warning.pop("detail").startswith("The price of Bourbon has changed")
    assert warning == {
        "code": "price-changed",
        "product_id": bourbon.pk,
        "quoted_cents": 1999,
        "charged_cents": 1999,
        "price_cents": 2999,
    }


def test_a_price_that_has_not_changed_is_no_warning(till: Till, bourbon: Product) -> None:
    body = basket(bourbon)
    quoted(till, body)
    assert read(send(till, body, now=SOON))["warnings"] == []


@pytest.mark.parametrize(("waited", "price"), [(HELD - TICK, 1999), (HELD, 2999)])
def test_a_promise_holds_fifteen_minutes_and_no_longer(
    till: Till, bourbon: Product, waited: timedelta, price: int
) -> None:
    body = basket(bourbon)
    quoted(till, body)
    set_price(bourbon, 2999, SOON)
    order = read(send(till, body, now=NOON + waited))
    assert order["lines"][0]["unit_price_cents"] == price
    (warning,) = order["warnings"]
    assert (warning["quoted_cents"], warning["charged_cents"]) == (1999, price)


def test_a_later_quote_promises_the_later_price(till: Till, bourbon: Product) -> None:
    body = basket(bourbon)
    quoted(till, body)
    set_price(bourbon, 2999, SOON)
    quoted(till, body, now=SOON)
    order = read(send(till, body, now=SOON))
    assert (order["lines"][0]["unit_price_cents"], order["warnings"]) == (2999, [])


def test_the_promise_holds_at_every_till_of_the_store(
    till: Till, second_till: Till, bourbon: Product
) -> None:
    body = basket(bourbon)
    quoted(second_till, body)
    set_price(bourbon, 2999, SOON)
    assert read(send(till, body, now=SOON))["lines"][0]["unit_price_cents"] == 1999


def test_another_orders_quote_does_not_count(till: Till, bourbon: Product) -> None:
    quoted(till, basket(bourbon))
    set_price(bourbon, 2999, SOON)
    assert read(send(till, basket(bourbon), now=SOON))["lines"][0]["unit_price_cents"] == 2999


def test_what_is_added_after_the_quote_has_the_price_of_now(till: Till, bourbon: Product) -> None:
    gin, body = make_product("GIN-1"), basket(bourbon)
    quoted(till, body)
    for product in (bourbon, gin):
        set_price(product, 2999, SOON)
    body["lines"].append(line_of(gin))
    order = read(send(till, body, now=SOON))
    assert [line["unit_price_cents"] for line in order["lines"]] == [1999, 2999]


def test_a_price_of_ones_own_is_not_promised_by_a_quote(till: Till, bourbon: Product) -> None:
    body = basket(line_of(bourbon, unit_price_cents=1))
    quoted(till, body)
    with pytest.raises(PriceOverrideNeedsApproval):
        send(till, body)


def test_a_price_that_the_scale_has_made_is_no_promise(till: Till) -> None:
    cheese = make_snack("CHS-1", price_cents=100, barcodes=[(scale_code("200123"), 1)], on_hand=9)
    digits = "200123" + "0" + "0499"
    scan = {"id": str(uuid4()), "barcode": digits + check_digit(digits), "quantity": 1}
    body = basket(scan)
    quoted(till, body)
    set_price(cheese, 200, SOON)
    order = read(send(till, body, now=SOON))
    assert (order["lines"][0]["unit_price_cents"], order["warnings"]) == (499, [])


# --- What the sale will need ----------------------------------------------------------------------


def test_a_bottle_needs_an_age_and_lawful_hours(till: Till, bourbon: Product) -> None:
    assert requires(quoted(till, basket(bourbon))) == (21, True, [])
    assert requires(quoted(till, basket(bourbon), now=NIGHT)) == (21, False, [])


def test_a_bag_of_chips_needs_nothing(till: Till, chips: Product) -> None:
    assert requires(quoted(till, basket(chips), now=NIGHT)) == (0, True, [])


def test_another_price_needs_an_approval(till: Till, chips: Product) -> None:
    body = basket(line_of(chips, unit_price_cents=1), line_of(chips, unit_price_cents=2))
    assert requires(quoted(till, body)) == (0, True, ["override-price"])


def requires(quote: Quote) -> tuple[int, bool, list[str]]:
    needs = describe_quote(uuid4(), quote, 0)["requires"]
    return needs["minimum_age"], needs["selling_hours_ok"], needs["approvals"]
