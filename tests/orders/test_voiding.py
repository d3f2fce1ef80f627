"""A sale is taken back once, on its own business day, by somebody who may, goods and money both."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import orjson
import pytest

from apps.core.audit_checks import find_broken_link
from apps.core.errors import Kind
from apps.core.models import AuditEntry
from apps.inventory.models import StockMovement
from apps.inventory.selectors import find_ledger_drift
from apps.orders.errors import OrderNotVoidable, OrderUnknown, VoidNeedsApproval
from apps.orders.models import Order
from apps.orders.selectors import find_unbalanced_orders
from apps.payments.models import Tender
from apps.stores.types import Role
from tests.conftest import NOON
from tests.factories import make_store, open_till
from tests.facts import told_once
from tests.goods import line_of, make_product

from .sales import booked, count_rows, on_hand, sold, voided

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from apps.core.errors import DomainError
    from apps.stores.models import Store
    from apps.stores.types import Till

SOON = NOON + timedelta(minutes=5)
DAY_END = datetime(2026, 11, 23, 9, tzinfo=UTC)  # four in the morning in Florida
TICK = timedelta(microseconds=1)


def test_a_void_puts_the_goods_back_on_the_shelf(
    till: Till, lead_till: Till, bourbon: Product, chips: Product
) -> None:
    order = sold(till, line_of(bourbon, 2), chips, line_of(bourbon, 3))
    voided(lead_till, order["id"])
    assert (on_hand(till, bourbon), on_hand(till, chips)) == (10, 10)
    back = StockMovement.objects.filter(document_id=order["id"], kind="VOID")
    assert sum(back.filter(product=bourbon).values_list("quantity", flat=True)) == 5
    assert set(back.values_list("reason", "actor_name")) == {("wrong bottle", "Lea")}


def test_a_void_puts_back_the_bottles_of_a_case(
    till: Till, lead_till: Till, bourbon: Product
) -> None:
    bourbon.barcodes.create(gtin="10619947000027", pack_size=6)
    line = {"id": str(uuid4()), "barcode": "10619947000027", "quantity": 1}
    order = sold(till, line)
    assert on_hand(till, bourbon) == 4
    voided(lead_till, order["id"])
    assert on_hand(till, bourbon) == 10


def test_a_void_of_what_is_made_to_order_moves_no_stock(till: Till, lead_till: Till) -> None:
    coffee = make_product("COF-1", tracks_stock=False)
    order = sold(till, coffee)
    voided(lead_till, order["id"])
    assert not StockMovement.objects.exists()
    assert list(find_unbalanced_orders()) == []


def test_a_void_hands_back_what_was_paid_and_not_the_change(
    till: Till, lead_till: Till, bourbon: Product
) -> None:
    order = sold(till, bourbon, cash=5000, tip_cents=100)
    voided(lead_till, order["id"], now=SOON)
    tenders = Tender.objects.filter(order=order["id"]).order_by("pk")
    assert list(tenders.values_list("amount_cents", "at")) == [(5000, NOON), (-2239, SOON)]


def test_a_void_of_what_cost_nothing_hands_nothing_back(
    till: Till, lead_till: Till, bourbon: Product
) -> None:
    gift = make_product("GFT-1", price_cents=0)
    voided(lead_till, sold(till, gift, cash=None)["id"])
    assert not Tender.objects.exists()


def test_a_void_leaves_the_books_balanced(till: Till, lead_till: Till, bourbon: Product) -> None:
    kept = sold(till, bourbon)
    voided(lead_till, sold(till, line_of(bourbon, 2), tip_cents=1)["id"])
    assert list(find_unbalanced_orders()) == list(find_ledger_drift()) == []
    assert booked(till, kept["id"])["status"] == "COMPLETED"


def test_a_voided_order_is_the_same_order_with_its_void(
    till: Till, lead_till: Till, bourbon: Product
) -> None:
    order = sold(till, bourbon, cash=5000)
    after = voided(lead_till, order["id"], now=SOON)
    assert (after["status"], after["voided_at"]) == ("VOIDED", SOON)
    back = {"kind": "cash", "amount_cents": -2139, "payment_id": None}
    void = {"status": "VOIDED", "voided_at": "2026-11-22T17:05:00Z"}
    assert booked(till, order["id"]) == {
        **order,
        **void,
        "tenders": [*order["tenders"], back],
    }


def test_a_void_says_who_and_why(till: Till, lead_till: Till, chips: Product) -> None:
    voided(lead_till, sold(till, chips)["id"])
    order = Order.objects.get()
    assert (order.voided_by, order.void_reason) == ("Lea", "wrong bottle")


def test_a_void_is_in_the_audit_of_the_terminal_that_voided(
    till: Till, lead_till: Till, chips: Product
) -> None:
    order = sold(till, chips)
    voided(lead_till, order["id"], now=SOON)
    entry = AuditEntry.objects.get(chain=lead_till.scope)
    assert (entry.action, entry.subject, entry.at) == (
        "order.voided",
        f"order:{order['id']}",
        SOON,
    )
    assert entry.facts == {
        "number": order["number"],
        "total_cents": 199,
        "reason": "wrong bottle",
        "approved_by": "",
    }
    assert find_broken_link(lead_till.scope) is None


def test_the_news_of_a_void_goes_out(till: Till, lead_till: Till, chips: Product) -> None:
    order = sold(till, chips)
    answer = voided(lead_till, order["id"], now=SOON)
    event = told_once("order.voided")
    assert (event.aggregate, event.occurred_at) == (f"order:{order['id']}", SOON)
    assert [tender["amount_cents"] for tender in answer["tenders"]] == [10_000_000, -199]
    assert event.payload == {
        "store": till.store.code,
        "store_id": till.store.id,
        "order_id": order["id"],
        "number": order["number"],
        "business_date": order["business_date"],
        "total_cents": order["total_cents"],
        "reason": "wrong bottle",
        "order": orjson.loads(orjson.dumps(answer, option=orjson.OPT_UTC_Z)),
        "moved": {chips.sku: 1},
    }


# --- Refusals -------------------------------------------------------------------------------------


def refuse(till: Till, order_id: str, refusal: type[DomainError], now: datetime = SOON) -> str:
    rows = count_rows()
    with pytest.raises(refusal) as refused:
        voided(till, order_id, now=now)
    assert count_rows() == rows
    return refused.value.detail


def test_an_order_is_voided_once(till: Till, lead_till: Till, chips: Product) -> None:
    order = sold(till, chips)
    voided(lead_till, order["id"])
    assert "voided already" in refuse(lead_till, order["id"], OrderNotVoidable)
    assert on_hand(till, chips) == 10


def test_an_order_is_voided_until_its_business_day_ends(
    till: Till, lead_till: Till, chips: Product
) -> None:
    order = sold(till, chips)
    assert "return" in refuse(lead_till, order["id"], OrderNotVoidable, DAY_END)
    assert voided(lead_till, order["id"], now=DAY_END - TICK)["status"] == "VOIDED"


def test_a_cashier_needs_somebody_else_to_void(till: Till, chips: Product) -> None:
    order = sold(till, chips)
    with pytest.raises(VoidNeedsApproval) as refusal:
        voided(till, order["id"])
    assert (refusal.value.code, refusal.value.kind) == ("approval-required", Kind.FORBIDDEN)
    wanted = {"action": "void-order", "order_id": order["id"], "amount_cents": 199}
    assert refusal.value.facts == wanted
    assert on_hand(till, chips) == 9


@pytest.mark.parametrize("role", [Role.SHIFT_LEAD, Role.MANAGER, Role.OWNER])
def test_a_shift_lead_and_above_void_alone(
    till: Till, store: Store, chips: Product, role: Role
) -> None:
    senior, _token = open_till(store, role, code="sam", number=4, now=NOON)
    assert voided(senior, sold(till, chips)["id"])["status"] == "VOIDED"


def test_an_order_that_never_was_is_unknown(lead_till: Till) -> None:
    refuse(lead_till, str(uuid4()), OrderUnknown)


def test_another_stores_order_is_unknown(till: Till, chips: Product) -> None:
    order = sold(till, chips)
    elsewhere, _token = open_till(make_store("TWO"), Role.OWNER, code="eve", now=NOON)
    refuse(elsewhere, order["id"], OrderUnknown)
    assert booked(till, order["id"]) == order
