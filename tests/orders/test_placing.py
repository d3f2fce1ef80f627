"""One sale is one transaction: order, lines, money, stock, audit and news, or nothing at all."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_subatomic.db import _MissingRequiredTransaction

from apps.core.audit_checks import find_broken_link
from apps.core.models import AuditEntry, OutboxEvent
from apps.inventory.models import StockBalance, StockMovement
from apps.inventory.selectors import find_ledger_drift
from apps.orders.models import Order, OrderLine
from apps.orders.selectors import find_unbalanced_orders
from apps.orders.services.placing import place_order
from apps.payments.models import Tender
from tests.conftest import NOON
from tests.goods import basket, line_of, make_product

from .sales import ask, booked, fresh, on_hand, read, send, sold

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from apps.stores.types import Till


# Two bottles at $19.99 under Broward's 6 + 1 percent (239.88 and 39.98 cents), and a bag at $1.99.
MONEY = {
    "subtotal_cents": 4197,
    "discount_cents": 0,
    "tax_cents": 280,
    "state_tax_cents": 240,
    "surtax_cents": 40,
    "tip_cents": 0,
    "gift_cards": [],
    "gift_cards_cents": 0,
    "total_cents": 4477,
    "change_cents": 523,
    "cash_rounding_cents": 0,
    "paid": True,
}
BOURBON_LINE = {
    "name": "Bourbon",
    "quantity": 2,
    "pack_size": 1,
    "unit_price_cents": 1999,
    "price_edition": "",
    "discount_cents": 0,
    "tax_cents": 280,
    "total_cents": 4278,
    "discounts": [],
    "modifiers": [],
    "note": "gift",
    "returned_quantity": 0,
    "returned_cents": 0,
}
CHIPS_LINE = {
    "name": "Chips",
    "quantity": 1,
    "pack_size": 1,
    "unit_price_cents": 199,
    "price_edition": "",
    "discount_cents": 0,
    "tax_cents": 0,
    "total_cents": 199,
    "discounts": [],
    "modifiers": [],
    "note": "",
    "returned_quantity": 0,
    "returned_cents": 0,
}
ORDER = {
    "number": "BRW-1-261122-0001",
    "status": "COMPLETED",
    "business_date": "2026-11-22",
    **MONEY,
    "tenders": [{"kind": "cash", "amount_cents": 5000, "payment_id": None}],
    "age_check": {"outcome": "accepted", "method": "typed"},
    "taken_at": None,
    "placed_at": "2026-11-22T17:00:00Z",
    "voided_at": None,
    "warnings": [],
}


def test_a_sale_answers_with_the_whole_order(till: Till, bourbon: Product, chips: Product) -> None:
    body = basket(line_of(bourbon, 2, note="gift"), chips, cash=5000)
    first, second = body["lines"]
    assert read(send(till, body)) == {
        **ORDER,
        "id": body["id"],
        "store": {"id": till.store.id, "code": "BRW", "name": "Broward Liquors"},
        "terminal": {"id": till.register.id, "number": 1, "name": "Till 1"},
        "customer_id": None,
        "tax_exemption": None,
        "points": None,
        "cashier": {"id": till.clerk.id, "name": "Ana"},
        "lines": [
            {"id": first["id"], "product_id": bourbon.pk, **BOURBON_LINE},
            {"id": second["id"], "product_id": chips.pk, **CHIPS_LINE},
        ],
    }


def test_the_books_answer_as_the_sale_did(till: Till, bourbon: Product, chips: Product) -> None:
    taken_at = "2026-11-22T16:59:58.123456Z"
    order = sold(till, line_of(bourbon, 2), chips, tip_cents=300, taken_at=taken_at)
    assert order["taken_at"] == taken_at
    assert booked(till, order["id"]) == order


def test_a_sale_takes_the_goods_off_the_shelf(till: Till, bourbon: Product, chips: Product) -> None:
    order = sold(till, line_of(bourbon, 2), chips)
    assert (on_hand(till, bourbon), on_hand(till, chips)) == (8, 9)
    movements = StockMovement.objects.filter(document_id=order["id"])
    assert set(movements.values_list("product", "quantity", "kind", "store", "actor_name")) == {
        (bourbon.pk, -2, "SALE", till.store.id, "Ana"),
        (chips.pk, -1, "SALE", till.store.id, "Ana"),
    }


def test_two_lines_of_one_product_are_one_movement(till: Till, bourbon: Product) -> None:
    order = sold(till, line_of(bourbon, 2), line_of(bourbon, 3))
    movement = StockMovement.objects.get(document_id=order["id"])
    assert (movement.quantity, on_hand(till, bourbon)) == (-5, 5)


def test_a_case_takes_its_bottles_off_the_shelf(till: Till, bourbon: Product) -> None:
    bourbon.barcodes.create(gtin="10619947000027", pack_size=6)
    line = {**line_of(bourbon), "barcode": "10619947000027"}
    del line["product_id"]
    order = sold(till, line, bourbon)
    assert on_hand(till, bourbon) == 10 - 7
    assert OrderLine.objects.get(pk=line["id"]).stock_units == 6
    assert order["subtotal_cents"] == 7 * 1999


def test_what_is_made_to_order_moves_no_stock(till: Till, bourbon: Product) -> None:
    coffee = make_product("COF-1", tracks_stock=False)
    sold(till, coffee)
    order = sold(till, coffee, bourbon)
    assert StockMovement.objects.get(document_id=order["id"]).product == bourbon
    assert not StockBalance.objects.filter(product=coffee).exists()
    assert list(find_unbalanced_orders()) == []


def test_money_is_kept_as_it_was_taken(till: Till, chips: Product) -> None:
    tenders = [{"kind": "cash", "amount_cents": 100}, {"kind": "cash", "amount_cents": 500}]
    order = sold(till, chips, tenders=tenders)
    kept = Tender.objects.filter(order=order["id"]).order_by("pk")
    assert list(kept.values_list("kind", "amount_cents", "payment_id", "at")) == [
        ("CASH", 100, None, NOON),
        ("CASH", 500, None, NOON),
    ]
    assert order["change_cents"] == 600 - 199


def test_a_tip_is_paid_and_not_taxed(till: Till, bourbon: Product) -> None:
    order = sold(till, bourbon, tip_cents=500, cash=5000)
    assert (order["tip_cents"], order["tax_cents"]) == (500, 140)
    assert (order["total_cents"], order["change_cents"]) == (2639, 2361)


def test_a_sale_of_nothing_needs_no_money(till: Till, store: Any) -> None:
    gift = make_product("GFT-1", price_cents=0)
    order = sold(till, gift, cash=None)
    assert (order["total_cents"], order["tenders"]) == (0, [])
    assert list(find_unbalanced_orders()) == []


def test_the_audit_of_the_terminal_says_who_sold_for_how_much(till: Till, bourbon: Product) -> None:
    order = sold(till, bourbon)
    entry = AuditEntry.objects.get(chain=f"terminal:{till.register.id}")
    assert (entry.action, entry.subject) == ("order.completed", f"order:{order['id']}")
    assert (entry.actor_kind, entry.actor_name, entry.at) == ("STAFF", "Ana", NOON)
    assert entry.facts == {"number": order["number"], "total_cents": 2139, "lines": 1}


def test_the_chain_of_a_terminal_holds_over_many_sales(till: Till, chips: Product) -> None:
    for _ in range(3):
        sold(till, chips)
    entries = AuditEntry.objects.filter(chain=till.scope).order_by("sequence")
    assert [entry.sequence for entry in entries] == [1, 2, 3]
    assert find_broken_link(till.scope) is None


def test_the_news_of_a_sale_is_the_order_as_it_was_answered(till: Till, bourbon: Product) -> None:
    order = sold(till, bourbon)
    event = OutboxEvent.objects.get(type="order.completed")
    assert (event.type, event.aggregate) == ("order.completed", f"order:{order['id']}")
    assert (event.version, event.occurred_at, event.relayed_at) == (1, NOON, None)
    assert event.payload == {
        "store": till.store.code,
        "store_id": till.store.id,
        "order": order,
        "skus": {str(bourbon.pk): bourbon.sku},
        "moved": {bourbon.sku: -1},
    }


def test_the_bottle_in_hand_is_sold_though_the_books_say_none_is_left(
    till: Till, bourbon: Product, chips: Product
) -> None:
    order = sold(till, line_of(bourbon, 11), chips)
    (warning,) = order["warnings"]
    assert warning.pop("detail") == "The books say -1 of Bourbon are left: count it."
    assert warning == {"code": "stock-negative", "product_id": bourbon.pk, "on_hand": -1}


def test_the_books_keep_every_warning_of_a_sale(
    till: Till, bourbon: Product, chips: Product
) -> None:
    order = sold(till, line_of(bourbon, 11), line_of(chips, 12))
    assert [warning["on_hand"] for warning in order["warnings"]] == [-1, -2]
    assert booked(till, order["id"]) == order


def test_only_a_warning_of_stock_costs_a_sale_one_more_statement(
    till: Till, bourbon: Product
) -> None:
    sold(till, bourbon)
    usual, warned = (statements_of(till, line_of(bourbon, units)) for units in (1, 99))
    assert warned - usual == 1


def statements_of(till: Till, line: dict[str, Any]) -> int:
    with CaptureQueriesContext(connection) as queries:
        sold(till, line)
    return len(queries)


def test_the_last_bottle_is_sold_without_a_word(till: Till, bourbon: Product) -> None:
    assert sold(till, line_of(bourbon, 10))["warnings"] == []


def test_after_any_sales_all_books_balance(till: Till, bourbon: Product, chips: Product) -> None:
    sold(till, line_of(bourbon, 3), chips, tip_cents=1)
    sold(till, chips, line_of(chips, 20))
    assert list(find_unbalanced_orders()) == list(find_ledger_drift()) == []


# --- Numbers and dates ----------------------------------------------------------------------------


def test_receipt_numbers_count_from_one_per_terminal(
    till: Till, second_till: Till, chips: Product
) -> None:
    tills = [till, till, second_till, till]
    assert [sold(seller, chips)["number"] for seller in tills] == [
        "BRW-1-261122-0001",
        "BRW-1-261122-0002",
        "BRW-2-261122-0001",
        "BRW-1-261122-0003",
    ]


# The store's day ends at four in the morning, which is nine in UTC.
LAST = datetime(2026, 11, 23, 8, 59, 59, 999_999, tzinfo=UTC)
FIRST = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.mark.parametrize(("now", "day"), [(LAST, date(2026, 11, 22)), (FIRST, date(2026, 11, 23))])
def test_a_sale_of_the_night_belongs_to_the_day_before(
    till: Till, chips: Product, now: datetime, day: date
) -> None:
    order = sold(till, chips, now=now)
    assert order["business_date"] == day.isoformat()
    assert Order.objects.get().business_date == day


def test_receipt_numbers_begin_anew_with_the_business_date(till: Till, chips: Product) -> None:
    sales = [sold(till, chips, now=now)["number"] for now in (NOON, LAST, FIRST)]
    assert sales == ["BRW-1-261122-0001", "BRW-1-261122-0002", "BRW-1-261123-0001"]


def test_an_order_is_placed_in_the_callers_transaction_only(till: Till, chips: Product) -> None:
    with pytest.raises(_MissingRequiredTransaction):
        place_order(till=fresh(till), request=ask(basket(chips)), now=NOON)
    assert not Order.objects.exists()
