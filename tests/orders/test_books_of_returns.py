"""The books check themselves: a return that does not add up is found and named, and no other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection

from apps.inventory.models import StockMovement
from apps.orders.models import OrderLine, Return, ReturnLine
from apps.orders.selectors import find_unbalanced_orders
from apps.payments.models import Tender
from tests.goods import line_of

from .returns import some_of, take_back
from .sales import sold

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from apps.stores.types import Till

TENDERS = "its tenders do not cover it"
MOVEMENTS = "its stock movements are not its lines"
RETURNED = "its lines do not say what was returned of them"
RETURN = "a return of it does not add up"


@pytest.fixture
def order(till: Till, lead_till: Till, bourbon: Product, chips: Product) -> dict[str, Any]:
    """A sale of which two things came back, one for the bin, beside one that came back whole."""
    take_back(lead_till, sold(till, chips))
    order = sold(till, line_of(bourbon, 3), line_of(chips, 2), tip_cents=100)
    take_back(lead_till, order, some_of(order), some_of(order, line=1, restock=False))
    return order


def found_of(order: dict[str, Any]) -> set[str]:
    """What is found, of this order and no other."""
    prefix = f"order {order['number']}: "
    found = list(find_unbalanced_orders())
    assert all(fault.startswith(prefix) for fault in found)
    return {fault.removeprefix(prefix) for fault in found}


def test_books_with_returns_that_balance_have_no_fault(order: dict[str, Any]) -> None:
    assert found_of(order) == set()


def test_a_line_that_forgot_what_came_back_is_found(order: dict[str, Any]) -> None:
    OrderLine.objects.filter(order=order["id"], position=0).update(returned_quantity=0)
    assert found_of(order) == {RETURNED}


def test_a_line_that_gave_back_another_amount_is_found(order: dict[str, Any]) -> None:
    OrderLine.objects.filter(order=order["id"], position=0).update(returned_cents=1)
    assert found_of(order) == {RETURNED}


def test_a_return_that_handed_nothing_back_is_found(order: dict[str, Any]) -> None:
    Tender.objects.filter(order=order["id"], amount_cents__lt=0).delete()
    assert found_of(order) == {TENDERS, RETURN}


def test_a_tender_of_no_return_is_found(order: dict[str, Any]) -> None:
    Tender.objects.filter(order=order["id"]).update(return_id=None)
    assert found_of(order) == {RETURN}


def test_a_return_over_another_amount_is_found(order: dict[str, Any]) -> None:
    Return.objects.filter(order=order["id"]).update(total_cents=5000)
    assert found_of(order) == {TENDERS, RETURN}


def test_a_return_with_another_tax_is_found(order: dict[str, Any]) -> None:
    Return.objects.filter(order=order["id"]).update(tax_cents=1)
    assert found_of(order) == {RETURN}


def test_a_return_that_lost_a_line_is_found(order: dict[str, Any]) -> None:
    ReturnLine.objects.filter(of_return__order=order["id"], is_restocked=False).delete()
    assert found_of(order) == {RETURNED, RETURN}


def test_goods_that_did_not_come_back_into_stock_are_found(order: dict[str, Any]) -> None:
    back = StockMovement.objects.get(document_id=order["id"], kind="RETURN")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM inventory_stockmovement WHERE id = %s", [back.pk])
    assert found_of(order) == {MOVEMENTS}
