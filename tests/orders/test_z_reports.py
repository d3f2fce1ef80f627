"""The Z of a shift: what it says, how it is printed, and what amends it later."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from apps.core.models import AuditEntry, OutboxEvent
from apps.orders.layout import COLUMNS
from apps.orders.models import Order, ZAmendment, ZReport
from apps.orders.selectors import describe_z
from apps.orders.takings import sum_shift
from apps.orders.z_reports import render_z
from apps.payments.drawer_selectors import find_unbalanced_drawers
from apps.payments.errors import ShiftNotOpen
from tests.conftest import NOON
from tests.facts import told_once
from tests.goods import basket, line_of
from tests.payments.drawers import FLOAT_CENTS, closed, moved, opened

from .returns import some_of, take_back
from .sales import send, sold, voided

if TYPE_CHECKING:
    from datetime import datetime

    from apps.catalog.models import Product
    from apps.stores.types import Till

BOURBON_CENTS, BOURBON_TAX = 1999, 140
CHIPS_CENTS = 199
LATER = NOON + timedelta(hours=3)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def busy(lead_till: Till, bourbon: Product, chips: Product) -> dict[str, Any]:
    """The Z of a shift with two sales, a void, a return and cash that moved."""
    opened(lead_till)
    first = sold(lead_till, line_of(bourbon, 2), tip_cents=100)
    voided(lead_till, sold(lead_till, chips)["id"])
    take_back(lead_till, first, some_of(first))
    for kind, cents in (("PAY_IN", 500), ("PAY_OUT", 300), ("DROP", 1000), ("NO_SALE", 0)):
        moved(lead_till, kind, cents, reason=f"why {kind}")
    return closed(lead_till, off=-7, now=LATER)


def test_a_z_tells_what_was_sold_voided_and_taken_back(busy: dict[str, Any]) -> None:
    assert busy["sales"] == {
        "count": 2,
        "subtotal_cents": 2 * BOURBON_CENTS + CHIPS_CENTS,
        "discount_cents": 0,
        "state_tax_cents": 240,
        "surtax_cents": 40,
        "tax_cents": 280,
        "tip_cents": 100,
        "total_cents": 2 * BOURBON_CENTS + CHIPS_CENTS + 280 + 100,
    }
    assert (busy["voids"]["count"], busy["voids"]["total_cents"]) == (1, CHIPS_CENTS)
    assert busy["returns"] == {
        "count": 1,
        "tax_cents": BOURBON_TAX,
        "total_cents": BOURBON_CENTS + BOURBON_TAX,
    }
    assert busy["tax_cents"] == 280 - BOURBON_TAX
    assert busy["net_cents"] == BOURBON_CENTS + BOURBON_TAX + 100


def test_a_z_tells_what_moved_through_the_drawer(busy: dict[str, Any]) -> None:
    sales = 2 * (BOURBON_CENTS + BOURBON_TAX) + CHIPS_CENTS + 100
    assert busy["cash"] == {
        "opening_float_cents": FLOAT_CENTS,
        "sales_cents": sales,
        "voids_cents": CHIPS_CENTS,
        "returns_cents": BOURBON_CENTS + BOURBON_TAX,
        "pay_ins_cents": 500,
        "pay_outs_cents": 300,
        "drops_cents": 1000,
        "no_sales": 1,
    }
    assert busy["expected_cents"] == FLOAT_CENTS + busy["net_cents"] + 500 - 300 - 1000
    assert busy["variance_cents"] == -7
    (cash,) = busy["tenders"]
    assert (cash["kind"], cash["net_cents"]) == ("cash", busy["net_cents"])
    kinds = {movement["kind"] for movement in busy["cash_movements"]}
    assert kinds == {"pay_in", "pay_out", "drop", "no_sale"}


def test_a_z_fits_the_paper_and_is_printed_from_its_figures_alone(busy: dict[str, Any]) -> None:
    z = ZReport.objects.get()
    assert max(map(len, z.text.splitlines())) <= COLUMNS
    assert render_z(z.snapshot) == z.text
    for line in ("Z REPORT 1", "EXPECTED", "COUNTED", "VARIANCE", "-$0.07", "why DROP"):
        assert line in z.text


def test_a_closing_is_told_and_stands_in_the_audit(busy: dict[str, Any]) -> None:
    event = OutboxEvent.objects.get(type="shift.closed")
    assert {**event.payload["z"], "amendments": []} == busy
    facts = AuditEntry.objects.get(action="shift.closed").facts
    assert (facts["z"], facts["variance_cents"]) == (1, -7)


def test_zs_are_numbered_without_gaps_per_till(till: Till, second_till: Till) -> None:
    for seller in (till, till, second_till, till):
        opened(seller)
        closed(seller)
    numbers = ZReport.objects.order_by("terminal", "number").values_list("number", flat=True)
    assert list(numbers) == [1, 2, 3, 1]


def test_a_shift_in_which_nothing_happened_has_a_z_all_the_same(till: Till) -> None:
    opened(till, 0)
    z = closed(till)
    assert (z["orders"], z["tenders"]) == ({"count": 0, "first": None, "last": None}, [])
    assert (z["expected_cents"], z["net_cents"]) == (0, 0)


# --- Late sales -----------------------------------------------------------------------------------


@pytest.fixture
def z(till: Till, chips: Product) -> dict[str, Any]:
    """The Z of a shift with one sale, which the drawer was $1.99 over at its count."""
    opened(till)
    sold(till, chips)
    return closed(till, off=CHIPS_CENTS, now=LATER)


def late(till: Till, product: Product, taken_at: datetime = NOON + MINUTE, **fields: Any) -> Order:
    """A sale that arrives a day after its shift was closed."""
    body = basket(product, taken_at=taken_at.isoformat(), **fields)
    send(till, body, now=NOON + timedelta(days=1))
    return Order.objects.get(pk=body["id"])


def test_a_late_sale_belongs_to_the_shift_in_which_it_was_made(
    till: Till, chips: Product, z: dict[str, Any]
) -> None:
    opened(till, now=LATER)
    order = late(till, chips)
    assert order.shift_id == UUID(z["shift_id"])
    assert f"{order.business_date}" == z["business_date"]
    assert order.number == "BRW-1-261122-0002"


def test_a_late_sale_is_told_with_what_it_adds_to_the_z(
    till: Till, chips: Product, z: dict[str, Any]
) -> None:
    late(till, chips)
    fact, amendment = told_once("shift.amended"), ZAmendment.objects.get()
    assert fact.aggregate == told_once("shift.closed").aggregate == f"shift:{z['shift_id']}"
    assert (fact.payload["shift_id"], fact.payload["store"]) == (z["shift_id"], till.store.code)
    assert fact.payload["business_date"] == z["business_date"]
    assert fact.payload["amendment"] == amendment.snapshot


def test_a_late_sale_needs_no_open_shift(till: Till, chips: Product, z: dict[str, Any]) -> None:
    assert late(till, chips).shift_id == UUID(z["shift_id"])
    with pytest.raises(ShiftNotOpen):
        late(till, chips, taken_at=LATER)


def test_a_z_stays_as_it_is_and_gets_an_amendment(
    till: Till, chips: Product, z: dict[str, Any]
) -> None:
    before = ZReport.objects.get()
    order = late(till, chips)
    after = ZReport.objects.get()
    assert (after.snapshot, after.text) == (before.snapshot, before.text)
    (amendment,) = describe_z(after)["amendments"]
    assert (amendment["number"], amendment["z_number"]) == (1, 1)
    assert amendment["order"] == {"id": str(order.pk), "number": order.number}
    assert (amendment["net_cents"], amendment["expected_cents"]) == (CHIPS_CENTS, CHIPS_CENTS)


def test_a_late_sale_explains_what_the_drawer_held_too_much(
    till: Till, chips: Product, z: dict[str, Any]
) -> None:
    assert z["variance_cents"] == CHIPS_CENTS
    late(till, chips)
    assert ZAmendment.objects.get().snapshot["variance_cents"] == -CHIPS_CENTS
    assert find_unbalanced_drawers() == []


def test_a_z_with_its_amendments_is_what_stands_in_the_shift(
    till: Till, chips: Product, bourbon: Product, z: dict[str, Any]
) -> None:
    for product in (chips, bourbon, chips):
        late(till, product)
    figures = sum_shift(UUID(z["shift_id"])).figures
    amendments = describe_z(ZReport.objects.get())["amendments"]
    assert [amendment["number"] for amendment in amendments] == [1, 2, 3]
    for name in ("net_cents", "tax_cents"):
        assert figures[name] == z[name] + sum(amendment[name] for amendment in amendments)


def test_an_amendment_is_printed_on_the_same_paper(
    till: Till, chips: Product, z: dict[str, Any]
) -> None:
    order = late(till, chips)
    text = ZAmendment.objects.get().text
    assert max(map(len, text.splitlines())) <= COLUMNS
    for words in ("AMENDMENT 1 TO Z 1", order.number, "Adds to expected cash"):
        assert words in text


def test_a_late_sale_sent_again_amends_once(till: Till, chips: Product, z: dict[str, Any]) -> None:
    body = basket(chips, taken_at=(NOON + MINUTE).isoformat())
    for key in ("a", "a", "b"):
        send(till, body, now=LATER, key=key)
    assert ZAmendment.objects.count() == 1


def test_a_sale_of_the_open_shift_amends_nothing(
    till: Till, chips: Product, z: dict[str, Any]
) -> None:
    shift = opened(till, now=LATER)
    order = late(till, chips, taken_at=LATER)
    assert (order.shift_id, ZAmendment.objects.count()) == (shift.pk, 0)


def test_a_late_sale_of_another_till_is_none_of_this_shift(
    till: Till, second_till: Till, chips: Product, z: dict[str, Any]
) -> None:
    assert late(second_till, chips).shift_id is None
    assert not ZAmendment.objects.exists()
