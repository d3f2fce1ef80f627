"""What is published ahead reaches the tills ahead, with its start, and begins on the second."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from tests.catalog.editions import draft, publish
from tests.catalog.files import upc
from tests.conftest import NOON
from tests.factories import api_client, open_till
from tests.goods import make_snack

if TYPE_CHECKING:
    from time_machine import Traveller

    from apps.stores.models import Store

pytestmark = pytest.mark.django_db

MIDNIGHT = datetime(2026, 11, 23, tzinfo=ZoneInfo("America/New_York"))
SECOND = timedelta(seconds=1)


def test_a_till_knows_a_coming_price_and_switches_at_midnight(
    store: Store, clock: Traveller
) -> None:
    chips = make_snack(barcodes=[(upc(1), 1), (upc(2), 12)], price_cents=199)
    publish(draft({chips: 249}, starts_at=MIDNIGHT))
    _, token = open_till(store, now=NOON)
    api = api_client(token)

    def look(barcode: str) -> Any:
        return api.get("products/lookup", barcode=barcode).json()

    coming = [{"starts_at": "2026-11-23T05:00:00Z", "price_cents": 249}]
    assert look(upc(1))["product"]["coming_prices"] == coming
    (listed,) = api.get("products").json()["results"]
    assert [price["price_cents"] for price in listed["coming_prices"]] == [249]
    clock.move_to(MIDNIGHT - SECOND)
    assert [look(upc(1))["price_cents"], look(upc(2))["price_cents"]] == [199, 2388]
    clock.move_to(MIDNIGHT)
    assert [look(upc(1))["price_cents"], look(upc(2))["price_cents"]] == [249, 2988]
    assert look(upc(1))["product"]["coming_prices"] == []
