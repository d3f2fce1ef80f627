"""After a random day the head office has what the shop's own books have."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import time_machine
from django.db.models import Sum
from django_subatomic.db import transaction

from apps.catalog.models import Barcode, Product
from apps.catalog.services.products import tell_product
from apps.inventory.services.documents import Paper, write_paper
from apps.inventory.types import Document, MovementKind
from apps.orders.models import BlindReturn, Order, Return, ZAmendment, ZReport
from apps.sync.models import ReceivedFact, RemoteStock
from tests.factories import MANAGER, make_store
from tests.goods import line_of, make_product, make_snack, receive
from tests.orders.register_shops import make_register
from tests.orders.sales import sold, voided
from tests.orders.test_random_days import AFTERWARDS, EVENINGS
from tests.payments.drawers import opened

from .sender import make_sender, statuses
from .shop import batches, shelves, told

if TYPE_CHECKING:
    from apps.stores.models import Store
    from tests.orders.register_days import Register

pytestmark = pytest.mark.django_db
ACTIONS = 120


@pytest.fixture
def shop(db: None) -> Register:
    """A shop after a day, in which stock moved in every way there is."""
    store = make_store(all_day=True)
    register = make_register(store, "year's end", since=EVENINGS["year's end"])
    for product in register.products:
        receive(store, product, 50)
    with time_machine.travel(AFTERWARDS, tick=False):
        for _ in range(ACTIONS):
            register.act()
        register.finish()
        move_about(register, store, make_store("ORL"))
    return register


def move_about(register: Register, store: Store, other: Store) -> None:
    """Everything else that moves stock: papers of every kind, packs, a new name, made to order."""
    _, chips, gin = register.products
    for kind, units in (("ADJUSTMENT", -3), ("WASTE", 2), ("COUNT", 41), ("RECEIPT", 9)):
        post(store, MovementKind(kind), {chips.pk: units, gin.pk: units})
    post(store, MovementKind.TRANSFER, {gin.pk: 5}, to=other)
    case, latte = make_product("CASE-1"), make_snack("LATTE", tracks_stock=False)
    Barcode.objects.create(product=case, gtin="00619947000020", pack_size=12)
    till, later = register.desks[0].till, register.now + timedelta(hours=8)
    opened(till, 0, now=later)
    sold(till, {"id": str(uuid4()), "barcode": "619947000020", "quantity": 2}, latte, now=later)
    order = sold(till, line_of(gin, 2), case, now=later)
    with transaction():
        Product.objects.filter(pk=gin.pk).update(sku="GIN-NEW")
        tell_product(product_id=gin.pk, previous_sku=gin.sku, now=later)
    voided(till, order["id"], now=later)


def post(
    store: Store, kind: MovementKind, units: dict[int, int], *, to: Store | None = None
) -> None:
    paper = Paper(Document(uuid4(), kind, store.pk, "as it goes"), units, to.pk if to else None)
    with transaction():
        write_paper(actor=MANAGER, paper=paper, now=AFTERWARDS)


@pytest.mark.parametrize("size", [7, 1_000])
def test_the_office_has_the_stock_and_the_totals_of_the_shop(
    shop: Register, clock: object, size: int
) -> None:
    sender, events = make_sender(), told()
    for batch in batches(sender, events, size):
        response = sender.post(batch)
        assert set(statuses(response.json())) == {"accepted"}, response.content
    rows = RemoteStock.objects.values_list("store", "sku", "on_hand")
    on_hand = {(store, sku): units for store, sku, units in rows}
    assert on_hand == shelves()
    assert {"CASE-1", "GIN-NEW"} <= {sku for _, sku in on_hand}
    assert_totals_are_the_shop_s()


def assert_totals_are_the_shop_s() -> None:
    """Sales, voids, returns and Zs to the cent."""
    own = {
        "order.completed": total_of(Order),
        "order.voided": -total_of(Order, status="VOIDED"),
        "return.completed": -total_of(Return),
        "return.without_receipt": -total_of(BlindReturn),
        "shift.closed": sum(z.snapshot["net_cents"] for z in ZReport.objects.all()),
    }
    received = {
        event_type: ReceivedFact.objects.filter(type=event_type).aggregate(Sum("amount_cents"))
        for event_type in own
    }
    assert {kind: sums["amount_cents__sum"] for kind, sums in received.items()} == own
    assert all(own.values())
    late = ReceivedFact.objects.filter(type="shift.amended", business_date__isnull=False)
    assert late.exclude(store="").count() == ZAmendment.objects.count() > 0


def total_of(model: Any, **wanted: Any) -> int:
    cents: int = model.objects.filter(**wanted).aggregate(Sum("total_cents"))["total_cents__sum"]
    return cents
