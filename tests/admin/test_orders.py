"""Orders: found by number, store, day and state; read whole on one page."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from apps.stores.types import Role
from tests.catalog.promotions.drafts import publish
from tests.conftest import NOON
from tests.factories import make_store, open_till
from tests.goods import line_of
from tests.orders.rows import make_order
from tests.orders.sales import sold, voided

from .office import text_of, url

if TYPE_CHECKING:
    from django.test import Client
    from django.test.client import _MonkeyPatchedWSGIResponse as Page

    from apps.catalog.models import Product
    from apps.orders.models import Order
    from apps.stores.models import Store
    from apps.stores.types import Till

pytestmark = pytest.mark.django_db


@pytest.fixture
def till(store: Store) -> Till:
    till, _token = open_till(store, Role.SHIFT_LEAD, code="lea", now=NOON)
    return till


def booked(store: Store, sequence: int, **fields: Any) -> Order:
    """A sale of $10.70 that is in the books, and no more than that."""
    letterhead = {"timezone": store.timezone}
    return make_order(store, sequence=sequence, letterhead=letterhead, **fields)


def page_of(client: Client, order: dict[str, Any]) -> str:
    return text_of(client.get(url("orders_order_change", order["id"])))


def listed(page: Page) -> list[str]:
    return [order.number for order in page.context["cl"].result_list]


def found(client: Client, **query: Any) -> list[str]:
    """The numbers that the list shows for a question."""
    return listed(client.get(url("orders_order_changelist", **query)))


# --- The page of one order ------------------------------------------------------------------------


def test_an_order_is_read_whole_on_one_page(manager: Client, bourbon: Product, till: Till) -> None:
    order = sold(till, line_of(bourbon, 2), cash=5000)
    page = page_of(manager, order)
    assert f"Order {order['number']} business date Nov 22, 2026" in page
    assert "State Completed" in page
    assert "Bourbon BRB-1 2 $19.99 $2.80 $42.78" in page  # each, tax, total
    assert "Subtotal $39.98 Florida sales tax $2.40 Broward surtax $0.40 Total $42.78" in page
    assert "Cash $50.00 Change $7.22" in page
    assert "By Lea Till 1" in page
    assert "Age check 21+ Typed" in page


def test_an_order_shows_what_it_took_off_the_shelf(
    manager: Client, bourbon: Product, till: Till
) -> None:
    page = page_of(manager, sold(till, line_of(bourbon, 2), cash=5000))
    assert "Stock ledger Product Why Units Bourbon Sale -2 Receipt" in page


def test_an_order_shows_the_receipt_as_the_customer_has_it(
    manager: Client, bourbon: Product, till: Till
) -> None:
    order = sold(till, line_of(bourbon, 2), cash=5000)
    receipt = page_of(manager, order).partition("Stock ledger")[2]
    assert f"{order['number']} 11/22/2026 12:00 PM Served by Lea, Till 1" in receipt
    assert "TOTAL $42.78" in receipt


def test_a_voided_order_says_by_whom_and_why_and_what_came_back(
    manager: Client, bourbon: Product, till: Till
) -> None:
    order = sold(till, line_of(bourbon, 2), cash=5000)
    voided(till, order["id"])
    page = page_of(manager, order)
    assert "State Voided by Lea: wrong bottle" in page
    assert "Bourbon Sale -2 Bourbon Void +2" in page
    assert "Cash, handed back -$42.78" in page
    assert "VOID - this sale was taken back" in page


def test_the_time_is_the_one_on_the_wall_of_the_store(manager: Client) -> None:
    pensacola = make_store("PNS", county="Escambia", timezone="America/Chicago")
    order = booked(pensacola, 1)
    assert "Nov 22, 2026 11:00" in text_of(manager.get(url("orders_order_changelist")))
    order.letterhead |= {"name": "", "address": "", "phone": "", "footer": "", "terminal": ""}
    order.letterhead["county"] = "Escambia"
    order.save(update_fields=["letterhead"])
    page = page_of(manager, {"id": order.pk})
    assert "Sold Nov 22, 2026 11:00" in page
    assert "11/22/2026 11:00 AM" in page


# --- The list -------------------------------------------------------------------------------------


def test_the_list_shows_number_dollars_state_time_store_and_cashier(
    manager: Client, store: Store
) -> None:
    order = booked(store, 1)
    page = text_of(manager.get(url("orders_order_changelist")))
    assert f"{order.number} $10.70 Completed Nov 22, 2026 12:00 {store} Ana" in page


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("BRW-1-261122-0002", ["BRW-1-261122-0002"]),
        (" brw-1-261122-0002 ", ["BRW-1-261122-0002"]),
        ("BRW-1-2611", ["BRW-1-261122-0002", "BRW-1-261122-0001"]),
        ("BRW_1", []),
        ("%", []),
        ("0002", []),
        ("MIA", []),
    ],
)
def test_an_order_is_found_by_how_its_number_begins(
    manager: Client, store: Store, typed: str, numbers: list[str]
) -> None:
    for sequence in (1, 2):
        booked(store, sequence, placed_at=NOON.replace(minute=sequence))
    assert found(manager, q=typed) == numbers


def test_orders_are_narrowed_to_a_store_a_state_and_days(manager: Client, store: Store) -> None:
    here = booked(store, 1, business_date=date(2026, 11, 20))
    void = booked(store, 2, status="VOIDED", voided_at=NOON, placed_at=NOON.replace(hour=18))
    miami = make_store("MIA", county="Miami-Dade")
    there = booked(miami, 1, placed_at=NOON.replace(hour=19))
    assert found(manager) == [there.number, void.number, here.number]
    assert found(manager, store__id__exact=store.pk) == [void.number, here.number]
    assert found(manager, status__exact="VOIDED") == [void.number]
    assert found(manager, business_date_from="2026-11-21") == [there.number, void.number]
    assert found(manager, business_date_to="2026-11-21") == [here.number]


@pytest.mark.parametrize(
    "query",
    [
        {"store__id__exact": "abc"},
        {"business_date_from": "soon"},
        {"status__exact": "\x00"},
        {"q": "\x00"},
        {"store__id__exact": "9" * 30},
        {"p": "7"},
        {"o": "2.1"},
        {"nonsense": "1"},
    ],
)
def test_a_question_that_makes_no_sense_is_answered_with_a_list_and_no_crash(
    manager: Client, store: Store, query: dict[str, str]
) -> None:
    booked(store, 1)
    answer = manager.get(url("orders_order_changelist", **query), follow=True)
    assert answer.status_code == 200


def test_the_page_and_the_receipt_tell_the_same_subtotal(
    manager: Client, bourbon: Product, till: Till
) -> None:
    publish()
    order = sold(till, line_of(bourbon, 2), cash=5000)
    page, _, receipt = page_of(manager, order).partition("Stock ledger")
    assert "At shelf prices $39.98 Discounts -$4.00 Subtotal $35.98" in page
    assert "Subtotal $35.98" in receipt
