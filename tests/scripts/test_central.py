"""The demo's head office: it has the café's catalog, and a price of it changes for that store."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from apps.catalog.models import Price
from apps.inventory.models import StockBalance
from apps.stores.models import ServiceToken, Store
from apps.sync.models import Peer
from scripts.demo import central, loading
from tests.sync.office_rows import make_peer, make_received, make_rejected, make_remote_stock

pytestmark = pytest.mark.django_db
CROISSANT = "CF-049"


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> None:
    """A head office with the café's catalog alone, which is small."""
    load = loading.load_catalog

    def load_cafe(name: str, *given: Any) -> None:
        if name == "cafe.csv":
            load(name, *given)

    monkeypatch.setattr(loading, "load_catalog", load_cafe)
    monkeypatch.setenv("DEMO_USER", "owner")
    monkeypatch.setenv("DEMO_PASSWORD", "let-me-in")
    central.open_office()


def prices() -> list[int]:
    """Of a croissant in the café's book, the oldest first."""
    rows = Price.objects.filter(
        product__sku=CROISSANT, book__code="CAFE", starts_at__lte=timezone.now()
    )
    return list(rows.order_by("starts_at").values_list("price_cents", flat=True))


@pytest.mark.usefixtures("office")
def test_it_knows_stores_and_prices_and_keeps_no_shelves() -> None:
    central.open_office()  # as in a second run
    assert sorted(Store.objects.values_list("code", flat=True)) == ["FLL", "MIA", "STP"]
    assert prices() == [375]
    assert not StockBalance.objects.exists()


@pytest.mark.usefixtures("office")
def test_it_lets_the_stores_in_with_as_little_as_they_need() -> None:
    given = central.admit("tillhouse", "Stores", "MIA")
    assert Peer.objects.get().secret == given["secret"]
    tokens = {row.name: (row.scopes, row.source, row.store) for row in ServiceToken.objects.all()}
    assert tokens == {
        "Stores": (["sync:read", "sync:write"], "tillhouse", None),
        "Stores: catalog": (["catalog:read"], "tillhouse", Store.objects.get(code="MIA")),
    }
    assert User.objects.get().check_password("let-me-in")


@pytest.mark.usefixtures("office")
def test_a_price_is_another_from_now_on() -> None:
    central.reprice("MIA", CROISSANT, 395)
    assert prices() == [375, 395]


def test_it_counts_what_each_store_has_told(db: None) -> None:
    peer = make_peer()
    make_received(peer)
    make_received(peer, amount_cents=100)
    make_rejected(peer, type="order.completed")
    make_received(peer, type="shift.closed", amount_cents=999)
    make_received(peer, type="payment.refunded", amount_cents=999)
    make_remote_stock(peer)
    make_received(peer, store="FLL", type="shift.closed")
    assert central.count() == [
        {"store": "CAF", "sales": 2, "cents": 2_239, "cards": 1, "shifts": 1, "shelves": 1},
        {"store": "FLL", "sales": 0, "cents": None, "cards": 0, "shifts": 1, "shelves": 0},
    ]
