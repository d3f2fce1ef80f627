"""What came back: on the page of its order, on a page of its own, and in a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django_subatomic.db import transaction

from apps.core.money import format_cents
from apps.core.reference import bump_revision
from apps.stores.models import Store as StoreRow
from apps.stores.types import Role
from tests.conftest import NOON
from tests.factories import open_till
from tests.goods import line_of
from tests.orders.returns import some_of, take_back
from tests.orders.sales import sold

from .office import text_of, url

if TYPE_CHECKING:
    from django.test import Client

    from apps.catalog.models import Product
    from apps.stores.models import Store
    from apps.stores.types import Till

pytestmark = pytest.mark.django_db


@pytest.fixture
def till(store: Store) -> Till:
    till, _token = open_till(store, Role.SHIFT_LEAD, code="lea", now=NOON)
    return till


@pytest.fixture
def order(till: Till, bourbon: Product) -> dict[str, Any]:
    return sold(till, line_of(bourbon, 3), cash=7000)


def test_an_order_shows_its_returns(manager: Client, till: Till, order: dict[str, Any]) -> None:
    take_back(till, order, some_of(order), reason="corked")
    take_back(till, order, some_of(order, restock=False), reason="broken")
    page = text_of(manager.get(url("orders_order_change", order["id"])))
    title = "Return of Nov 22, 2026"
    row = "Bourbon {} 1 $1.40 $21.39"
    assert f"{title} $21.39 given back by Lea: corked" in page
    assert row.format("1 put back into stock") in page
    assert f"{title} $21.39 given back by Lea: broken" in page
    assert row.format("not put back into stock") in page
    assert "Cash, handed back -$21.39" in page
    assert "Bourbon Sale -3 Bourbon Return +1" in page


def test_an_order_without_returns_shows_none(manager: Client, order: dict[str, Any]) -> None:
    assert "Return of" not in text_of(manager.get(url("orders_order_change", order["id"])))


def test_a_return_is_read_whole_on_one_page(
    manager: Client, till: Till, order: dict[str, Any]
) -> None:
    given = take_back(till, order, some_of(order, 2), reason="corked")
    page = text_of(manager.get(url("orders_return_change", given["id"])))
    assert f"Of order {order['number']} business date Nov 22, 2026" in page
    assert "Given back $42.78 $2.80 of it tax Came back Nov 22, 2026 12:00" in page
    assert "By Lea corked" in page
    assert "Bourbon 2 put back into stock 2 $2.80 $42.78" in page
    assert "Cash, handed back -$42.78" in page


def test_the_list_shows_returns_newest_first_and_finds_them_by_their_order(
    manager: Client, till: Till, order: dict[str, Any], bourbon: Product
) -> None:
    other = sold(till, bourbon)
    for each in (order, other):
        take_back(till, each, some_of(each), now=NOON.replace(hour=18 + (each is other)))
    page = manager.get(url("orders_return_changelist"))
    assert [str(row.order) for row in page.context["cl"].result_list] == [
        other["number"],
        order["number"],
    ]
    assert f"Nov 22, 2026 13:00 {order['number']} $21.39 corked" in text_of(page)
    found = manager.get(url("orders_return_changelist", q=f" {order['number'].lower()} "))
    assert [str(row.order) for row in found.context["cl"].result_list] == [order["number"]]


def test_what_cash_was_rounded_by_stands_on_the_order_and_on_the_return(
    manager: Client, till: Till, store: Store, bourbon: Product
) -> None:
    StoreRow.objects.update(rounds_cash=True)
    with transaction():
        bump_revision()
    order = sold(till, bourbon, cash=2_500)
    given = take_back(till, order, some_of(order))
    said = f"Total $21.39 Cash rounding {format_cents(given['cash_rounding_cents'])} Cash, handed"
    assert given["cash_rounding_cents"]
    for page in (url("orders_order_change", order["id"]), url("orders_return_change", given["id"])):
        assert said in text_of(manager.get(page))
