"""The books check themselves: an order that does not add up is found and named, and no other."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.inventory.models import StockMovement
from apps.orders.models import Order, OrderLine, ReceiptCounter
from apps.orders.selectors import find_unbalanced_orders
from apps.payments.models import Tender
from tests.conftest import NOON
from tests.factories import make_store
from tests.goods import line_of, make_product

from .sales import sold, voided

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from apps.stores.types import Till

LINES = "its lines do not add up to its total"
TENDERS = "its tenders do not cover it"
MOVEMENTS = "its stock movements are not its lines"


@pytest.fixture
def order(till: Till, lead_till: Till, bourbon: Product, chips: Product) -> dict[str, Any]:
    """A sale with two lines and a tip, between another sale and a voided one."""
    sold(till, bourbon)
    voided(lead_till, sold(till, line_of(chips, 2), tip_cents=50)["id"])
    return sold(till, line_of(bourbon, 2), chips, tip_cents=100, cash=6000)


def found() -> list[str]:
    return list(find_unbalanced_orders())


def plant(sql: str, *parameters: int) -> None:
    """Change a row behind the back of everything."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        assert cursor.rowcount == 1


def test_books_that_balance_have_no_fault(order: dict[str, Any]) -> None:
    assert found() == []


def test_a_line_that_was_changed_is_found(order: dict[str, Any]) -> None:
    line = OrderLine.objects.filter(order=order["id"]).earliest("position")
    OrderLine.objects.filter(pk=line.pk).update(
        total_cents=line.total_cents - 1, tax_cents=line.tax_cents - 1
    )
    assert found() == [f"order {order['number']}: {LINES}"]


def test_a_line_that_was_removed_is_found_by_money_and_by_stock(order: dict[str, Any]) -> None:
    OrderLine.objects.filter(order=order["id"]).latest("position").delete()
    assert found() == [f"order {order['number']}: {why}" for why in (LINES, MOVEMENTS)]


def test_an_order_without_any_line_is_found(order: dict[str, Any]) -> None:
    OrderLine.objects.filter(order=order["id"]).delete()
    assert f"order {order['number']}: {LINES}" in found()


def test_a_tender_that_was_removed_is_found(order: dict[str, Any]) -> None:
    Tender.objects.filter(order=order["id"]).delete()
    assert found() == [f"order {order['number']}: {TENDERS}"]


def test_a_tender_that_was_changed_is_found(order: dict[str, Any]) -> None:
    Tender.objects.filter(order=order["id"]).update(amount_cents=5999)
    assert found() == [f"order {order['number']}: {TENDERS}"]


def test_a_void_that_handed_nothing_back_is_found(order: dict[str, Any], lead_till: Till) -> None:
    voided(lead_till, order["id"])
    Tender.objects.filter(order=order["id"], amount_cents__lt=0).delete()
    assert found() == [f"order {order['number']}: {TENDERS}"]


def test_a_movement_that_is_missing_is_found(order: dict[str, Any]) -> None:
    movement = StockMovement.objects.filter(document_id=order["id"]).earliest("pk")
    plant("DELETE FROM inventory_stockmovement WHERE id = %s", movement.pk)
    assert found() == [f"order {order['number']}: {MOVEMENTS}"]


def test_a_void_whose_goods_did_not_come_back_is_found(
    order: dict[str, Any], lead_till: Till
) -> None:
    voided(lead_till, order["id"])
    back = StockMovement.objects.filter(document_id=order["id"], kind="VOID").earliest("pk")
    plant("DELETE FROM inventory_stockmovement WHERE id = %s", back.pk)
    assert found() == [f"order {order['number']}: {MOVEMENTS}"]


def test_a_movement_of_another_product_than_was_sold_is_found(order: dict[str, Any]) -> None:
    other = make_product("GIN-1")
    movement = StockMovement.objects.filter(document_id=order["id"]).earliest("pk")
    plant("UPDATE inventory_stockmovement SET product_id = %s WHERE id = %s", other.pk, movement.pk)
    assert found() == [f"order {order['number']}: {MOVEMENTS}"]


def test_a_movement_in_another_store_than_the_orders_is_found(order: dict[str, Any]) -> None:
    elsewhere = make_store("TWO")
    movement = StockMovement.objects.filter(document_id=order["id"]).earliest("pk")
    plant(
        "UPDATE inventory_stockmovement SET store_id = %s WHERE id = %s", elsewhere.pk, movement.pk
    )
    assert found() == [f"order {order['number']}: {MOVEMENTS}"]


# --- What is not there any more -------------------------------------------------------------------

TILL = "store BRW, till 1, 2026-11-22"
GONE = "goods were moved for it, but it is not in the books"


def vanish(order: dict[str, Any]) -> None:
    """Delete an order with its lines and tenders, as somebody with the database at hand could."""
    OrderLine.objects.filter(order=order["id"]).delete()
    Tender.objects.filter(order=order["id"]).delete()
    Order.objects.filter(pk=order["id"]).delete()


def test_an_order_that_vanished_is_found_by_its_movements_and_its_number(
    order: dict[str, Any],
) -> None:
    vanish(order)
    assert found() == [
        f"order {order['id']}: {GONE}",
        f"{TILL}: receipts counted 3, orders in the books 2, numbered 1 to 2",
    ]


def test_a_voided_order_that_vanished_is_found(order: dict[str, Any]) -> None:
    voided_order = {"id": str(Order.objects.get(status="VOIDED").pk)}
    vanish(voided_order)
    assert found() == [
        f"order {voided_order['id']}: {GONE}",
        f"{TILL}: receipts counted 3, orders in the books 2, numbered 1 to 3",
    ]


def test_an_order_without_stock_that_vanished_is_found_by_its_number(till: Till) -> None:
    coffee = make_product("COF-1", tracks_stock=False)
    vanish(sold(till, coffee))
    assert found() == [f"{TILL}: receipts counted 1, orders in the books 0"]


def test_movements_of_other_papers_need_no_order(till: Till, bourbon: Product) -> None:
    kinds = StockMovement.objects.values_list("kind", flat=True)
    assert list(kinds) == ["RECEIPT"]
    assert found() == []


@pytest.mark.parametrize("says", [2, 4])
def test_a_counter_that_does_not_say_the_last_number_is_found(
    order: dict[str, Any], says: int
) -> None:
    ReceiptCounter.objects.update(last_number=says)
    assert found() == [f"{TILL}: receipts counted {says}, orders in the books 3, numbered 1 to 3"]


def test_a_counter_that_is_gone_is_found(order: dict[str, Any]) -> None:
    ReceiptCounter.objects.all().delete()
    assert found() == [f"{TILL}: receipts counted 0, orders in the books 3, numbered 1 to 3"]


@pytest.mark.parametrize("number", [0, 4, 9])
def test_a_number_that_was_changed_is_found(order: dict[str, Any], number: int) -> None:
    Order.objects.filter(pk=order["id"]).update(sequence=number)
    span = "0 to 2" if number == 0 else f"1 to {number}"
    assert found() == [f"{TILL}: receipts counted 3, orders in the books 3, numbered {span}"]


def test_numbers_are_counted_per_till_and_business_date(
    order: dict[str, Any], till: Till, second_till: Till, chips: Product
) -> None:
    tomorrow = NOON + timedelta(days=1)
    for seller in (till, second_till):
        for now in (NOON, tomorrow):
            sold(seller, chips, now=now)
    assert found() == []
    ReceiptCounter.objects.filter(
        terminal=second_till.register.id, business_date="2026-11-23"
    ).update(last_number=2)
    fault = "receipts counted 2, orders in the books 1, numbered 1 to 1"
    assert found() == [f"store BRW, till 2, 2026-11-23: {fault}"]


def test_a_counter_that_was_never_used_is_no_fault(till: Till) -> None:
    ReceiptCounter.objects.create(terminal_id=till.register.id, business_date="2026-11-22")
    assert found() == []


def test_the_statements_of_the_check_do_not_grow_with_what_it_finds(
    till: Till, chips: Product
) -> None:
    counts = set()
    for sales in (1, 5):
        for sale in [sold(till, chips) for _ in range(sales)]:
            vanish(sale)
        with CaptureQueriesContext(connection) as queries:
            assert len(found()) > sales
        counts.add(len(queries))
    assert len(counts) == 1
