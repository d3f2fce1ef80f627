"""A store without pennies: cash is rounded, the books know by how much, the tax stays."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from django.db import connection
from django_subatomic.db import transaction

from apps.core.reference import bump_revision
from apps.orders.documents import describe_quote
from apps.orders.receipts import compose, render_text
from apps.orders.selectors import find_unbalanced_orders, get_order
from apps.orders.services.quoting import quote_order
from apps.orders.z_checks import find_faulty_shifts
from apps.orders.z_reports import render_z
from apps.payments.drawer_selectors import find_unbalanced_drawers
from apps.payments.errors import TenderInsufficient
from apps.payments.selectors import list_tenders
from apps.stores.models import Store
from tests.conftest import NOON
from tests.goods import basket, line_of, make_snack
from tests.payments.drawers import closed, opened

from .crowd import assert_books_balance
from .gift_cards import by_card, cash, left_on, sold_card
from .returns import some_of, take_back
from .sales import ask, booked, fresh, sold, voided

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from apps.stores.types import Till

LATER = NOON + timedelta(hours=3)


@pytest.fixture
def coinless(lead_till: Till) -> Till:
    """A till of a store that has switched pennies off."""
    return switch(lead_till, on=True)


def switch(till: Till, *, on: bool) -> Till:
    with transaction():
        bump_revision()
        Store.objects.update(rounds_cash=on)
    return fresh(till)


def receipt(till: Till, order_id: str) -> str:
    order = get_order(store_id=till.store.id, order_id=UUID(order_id))
    return render_text(compose(order, list_tenders(order_ids=[order.pk])[order.pk]))


def test_a_sale_rounds_its_cash_and_not_its_tax(coinless: Till, bourbon: Product) -> None:
    order = sold(coinless, bourbon, cash=2_500)
    assert (order["total_cents"], order["tax_cents"]) == (2139, 140)
    assert (order["cash_rounding_cents"], order["change_cents"]) == (1, 360)
    assert booked(coinless, order["id"]) == order
    printed = receipt(coinless, order["id"])
    assert "Cash rounding" in printed
    assert "$0.01" in printed
    assert_books_balance()


def test_a_store_with_pennies_rounds_nothing(lead_till: Till, bourbon: Product) -> None:
    order = sold(lead_till, bourbon, cash=2_500)
    assert (order["cash_rounding_cents"], order["change_cents"]) == (0, 361)
    assert "Cash rounding" not in receipt(lead_till, order["id"])


def test_a_void_hands_back_what_was_paid(coinless: Till, bourbon: Product) -> None:
    opened(coinless)
    voided(coinless, sold(coinless, bourbon)["id"])
    z = closed(coinless, now=LATER)
    assert z["cash"]["voids_cents"] == 2140
    assert z["cash_rounding_cents"] == 0
    assert_books_balance()


def test_a_return_rounds_the_cash_it_hands_back_and_says_so(
    coinless: Till, bourbon: Product
) -> None:
    order = sold(coinless, line_of(bourbon, 3))  # 64.17, of which 64.15 is kept
    assert order["cash_rounding_cents"] == -2
    given = take_back(coinless, order, some_of(order))
    assert (given["total_cents"], given["cash_rounding_cents"]) == (2139, 1)
    assert given["tenders"][0]["amount_cents"] == -2140
    rest = take_back(coinless, order, some_of(order, 2))
    assert (rest["total_cents"], rest["cash_rounding_cents"]) == (4278, -3)
    assert_books_balance()


def test_what_was_sold_with_pennies_comes_back_without_them(
    lead_till: Till, bourbon: Product
) -> None:
    order = sold(lead_till, bourbon, cash=2139)
    till = switch(lead_till, on=True)
    given = take_back(till, order)
    assert (given["total_cents"], given["cash_rounding_cents"]) == (2139, 1)
    assert_books_balance()


def test_what_was_sold_without_pennies_comes_back_with_them(
    coinless: Till, bourbon: Product
) -> None:
    order = sold(coinless, bourbon)
    given = take_back(switch(coinless, on=False), order)  # 21.40 was paid, and goes back
    assert (given["total_cents"], given["cash_rounding_cents"]) == (2139, 1)
    assert_books_balance()


def test_the_drawer_and_the_z_hold_what_was_kept(coinless: Till, bourbon: Product) -> None:
    opened(coinless)
    order = sold(coinless, line_of(bourbon, 3))
    take_back(coinless, order, some_of(order))
    z = closed(coinless, now=LATER)
    assert z["cash_rounding_cents"] == -2 - 1
    assert z["cash"]["sales_cents"] == 6415
    tendered = sum(tender["net_cents"] for tender in z["tenders"])
    assert tendered == z["net_cents"] + z["cash_rounding_cents"]
    assert "Cash rounding" in render_z(z)
    assert [*find_faulty_shifts(), *find_unbalanced_drawers()] == []


@pytest.fixture
def pin(store: Store) -> Product:
    """$0.02, which is nothing where there are no pennies."""
    return make_snack("PIN-1", price_cents=2, on_hand=10, store=store)


@pytest.mark.parametrize("tenders", [[], [{"kind": "cash", "amount_cents": 0}]])
def test_a_cent_or_two_in_cash_are_nothing_and_sold_all_the_same(
    coinless: Till, pin: Product, tenders: list[Any]
) -> None:
    opened(coinless)
    order = sold(coinless, pin, tenders=tenders)
    assert (order["total_cents"], order["cash_rounding_cents"], order["change_cents"]) == (2, -2, 0)
    assert booked(coinless, order["id"]) == order
    given = take_back(coinless, order)
    assert (given["total_cents"], given["cash_rounding_cents"]) == (2, -2)
    z = closed(coinless, now=LATER)
    assert (z["cash"]["sales_cents"], z["variance_cents"], z["cash_rounding_cents"]) == (0, 0, 0)
    assert_books_balance()


def test_where_there_are_pennies_two_cents_are_two_cents(lead_till: Till, pin: Product) -> None:
    with pytest.raises(TenderInsufficient):
        sold(lead_till, pin, tenders=[])


def test_the_two_cents_that_a_card_leaves_may_be_said_to_be_cash(
    coinless: Till, bourbon: Product
) -> None:
    sold_card(coinless, 2_137)
    with pytest.raises(TenderInsufficient):
        sold(coinless, bourbon, tenders=[by_card(2_137)])
    order = sold(coinless, bourbon, tenders=[by_card(2_137), cash(0)])
    assert (order["cash_rounding_cents"], order["change_cents"]) == (-2, 0)
    voided(coinless, order["id"])
    assert left_on() == 2_137
    assert_books_balance()


def test_a_quote_says_what_it_comes_to_in_cash(coinless: Till, bourbon: Product) -> None:
    asked = ask(basket(bourbon, cash=None))
    for where, cents in ((coinless, 2140), (switch(coinless, on=False), 2139)):
        quote = quote_order(till=where, request=asked, now=NOON)
        assert describe_quote(asked.id, quote, 0)["cash_total_cents"] == cents


def test_rounding_that_nobody_did_is_found(coinless: Till, bourbon: Product) -> None:
    order = sold(coinless, bourbon)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE orders_order SET cash_rounding_cents = 2, change_cents = 0")
    faults = "\n".join(find_unbalanced_orders())
    assert f"{order['number']}: its tenders do not cover it" in faults
