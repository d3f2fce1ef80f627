"""What stands out in a shift is on its Z and on its day, and an older Z does without it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from apps.orders.days import describe_day
from apps.orders.models import ZReport
from apps.orders.z_checks import find_faulty_shifts
from apps.orders.z_reports import render_z
from tests.conftest import NOON
from tests.customers.certificates import claim, file_certificate
from tests.goods import line_of
from tests.payments.drawers import closed, opened
from tests.payments.rows import make_payment

from .returns import some_of, take_back
from .sales import sold, voided

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from apps.stores.types import Till

LATER = NOON + timedelta(hours=3)
PRICE = 1999


@pytest.fixture
def z(lead_till: Till, bourbon: Product) -> dict[str, Any]:
    """The Z of a shift that sold four times to a church, of which one came back, one was voided."""
    opened(lead_till)
    exempt: dict[str, Any] = {"tax_exemption": claim(file_certificate())}
    first = sold(lead_till, line_of(bourbon, 2), **exempt, tip_cents=100)
    take_back(lead_till, first, some_of(first))
    voided(lead_till, sold(lead_till, bourbon, **exempt)["id"])
    sold(lead_till, bourbon)
    return closed(lead_till, now=LATER)


def test_a_z_counts_sales_without_tax_and_what_came_back_of_them(z: dict[str, Any]) -> None:
    assert z["exempt"] == {
        "count": 2,
        "sales_cents": 3 * PRICE,
        "back_cents": 2 * PRICE,
        "net_cents": PRICE,
    }
    printed = render_z(z)
    assert "Without tax (2)" in printed
    assert "$59.97" in printed
    assert [*find_faulty_shifts()] == []


def sell_by_card(till: Till, bottle: Product, *, tip: int, by_cash: int) -> None:
    """A bottle with a tip, some of it in cash and the rest by card."""
    order_id, cents = uuid4(), 2139 + tip - by_cash
    card = make_payment(order_id=order_id, amount_cents=cents, authorized_cents=cents)
    paid = [{"kind": "card", "payment_id": str(card.pk)}, {"kind": "cash", "amount_cents": by_cash}]
    sold(till, bottle, id=str(order_id), tip_cents=tip, tenders=paid)


def test_tips_are_told_by_cashier_on_cards_and_in_cash(
    lead_till: Till, second_till: Till, bourbon: Product
) -> None:
    opened(lead_till)
    sold(lead_till, bourbon, tip_cents=300)
    voided(lead_till, sold(lead_till, bourbon, tip_cents=50)["id"])
    sell_by_card(lead_till, bourbon, tip=250, by_cash=100)
    sold(second_till, bourbon, tip_cents=999)  # another drawer's
    z = closed(lead_till, now=LATER)
    (tips,) = z["tips"]
    assert tips == {
        "cashier_id": lead_till.clerk.id,
        "name": lead_till.clerk.name,
        "tip_cents": 550,
        "by_card_cents": 250,
        "by_gift_card_cents": 0,
        "in_cash_cents": 300,
    }
    assert f"Tips of {lead_till.clerk.name}" in render_z(z)
    assert [*find_faulty_shifts()] == []


def test_a_day_tells_the_tips_of_everybody(
    lead_till: Till, second_till: Till, bourbon: Product
) -> None:
    for till, cents in ((lead_till, 300), (second_till, 999)):
        sold(till, bourbon, tip_cents=cents)
    day = describe_day(store=lead_till.store, business_date=NOON.date())
    told = {tips["name"]: tips["tip_cents"] for tips in day["tips"]}
    assert told == {lead_till.clerk.name: 300, second_till.clerk.name: 999}


def test_a_tip_is_not_taxed(lead_till: Till, bourbon: Product) -> None:
    plain, tipped = sold(lead_till, bourbon), sold(lead_till, bourbon, tip_cents=5_000)
    assert plain["tax_cents"] == tipped["tax_cents"] == 140
    assert tipped["total_cents"] - plain["total_cents"] == 5_000


def test_tips_that_were_moved_to_another_cashier_are_found(z: dict[str, Any]) -> None:
    row = ZReport.objects.get()
    row.snapshot["tips"][0]["name"] = "Mallory"
    row.text = render_z(row.snapshot)
    row.save(update_fields=["snapshot", "text"])
    assert any("tips" in fault for fault in find_faulty_shifts())


def test_a_figure_that_was_changed_later_is_found(z: dict[str, Any]) -> None:
    row = ZReport.objects.get()
    row.snapshot["exempt"]["count"] = 3
    row.text = render_z(row.snapshot)
    row.save(update_fields=["snapshot", "text"])
    assert any("exempt" in fault for fault in find_faulty_shifts())


def test_a_z_from_before_the_figure_is_none_the_worse(z: dict[str, Any]) -> None:
    row = ZReport.objects.get()
    for key in ("exempt", "tips", "cash_rounding_cents"):
        del row.snapshot[key]
    row.text = render_z(row.snapshot)
    row.save(update_fields=["snapshot", "text"])
    assert "Without tax" not in row.text
    assert [*find_faulty_shifts()] == []
