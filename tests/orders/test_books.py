"""The books check themselves: an order that does not add up is found and named, and no other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection

from apps.inventory.models import StockMovement
from apps.orders.models import OrderLine
from apps.orders.selectors import find_unbalanced_orders
from apps.payments.models import Tender
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
