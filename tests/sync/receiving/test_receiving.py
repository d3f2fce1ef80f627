"""A batch is taken in once, and what it says is seen here."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from apps.sync.models import ReceivedBatch, ReceivedFact, RemoteStock

from .sender import adjusted, captured, codes, make_sender, renamed, statuses, voided

if TYPE_CHECKING:
    from .sender import Sender

pytestmark = pytest.mark.django_db


def stock() -> dict[tuple[str, str], int]:
    rows = RemoteStock.objects.values_list("store", "sku", "on_hand")
    return {(store, sku): on_hand for store, sku, on_hand in rows}


def test_every_event_is_kept_as_it_came_with_what_a_list_needs(sender: Sender) -> None:
    event = voided({"BRB-1": 2})
    answer = sender.send(captured(), event, sequence=1)
    assert statuses(answer) == ["accepted", "accepted"]
    assert (answer["next_expected_sequence"], answer["gaps"]) == (3, [])
    fact = ReceivedFact.objects.get(type="order.voided")
    assert (fact.peer, str(fact.event_id), fact.sequence) == (sender.peer, event["id"], 2)
    assert (fact.payload, fact.aggregate, fact.version) == (event["data"], event["aggregate"], 1)
    assert fact.occurred_at == datetime(2026, 11, 22, 16, 59, 30, 250000, tzinfo=UTC)
    assert (fact.store, fact.number) == ("MIA", "MIA-1-261122-0001")
    assert (fact.business_date, fact.amount_cents) == (date(2026, 11, 22), -2139)


def test_a_packed_batch_is_the_same(sender: Sender) -> None:
    response = sender.post(sender.batch(captured()), packed=True)
    assert statuses(response.json()) == ["accepted"]


def test_stock_is_what_the_facts_add_up_to(sender: Sender) -> None:
    sender.send(adjusted(10), adjusted(5, "GIN-1"), voided({"BRB-1": 2, "GIN-1": -1}), sequence=1)
    sender.send(adjusted(-4), adjusted(3, store="ORL"), sequence=4)
    assert stock() == {("MIA", "BRB-1"): 8, ("MIA", "GIN-1"): 4, ("ORL", "BRB-1"): 3}


def test_an_event_that_comes_again_in_another_batch_counts_once(sender: Sender) -> None:
    first, second = adjusted(10), adjusted(7)
    sender.send(first, sequence=1)
    answer = sender.send(first, second, sequence=1)
    assert statuses(answer) == ["duplicate", "accepted"]
    assert stock() == {("MIA", "BRB-1"): 17}
    assert ReceivedFact.objects.count() == 2


def test_an_id_that_stands_twice_in_a_batch_counts_once(sender: Sender) -> None:
    event = adjusted(10)
    answer = sender.send(event, {**event, "id": event["id"].upper()}, sequence=1)
    assert statuses(answer) == ["accepted", "duplicate"]
    assert stock() == {("MIA", "BRB-1"): 10}


def test_the_same_batch_again_has_the_same_answer_byte_for_byte(sender: Sender) -> None:
    batch = sender.batch(adjusted(10), {"id": "strange"}, sequence=5)
    first = sender.post(batch)
    sender.send(captured(), sequence=7)  # what is known by then changes no answer
    again = sender.post(batch, packed=True)
    assert (again.status_code, again.content) == (200, first.content)
    assert stock() == {("MIA", "BRB-1"): 10}
    assert ReceivedBatch.objects.count() == 2


def test_a_batch_id_with_other_content_is_refused_and_changes_nothing(sender: Sender) -> None:
    batch = sender.batch(adjusted(10))
    sender.post(batch)
    response = sender.post({**batch, "events": [adjusted(1)]})
    assert (response.status_code, response.json()["code"]) == (409, "batch-reused")
    assert stock() == {("MIA", "BRB-1"): 10}


def test_two_sources_have_ids_batches_numbers_and_stock_of_their_own(sender: Sender) -> None:
    other, batch = make_sender("orlando"), sender.batch(adjusted(10))
    sender.post(batch)
    answer = other.post({**batch, "source": "orlando"}).json()
    assert statuses(answer) == ["accepted"]
    assert {row.peer.source: row.on_hand for row in RemoteStock.objects.all()} == {
        "miami": 10,
        "orlando": 10,
    }


def test_stock_follows_a_product_that_has_a_new_sku(sender: Sender) -> None:
    sender.send(adjusted(10), adjusted(1, "BRB-2"), sequence=1)
    sender.send(adjusted(2), renamed("BRB-1", "BRB-2"), adjusted(-3, "BRB-2"), sequence=3)
    assert stock() == {("MIA", "BRB-2"): 10}


def test_what_came_of_an_event_is_told_by_its_own_code(sender: Sender) -> None:
    answer = sender.send(captured(), captured(-1), sequence=1)
    assert codes(answer) == [None, "event-invalid"]
