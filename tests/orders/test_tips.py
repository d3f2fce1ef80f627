"""Tips are told by what paid them, and a Z from before that was told is printed as it was."""

from __future__ import annotations

import json
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.orders.errors import TipTooMuch
from apps.orders.models import ZReport
from apps.orders.rules import MOST_TIP_CENTS, refuse_large_tip
from apps.orders.services.quoting import quote_order
from apps.orders.z_checks import find_faulty_shifts
from apps.orders.z_reports import render_z
from tests.conftest import NOON
from tests.goods import basket
from tests.payments.drawers import closed, opened
from tests.payments.rows import make_payment

from .gift_cards import by_card, cash, sold_card
from .sales import ask, count_rows, fresh, send, sold

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from apps.stores.types import Till

GOLDEN = Path(__file__).parent / "golden"
LATER = NOON + timedelta(hours=3)
BOTTLE = 2139


def sell_by_card(till: Till, bottle: Product, tip: int, *others: dict[str, Any]) -> None:
    """A bottle with a tip, by card but for what the others pay."""
    order_id = uuid4()
    cents = BOTTLE + tip - sum(other["amount_cents"] for other in others)
    card = make_payment(order_id=order_id, amount_cents=cents, authorized_cents=cents)
    tenders = [{"kind": "card", "payment_id": str(card.pk)}, *others]
    sold(till, bottle, id=str(order_id), tip_cents=tip, tenders=tenders)


@pytest.fixture
def z(lead_till: Till, bourbon: Product) -> dict[str, Any]:
    """The Z of a shift with tips of every kind."""
    opened(lead_till)
    sold_card(lead_till, 5_000)
    sold(lead_till, bourbon, tip_cents=300)
    sell_by_card(lead_till, bourbon, 250)
    sold(lead_till, bourbon, tip_cents=150, tenders=[by_card(BOTTLE), cash(1_000)])
    sell_by_card(lead_till, bourbon, 2_000, by_card(2_139))
    return closed(lead_till, now=LATER)


def test_a_tip_is_told_by_what_paid_it(z: dict[str, Any]) -> None:
    (tips,) = z["tips"]
    kinds = ("tip_cents", "by_card_cents", "by_gift_card_cents", "in_cash_cents")
    assert [tips[kind] for kind in kinds] == [2_700, 2_250, 150, 300]
    assert [*find_faulty_shifts()] == []


def test_a_z_prints_the_tips_of_each_by_what_paid_them(z: dict[str, Any]) -> None:
    lines = render_z(z).splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith("Tips of Lea"))
    assert [line.split() for line in lines[start : start + 4]] == [
        ["Tips", "of", "Lea", "$27.00"],
        ["in", "cash", "$3.00"],
        ["on", "cards", "$22.50"],
        ["on", "gift", "cards", "$1.50"],
    ]


def test_what_no_tip_was_paid_by_is_not_printed(lead_till: Till, bourbon: Product) -> None:
    opened(lead_till)
    sold(lead_till, bourbon, tip_cents=300)
    printed = render_z(closed(lead_till, now=LATER))
    assert "  in cash" in printed
    assert "  on " not in printed


def test_an_older_z_is_printed_as_it_was_to_the_byte() -> None:
    older = json.loads((GOLDEN / "z_format_1.json").read_text())
    assert render_z(older) == (GOLDEN / "z_format_1.txt").read_text()


def test_an_older_z_that_told_gift_cards_as_cards_is_not_at_fault(z: dict[str, Any]) -> None:
    row = as_it_was()
    assert "in cash" not in row.text
    assert [*find_faulty_shifts()] == []
    row.snapshot["tips"][0]["by_card_cents"] += 1
    row.save(update_fields=["snapshot"])
    assert any("tips" in fault for fault in find_faulty_shifts())


def test_a_late_sale_amends_an_older_z(lead_till: Till, z: dict[str, Any], chips: Product) -> None:
    as_it_was()
    early = (NOON + timedelta(hours=1)).isoformat()
    opened(lead_till, now=LATER)
    send(lead_till, basket(chips, tip_cents=100, taken_at=early), now=LATER)
    assert "  in cash" in ZReport.objects.get().amendments.get().text
    assert [*find_faulty_shifts()] == []


def as_it_was() -> ZReport:
    """The Z as it was written before its tips were told by what paid them."""
    row = ZReport.objects.get()
    del row.snapshot["format"]
    for tips in row.snapshot["tips"]:
        tips["by_card_cents"] += tips.pop("by_gift_card_cents")
    row.text = render_z(row.snapshot)
    row.save(update_fields=["snapshot", "text"])
    return row


def test_a_tip_beyond_a_hundred_dollars_and_the_sale_is_refused(
    till: Till, bourbon: Product
) -> None:
    before = count_rows()
    body = basket(bourbon, tip_cents=MOST_TIP_CENTS + 1)
    with pytest.raises(TipTooMuch) as refusal:
        send(till, body)
    assert refusal.value.facts["most_cents"] == MOST_TIP_CENTS
    with pytest.raises(TipTooMuch):
        quote_order(till=fresh(till), request=ask(body), now=NOON)
    assert count_rows() == before
    assert sold(till, bourbon, tip_cents=MOST_TIP_CENTS)["tip_cents"] == MOST_TIP_CENTS


@given(tip=st.integers(0, 10**9), sale=st.integers(0, 10**9))
def test_a_tip_of_as_much_as_the_sale_is_taken_and_no_cent_more(tip: int, sale: int) -> None:
    is_refused = tip > MOST_TIP_CENTS and tip > sale
    with pytest.raises(TipTooMuch) if is_refused else nullcontext():
        refuse_large_tip(tip, sale_cents=sale)
