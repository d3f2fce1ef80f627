"""What was received is added up once more, and what differs is named."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from apps.sync.models import Peer, ReceivedFact, RemoteStock
from apps.sync.services.receiving import proving
from tests.conftest import NOON

from .sender import adjusted, captured, make_sender, renamed, voided

if TYPE_CHECKING:
    from .sender import Sender


def faults() -> list[str]:
    return [*proving.find_received_faults(now=NOON)]


@pytest.fixture
def day(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> Sender:
    """Sold, voided, counted and renamed, in three batches of two stores."""
    monkeypatch.setattr(proving, "AT_ONCE", 2)
    sender.send(adjusted(10), adjusted(4, store="TPA"), captured(), sequence=1)
    sender.send(
        voided({"BRB-1": 1}), renamed("BRB-1", "BRB-2"), adjusted(3), {"bad": 1}, sequence=4
    )
    sender.send(renamed("BRB-2", "BRB-3"), adjusted(-2, "BRB-3"), sequence=8)
    other = make_sender("tampa")
    other.send(adjusted(7), adjusted(-7), sequence=1)
    return sender


def test_what_adds_up_is_not_named(day: Sender) -> None:
    assert faults() == []
    on_hand = RemoteStock.objects.filter(peer=day.peer).values_list("store", "sku", "on_hand")
    assert {*on_hand} == {("MIA", "BRB-1", 3), ("MIA", "BRB-3", 9), ("TPA", "BRB-3", 4)}


CHANGED: dict[str, tuple[dict[str, Any], str]] = {
    "a sum": ({"amount_cents": 2140}, "payment.captured #3 of miami: amount_cents is 2140, and"),
    "a sum that is gone": (
        {"amount_cents": None},
        "amount_cents is empty, and the fact says 2139.",
    ),
    "a store": ({"store": "TPA"}, "store is TPA, and the fact says MIA."),
    "a day": ({"business_date": "2026-11-21"}, "business_date is 2026-11-21, and the fact says n"),
    "a payload": ({"payload": {}}, "payment.captured #3 of miami cannot be read: "),
}


@pytest.mark.parametrize("name", CHANGED)
def test_a_changed_figure_is_named(day: Sender, name: str) -> None:
    fields, said = CHANGED[name]
    ReceivedFact.objects.filter(type="payment.captured").update(**fields)
    assert [said in fault for fault in faults()] == [True]


def test_changed_stock_is_named(day: Sender) -> None:
    rows = RemoteStock.objects.filter(peer=day.peer)
    rows.filter(store="TPA").update(on_hand=5)
    rows.filter(store="MIA", sku="BRB-3").delete()
    RemoteStock.objects.create(peer=day.peer, store="MIA", sku="GIN", on_hand=1, changed_at=NOON)
    assert faults() == [
        "GIN in MIA of miami: 1 on hand, its facts come to 0.",
        "BRB-3 in TPA of miami: 5 on hand, its facts come to 4.",
        "BRB-3 in MIA of miami: not on file, its facts come to 9.",
    ]


def test_a_fact_that_is_lost_is_missed(day: Sender) -> None:
    ReceivedFact.objects.filter(type="payment.captured").delete()
    assert faults() == ["miami told 8 facts, and 7 are here."]


def test_what_was_forgotten_in_time_is_not_missed(day: Sender) -> None:
    Peer.objects.update(created_at=NOON - timedelta(days=401))
    ReceivedFact.objects.filter(peer=day.peer, type="inventory.adjusted").delete()
    assert faults() == []


def test_a_fact_too_many_is_named(day: Sender) -> None:
    Peer.objects.filter(source="miami").update(accepted_count=7)
    assert faults() == ["miami told 7 facts, and 8 are here."]
