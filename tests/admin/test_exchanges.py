"""An exchange is one document: what came back, what went out, and how both were settled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from apps.orders.models import Exchange
from apps.stores.types import Role
from tests.conftest import NOON
from tests.factories import open_till
from tests.goods import basket, line_of, make_snack
from tests.orders.returns import some_of, swap
from tests.orders.sales import sold

from .office import text_of, url, url_of

if TYPE_CHECKING:
    from django.test import Client

    from apps.catalog.models import Product
    from apps.stores.models import Store


@pytest.fixture
def exchanged(store: Store, bourbon: Product) -> dict[str, Any]:
    """Chips for $3.98 that went out for a bottle of $21.39, at a till."""
    till, _token = open_till(store, Role.SHIFT_LEAD, code="lea", now=NOON)
    chips = make_snack(on_hand=10, store=store)
    order = sold(till, bourbon)
    return swap(till, order, some_of(order), basket(line_of(chips, 2), cash=1_000))


def test_an_exchange_is_read_whole_on_one_page(manager: Client, exchanged: dict[str, Any]) -> None:
    page = text_of(manager.get(url_of(Exchange.objects.get())))
    back, out = exchanged["returned"], exchanged["order"]
    assert "Came back $21.39 $1.40 of it tax Went out $3.98 $0.00 of it tax" in page
    assert "Given back to the customer $17.41" in page
    came, _, went = page.partition(f"Went out as {out['number']}")
    assert f"Came back of {back['number']}" in came
    assert "Bourbon 1 put back into stock 1 $1.40 $21.39 Total $21.39" in came
    assert "Cash, handed back -$21.39" in came
    assert "Chips CHP-1 CHP-1 2 $1.99 $0.00 $3.98" in went
    assert "Cash $10.00 Change $6.02" in went


def test_the_order_that_went_out_leads_to_its_exchange(
    manager: Client, exchanged: dict[str, Any]
) -> None:
    page = manager.get(url("orders_order_change", exchanged["order"]["id"])).content.decode()
    assert url_of(Exchange.objects.get()) in page


def test_an_exchange_is_found_by_either_number(manager: Client, exchanged: dict[str, Any]) -> None:
    for half in ("returned", "order"):
        page = manager.get(url("orders_exchange_changelist", q=exchanged[half]["number"]))
        assert exchanged["order"]["number"] in text_of(page)
    assert "No results" in text_of(manager.get(url("orders_exchange_changelist", q="BRW-1")))
