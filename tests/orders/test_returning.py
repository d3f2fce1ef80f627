"""Goods of a sale that stands are taken back on any day: never more than was sold, to the cent."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from apps.core.audit_checks import find_broken_link
from apps.core.models import AuditEntry, OutboxEvent
from apps.inventory.models import StockMovement
from apps.inventory.selectors import find_ledger_drift
from apps.orders.models import OrderLine, Return
from apps.orders.selectors import find_unbalanced_orders
from apps.payments.models import Tender
from tests.conftest import NOON
from tests.goods import line_of, make_product

from .returns import cash, some_of, take_back
from .sales import on_hand, sold

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from apps.stores.types import Till

TOMORROW = NOON + timedelta(days=1)
LINE = {
    "name": "Bourbon",
    "quantity": 1,
    "restock": True,
    "stock_units": 1,
    "tax_cents": 140,
    "total_cents": 2139,
}
ANSWER = {
    "cash_rounding_cents": 0,
    "business_date": "2026-11-23",
    "reason": "corked",
    "tax_cents": 140,
    "total_cents": 2139,
    "tenders": [{"kind": "cash", "amount_cents": -2139, "payment_id": None}],
    "refunds": [],
    "returned_at": "2026-11-23T17:00:00Z",
}


def assert_books_are_whole() -> None:
    assert [*find_unbalanced_orders(), *find_ledger_drift()] == []


def test_what_can_be_sold_again_goes_back_on_the_shelf(
    till: Till, lead_till: Till, bourbon: Product
) -> None:
    order = sold(till, line_of(bourbon, 3))
    take_back(lead_till, order, some_of(order, 2))
    assert on_hand(till, bourbon) == 9
    (movement,) = StockMovement.objects.filter(document_id=order["id"], kind="RETURN")
    assert (movement.quantity, movement.reason, movement.actor_name) == (2, "corked", "Lea")
    assert_books_are_whole()


def test_what_cannot_be_sold_again_stays_off_the_shelf(
    till: Till, lead_till: Till, bourbon: Product
) -> None:
    order = sold(till, line_of(bourbon, 3))
    given = take_back(lead_till, order, some_of(order, 2, restock=False))
    assert on_hand(till, bourbon) == 7
    assert (given["lines"][0]["restock"], given["lines"][0]["stock_units"]) == (False, 0)
    assert_books_are_whole()


def test_a_case_goes_back_by_its_bottles(till: Till, lead_till: Till, bourbon: Product) -> None:
    bourbon.barcodes.create(gtin="10619947000027", pack_size=6)
    order = sold(till, {"id": str(uuid4()), "barcode": "10619947000027", "quantity": 2})
    given = take_back(lead_till, order, some_of(order, 1))
    assert given["lines"][0]["stock_units"] == 6
    assert on_hand(till, bourbon) == 4
    assert_books_are_whole()


def test_what_is_made_to_order_moves_no_stock(till: Till, lead_till: Till) -> None:
    order = sold(till, make_product("COF-1", tracks_stock=False))
    assert take_back(lead_till, order)["lines"][0]["stock_units"] == 0
    assert not StockMovement.objects.exists()
    assert_books_are_whole()


def test_two_lines_of_one_product_go_back_together(
    till: Till, lead_till: Till, bourbon: Product
) -> None:
    order = sold(till, line_of(bourbon, 2), line_of(bourbon, 3))
    take_back(lead_till, order, some_of(order, 1), some_of(order, 2, line=1))
    assert on_hand(till, bourbon) == 8
    assert_books_are_whole()


def test_the_money_goes_back_as_a_tender_of_its_own(
    till: Till, lead_till: Till, bourbon: Product
) -> None:
    order = sold(till, line_of(bourbon, 2), cash=5000)
    given = take_back(lead_till, order, some_of(order), now=TOMORROW)
    back = Tender.objects.get(return_id=given["id"])
    assert (back.kind, back.amount_cents, back.at) == ("CASH", -2139, TOMORROW)
    assert_books_are_whole()


def test_a_return_is_answered_with_all_that_it_did(
    till: Till, lead_till: Till, bourbon: Product
) -> None:
    order = sold(till, line_of(bourbon, 2))
    given = take_back(lead_till, order, some_of(order), now=TOMORROW)
    assert given == {
        **ANSWER,
        "id": str(Return.objects.get().pk),
        "order_id": order["id"],
        "number": order["number"],
        "cashier": {"id": lead_till.clerk.id, "name": "Lea"},
        "lines": [{**LINE, "line_id": order["lines"][0]["id"], "product_id": bourbon.pk}],
    }


def test_bottle_by_bottle_comes_back_to_what_was_paid_to_the_cent(
    till: Till, lead_till: Till, bourbon: Product
) -> None:
    order = sold(till, line_of(bourbon, 9))  # $12.59 of tax, which nine do not share evenly
    given = [take_back(lead_till, order, some_of(order)) for _ in range(9)]
    assert sum(one["total_cents"] for one in given) == order["total_cents"]
    assert sum(one["tax_cents"] for one in given) == order["tax_cents"]
    assert {one["tax_cents"] for one in given} == {139, 140}
    line = OrderLine.objects.get()
    assert (line.returned_quantity, line.returned_cents) == (9, line.total_cents)
    assert_books_are_whole()


def test_a_tip_does_not_go_back(till: Till, lead_till: Till, bourbon: Product) -> None:
    order = sold(till, bourbon, tip_cents=300)
    assert take_back(lead_till, order)["total_cents"] == 2139
    assert_books_are_whole()


def test_what_cost_nothing_comes_back_for_nothing(till: Till, lead_till: Till) -> None:
    order = sold(till, make_product("GFT-1", price_cents=0), cash=None)
    given = take_back(lead_till, order)
    assert (given["total_cents"], given["tenders"]) == (0, [])
    assert_books_are_whole()


def test_a_return_is_in_the_audit_of_the_terminal_that_took_it(
    till: Till, lead_till: Till, chips: Product
) -> None:
    order = sold(till, chips)
    given = take_back(lead_till, order, now=TOMORROW)
    entry = AuditEntry.objects.get(chain=lead_till.scope)
    assert (entry.action, entry.subject, entry.at) == (
        "order.returned",
        f"return:{given['id']}",
        TOMORROW,
    )
    assert entry.facts == {
        "order": order["id"],
        "number": order["number"],
        "total_cents": 199,
        "reason": "corked",
        "approved_by": "",
    }
    assert find_broken_link(lead_till.scope) is None


def test_the_news_of_a_return_goes_out(till: Till, lead_till: Till, chips: Product) -> None:
    order = sold(till, chips)
    given = take_back(lead_till, order)
    event = OutboxEvent.objects.get(type="return.completed")
    assert (event.aggregate, event.occurred_at) == (f"order:{order['id']}", NOON)
    assert event.payload == {
        "store": till.store.code,
        "store_id": till.store.id,
        "returned": given,
        "skus": {str(chips.pk): chips.sku},
        "moved": {chips.sku: 1},
    }


def test_the_same_return_sent_again_is_answered_as_it_stands(
    till: Till, lead_till: Till, chips: Product
) -> None:
    order = sold(till, line_of(chips, 5))
    key, money = str(uuid4()), [cash(199)]
    first = take_back(lead_till, order, some_of(order), id=key, refund_to=money)
    assert take_back(lead_till, order, some_of(order), id=key, refund_to=money) == first
    assert (Return.objects.count(), on_hand(till, chips)) == (1, 6)
