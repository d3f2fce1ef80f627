"""Totals and facts of a day, for who sent them or may read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from apps.stores.service_types import Scope
from apps.sync.models import Peer, ReceivedFact
from tests.conftest import NOON
from tests.factories import make_service_token

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

pytestmark = pytest.mark.django_db
DAY = "2026-11-22"


@pytest.fixture
def peer(db: None) -> Peer:
    return Peer.objects.create(source="miami", name="Miami", secret="x", created_at=NOON)


def arrive(peer: Peer, cents: int = 500, event_type: str = "order.completed", **fields: Any) -> str:
    """A fact that came in; the id of what it tells of."""
    thing = str(uuid4())
    payload = {"order": {"id": thing}, "order_id": thing, "refund_id": thing, "payment_id": thing}
    values = {
        "event_id": uuid4(),
        "sequence": 1,
        "type": event_type,
        "version": 1,
        "aggregate": f"order:{thing}",
        "occurred_at": NOON,
        "store": "MIA",
        "number": "MIA-1",
        "business_date": DAY,
        "amount_cents": cents,
        "payload": payload,
        "state": "ACCEPTED",
        "received_at": NOON,
    }
    ReceivedFact.objects.create(peer=peer, **{**values, **fields})
    return thing


def ask(what: str, *scopes: Scope, caller: str = "miami", **asked: str) -> Response:
    token = make_service_token(*scopes, name=uuid4().hex, source=caller)
    query = {"source": "miami", "day": DAY, **asked}
    headers = {"Authorization": f"Bearer {token}"}
    return Client().get(f"/api/sync/{what}", query, headers=headers)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_at_the_end_of_time_has_nothing(peer: Peer, day: str) -> None:
    arrive(peer)
    assert ask("totals", day=day).json()["totals"] == []
    facts = ask("facts", day=day, store="MIA", type="payment.captured")
    assert facts.json()["results"] == []


def test_totals_are_by_store_and_type(peer: Peer) -> None:
    arrive(peer)
    arrive(peer, 7)
    arrive(peer, -3, "order.voided", store="KEY")
    document = ask("totals").json()
    assert (document["source"], document["day"]) == ("miami", DAY)
    assert document["totals"] == [
        {"store": "KEY", "type": "order.voided", "count": 1, "amount_cents": -3},
        {"store": "MIA", "type": "order.completed", "count": 2, "amount_cents": 507},
    ]


def test_other_days_other_sources_and_what_was_rejected_count_nothing(peer: Peer) -> None:
    other = Peer.objects.create(source="tampa", name="Tampa", secret="x", created_at=NOON)
    arrive(peer, business_date="2026-11-21")
    arrive(other)
    arrive(peer, event_type="inventory.adjusted")
    arrive(peer, state="REJECTED", payload=None, code="bad")
    assert ask("totals").json()["totals"] == []


def test_money_of_cards_is_of_the_day_of_its_order(peer: Peer) -> None:
    sold = arrive(peer)
    card = {"order_id": sold, "payment_id": str(uuid4()), "refund_id": str(uuid4())}
    later = {"business_date": None, "occurred_at": "2026-11-25T12:00:00Z", "payload": card}
    arrive(peer, 500, "payment.captured", **later)
    arrive(peer, -200, "payment.refunded", **later)
    arrive(peer, 200, "payment.refunded", **later)  # which was undone
    arrive(peer, 900, "payment.captured", business_date=None)  # of an order that never came
    sums = {
        each["type"]: (each["count"], each["amount_cents"])
        for each in ask("totals").json()["totals"]
    }
    assert sums == {
        "order.completed": (1, 500),
        "payment.captured": (1, 500),
        "payment.refunded": (0, 0),
    }
    (fact,) = ask("facts", store="MIA", type="payment.captured").json()["results"]
    assert fact["thing"] == card["payment_id"]


def test_facts_behind_a_sum_are_listed_page_by_page(peer: Peer) -> None:
    sold = [arrive(peer, cents) for cents in (1, 2, 3)]
    arrive(peer, store="KEY")
    first = ask("facts", store="MIA", type="order.completed", limit="2").json()
    cursor = first["next"].partition("cursor=")[2].partition("&")[0].replace("%3D", "=")
    rest = ask("facts", store="MIA", type="order.completed", limit="2", cursor=cursor).json()
    found = [*first["results"], *rest["results"]]
    assert [(each["thing"], each["amount_cents"]) for each in found] == list(
        zip(sold, (1, 2, 3), strict=True)
    )
    assert rest["next"] is None
    assert found[0].keys() == {"id", "sequence", "thing", "number", "amount_cents"}
    assert str(UUID(found[0]["id"])) == found[0]["id"]


@pytest.mark.parametrize("what", ["totals", "facts"])
@pytest.mark.parametrize(
    ("caller", "scopes", "status"),
    [
        ("miami", (Scope.SYNC_WRITE,), 200),
        ("miami", (Scope.SYNC_READ,), 200),
        ("", (Scope.SYNC_READ,), 200),
        ("miami", (Scope.CATALOG_READ,), 403),
        ("tampa", (Scope.SYNC_WRITE, Scope.SYNC_READ), 403),
        ("tampa", (Scope.SYNC_WRITE,), 403),
    ],
)
def test_a_source_may_ask_about_itself_and_a_reader_about_all(
    peer: Peer, what: str, caller: str, scopes: tuple[Scope, ...], status: int
) -> None:
    asked = {"store": "MIA", "type": "order.completed"} if what == "facts" else {}
    answer = ask(what, *scopes, caller=caller, **asked)
    assert answer.status_code == status
    assert status == 200 or answer.json()["code"] == "permission-denied"


def test_of_a_source_that_never_sent_nothing_has_arrived(db: None) -> None:
    assert ask("totals").json()["totals"] == []


@pytest.mark.parametrize(
    "asked",
    [
        {"day": "yesterday"},
        {"source": ""},
        {"type": "inventory.adjusted"},
        {"limit": "0"},
        {"cursor": "rubbish"},
        {"colour": "red"},
    ],
)
def test_what_cannot_be_read_is_refused(peer: Peer, asked: dict[str, str]) -> None:
    answer = ask("facts", **{"store": "MIA", "type": "order.completed", **asked})
    assert answer.status_code in {400, 422}
    assert answer.json()["errors"]


def test_nobody_asks_without_a_token(db: None) -> None:
    answer = Client().get("/api/sync/totals", {"source": "miami", "day": DAY})
    assert (answer.status_code, answer.json()["code"]) == (401, "token-required")
