"""A shop with a till at which a shift lead sells, and a head office that is told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django_subatomic.db import transaction

from apps.payments.models import Payment
from apps.payments.services.telling import tell_captured, tell_refunded
from apps.stores.types import Role
from tests.conftest import NOON
from tests.factories import make_staff, make_store, open_till
from tests.goods import line_of, make_product, make_snack
from tests.orders.blind import new_code, return_blind
from tests.orders.returns import some_of, take_back
from tests.orders.sales import sold, voided
from tests.payments.drawers import closed, opened
from tests.payments.rows import make_payment, make_refund

from .two_offices import make_pair

if TYPE_CHECKING:
    import time_machine
    from pytest_django.live_server_helper import LiveServer

    from apps.catalog.models import Product
    from apps.stores.models import Store
    from apps.stores.types import Till

    from .two_offices import Pair

BOTTLE_CENTS = 2139


@pytest.fixture
def store(db: None) -> Store:
    return make_store()


@pytest.fixture
def till(store: Store) -> Till:
    """The third one, with a shift lead at it, who may void; a manager is about."""
    make_staff(store, Role.MANAGER, code="eva")
    return open_till(store, Role.SHIFT_LEAD, number=3, now=NOON)[0]


@pytest.fixture
def bourbon(store: Store) -> Product:
    """$19.99, ten of them on the shelf."""
    return make_product("BRB-1", name="Bourbon", on_hand=10, store=store)


@pytest.fixture
def chips(store: Store) -> Product:
    """$1.99 and no tax, ten of them on the shelf."""
    return make_snack("CHP-1", name="Chips", on_hand=10, store=store)


@pytest.fixture
def pair(live_server: LiveServer, clock: time_machine.Traveller, chips: Product) -> Pair:
    return make_pair(live_server.url)


@pytest.fixture
def day(pair: Pair, till: Till, bourbon: Product, chips: Product) -> Pair:
    """A day with one of everything that is compared, all of it told."""
    opened(till)
    sell_by_card(till, bourbon)
    sale = sold(till, line_of(chips, 2))
    take_back(till, sale, some_of(sale))
    voided(till, sold(till, chips)["id"])
    bag = {"product_id": chips.pk, "quantity": 1, "restock": True}
    return_blind(till, bag, new_code("2", 0), now=NOON)
    closed(till)
    pair.sync()
    return pair


def sell_by_card(till: Till, bottle: Product) -> dict[str, Any]:
    """A bottle by card: captured, and half a dollar of it refunded by hand."""
    order_id = uuid4()
    card = make_payment(order_id=order_id, amount_cents=BOTTLE_CENTS, authorized_cents=BOTTLE_CENTS)
    tenders = [{"kind": "card", "payment_id": str(card.pk)}]
    order = sold(till, bottle, id=str(order_id), tenders=tenders)
    Payment.objects.filter(pk=card.pk).update(status="CAPTURED", captured_cents=BOTTLE_CENTS)
    refund = make_refund(Payment.objects.get(pk=card.pk), amount_cents=50, status="SUCCEEDED")
    with transaction():
        tell_captured(card.pk, now=NOON)
        tell_refunded(refund.pk, now=NOON)
    return order
