"""What stands around an order: the parked baskets of a store, and what became of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from django_subatomic.db import transaction

from apps.orders.services.parking import park_order, resume_order
from tests.conftest import NOON
from tests.factories import open_till
from tests.goods import basket
from tests.orders.sales import send

from .office import url

if TYPE_CHECKING:
    from django.test import Client

    from apps.catalog.models import Product
    from apps.stores.models import Store
    from apps.stores.types import Till

pytestmark = pytest.mark.django_db


@pytest.fixture
def till(store: Store) -> Till:
    return open_till(store, now=NOON)[0]


def park(till: Till, product: Product) -> dict[str, Any]:
    """The body of a basket that was put aside."""
    body: dict[str, Any] = basket(product)
    with transaction():
        park_order(till=till, order_id=UUID(body["id"]), body=body, now=NOON)
    return body


def resume(till: Till, body: dict[str, Any]) -> None:
    with transaction():
        resume_order(till=till, order_id=UUID(body["id"]), now=NOON)


def states(client: Client) -> dict[str, str]:
    """What the list says of each parked basket, by its id."""
    page = client.get(url("orders_parkedorder_changelist"))
    assert page.status_code == 200
    changes = page.context["cl"]
    return {str(row.pk): changes.model_admin.state(row) for row in changes.result_list}


def test_a_parked_basket_waits_is_resumed_or_is_sold(
    manager: Client, till: Till, bourbon: Product
) -> None:
    waiting, resumed, sold, sold_as_it_waited = (park(till, bourbon) for _ in range(4))
    for body in (resumed, sold):
        resume(till, body)
    for body in (sold, sold_as_it_waited):
        send(till, body)
    assert states(manager) == {
        waiting["id"]: "waiting",
        resumed["id"]: "resumed",
        sold["id"]: "sold",
        sold_as_it_waited["id"]: "sold",
    }
