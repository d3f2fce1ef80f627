"""One row at least of every table that the back office shows, made the way the shop makes it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.contrib.auth.models import Group
from django.utils import timezone
from django_subatomic.db import transaction

from apps.catalog.models import Modifier, ModifierGroup
from apps.core.numbering import number_facts
from apps.core.reference import read_revision
from apps.inventory.services.moving import request_counts
from apps.orders.models import Order
from apps.orders.services.closing.days import close_day
from apps.orders.services.replaying.keeping import ask_for_replay
from apps.stores.models import SellingHours, SellingHoursException, Store
from apps.stores.selectors import get_store_profile
from apps.stores.types import Role
from tests.catalog.editions import draft
from tests.catalog.files import bottle, take_in
from tests.catalog.promotions.drafts import publish
from tests.customers.certificates import file_certificate
from tests.customers.people import make_customer
from tests.customers.points import make_points, make_programme
from tests.factories import (
    MANAGER,
    PIN,
    api_client,
    make_checkout,
    make_service_token,
    make_staff,
    open_till,
)
from tests.goods import basket, line_of, make_product, make_snack
from tests.orders.gift_cards import CODE, OTHER, card
from tests.orders.rows import make_email, make_print_job
from tests.payments.books import (
    make_balance_entry,
    make_difference,
    make_dispute,
    make_event,
    make_payout,
    make_reconciliation,
)
from tests.payments.rows import (
    make_attempt as make_call,
)
from tests.payments.rows import (
    make_location,
    make_payment,
    make_reader,
    make_refund,
)
from tests.sync.catalog.offices import follow
from tests.sync.office_rows import (
    make_attempt,
    make_batch,
    make_comparison,
    make_destination,
    make_gap,
    make_peer,
    make_received,
    make_received_batch,
    make_rejected,
    make_remote_stock,
    make_undelivered,
)

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from tests.factories import ApiClient


def make_everything() -> None:
    """A day in the life of a store."""
    Group.objects.get_or_create(name="Manager")
    checkout = make_checkout()
    store = checkout.store
    _till, token = open_till(store, Role.SHIFT_LEAD, code="lea", number=2)
    api = api_client(token)
    SellingHours.objects.create(store=store, weekday=6, opens_minute=0, closes_minute=1440)
    SellingHoursException.objects.create(store=store, date="2026-12-25", reason="Christmas")
    group = ModifierGroup.objects.create(name="Milk")
    Modifier.objects.create(group=group, name="Oat", price_cents=75)
    chips = make_snack("CHP-1", barcodes=[("012345678905", 1)], on_hand=1, store=store)
    chips.modifier_groups.add(group)
    _sell_and_void(api, chips)
    _sell_and_take_back(api, chips)
    _run_a_shift(api, chips)
    _sell_a_gift_card(api)
    _take_back_blind(api, chips)
    _swap(api, chips)
    with transaction():
        request_counts(store_id=store.pk, product_ids=[chips.pk], now=timezone.now())
    take_in(bottle("IMP-1", price="9.99"), now=timezone.now())
    wrong = {"staff_code": checkout.staff.code, "pin": "0000"}
    api_client(checkout.token).post("sessions", wrong)
    make_product("OLD-1", is_active=False)
    publish()
    edition = draft({chips: 249}, now=timezone.now())
    with transaction():
        ask_for_replay(
            actor=MANAGER, edition_id=edition.pk, days=7, store_id=None, now=timezone.now()
        )
    card = make_payment(status="PARTIALLY_REFUNDED", captured_cents=2139, refunded_cents=100)
    make_call(card, refund=make_refund(card), operation="REFUND")
    make_event(payment=card)
    make_dispute(payment=card)
    make_difference(payment=card)
    make_reconciliation()
    make_balance_entry(payment=card, payout=make_payout())
    make_reader(store)
    api.post("approvals/requests", {"action": "no-sale"})
    voided = Order.objects.get(status="VOIDED")
    make_email(voided)
    make_print_job(voided)
    make_location(store)
    file_certificate(customer_id=make_customer().pk)
    make_points(make_programme(), make_customer(), 250)
    make_service_token()
    follow("https://office.example.com")
    number_facts()
    _tell_and_hear()


def _tell_and_hear() -> None:
    """A head office that is told, and a café that tells us."""
    destination = make_destination()
    make_comparison(destination)
    make_attempt(make_batch(destination))
    make_undelivered(destination)
    peer = make_peer()
    make_gap(peer)
    make_received_batch(peer)
    for kind in ("order.completed", "return.completed", "payment.captured", "shift.closed"):
        make_received(peer, type=kind)
    make_rejected(peer)
    make_remote_stock(peer)


def _sell_a_gift_card(api: ApiClient) -> None:
    answer = api.post("orders", basket(gift_cards=[card(code=CODE)]), key=str(uuid4()))
    assert answer.status_code == 201, answer.content


def _swap(api: ApiClient, chips: Product) -> None:
    order = api.post("orders", basket(line_of(chips)), key=str(uuid4())).json()
    line = {"line_id": order["lines"][0]["id"], "quantity": 1, "restock": True}
    cash = {"kind": "cash", "amount_cents": order["total_cents"]}
    body = {"lines": [line], "refund_to": [cash], "reason": "another", "order": basket(chips)}
    answer = api.post(f"orders/{order['id']}/exchanges", body, key=str(uuid4()))
    assert answer.status_code == 201, answer.content


def _take_back_blind(api: ApiClient, chips: Product) -> None:
    make_staff(Store.objects.get(), Role.SHIFT_LEAD, code="sue")
    asked = {"staff_code": "sue", "pin": PIN, "action": "blind-return", "amount_cents": 199}
    approval = api.post("approvals", asked).json()["approval"]
    line = {"product_id": chips.pk, "quantity": 1, "restock": True}
    body = {"lines": [line], "code": OTHER, "reason": "a gift", "approval": approval}
    answer = api.post("returns", body, key=str(uuid4()))
    assert answer.status_code == 201, answer.content


def _run_a_shift(api: ApiClient, chips: Product) -> None:
    """A shift with a drop, counted a cent short, to which a sale comes late; and its day."""

    def post(path: str, body: Any) -> Any:
        answer = api.post(path, body, key=str(uuid4()))
        assert answer.status_code in {200, 201}, answer.content
        return answer.json()

    post("shifts", {"id": str(uuid4()), "opening_float_cents": 500})
    drop = {"id": str(uuid4()), "kind": "drop", "amount_cents": 100, "reason": "safe"}
    post("shifts/current/cash-movements", drop)
    taken_at = timezone.now().isoformat()
    z = post("shifts/current/close", {"counted": {"1": 399}})
    post("orders", basket(chips, taken_at=taken_at))
    post("shifts", {"id": str(uuid4()), "opening_float_cents": 500})
    till = get_store_profile(store_id=z["store"]["id"], revision=read_revision())
    day = date.fromisoformat(z["business_date"])
    with transaction():
        close_day(actor=MANAGER, store=till, business_date=day, reason="a test", now=timezone.now())


def _sell_and_take_back(api: ApiClient, chips: Product) -> None:
    order = api.post("orders", basket(line_of(chips)), key=str(uuid4())).json()
    line = {"line_id": order["lines"][0]["id"], "quantity": 1, "restock": True}
    cash = {"kind": "cash", "amount_cents": order["total_cents"]}
    body = {"lines": [line], "refund_to": [cash], "reason": "stale"}
    answer = api.post(f"orders/{order['id']}/returns", body, key=str(uuid4()))
    assert answer.status_code == 201, answer.content


def _sell_and_void(api: ApiClient, chips: Product) -> None:
    sold = api.post("orders", basket(line_of(chips, 5)), key=str(uuid4()))
    voided = api.post("orders", basket(line_of(chips, 5)), key=str(uuid4()))
    assert sold.status_code == voided.status_code == 201, sold.content
    order = f"orders/{sold.json()['id']}"
    assert api.get(f"{order}/receipt").status_code == 200
    answer = api.post(
        f"orders/{voided.json()['id']}/void", {"reason": "wrong bag"}, key=str(uuid4())
    )
    assert answer.status_code == 200, answer.content
    parked = api.post("orders/park", basket(chips, cash=None), key=str(uuid4()))
    assert parked.status_code in {200, 201}, parked.content
