"""The same batch, or the same facts, at the same time: each counts once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection

from apps.sync.models import ReceivedBatch, ReceivedFact, RemoteStock
from tests.sync.receiving.sender import adjusted, make_sender, statuses

if TYPE_CHECKING:
    from collections.abc import Sequence

    import time_machine

    from tests.sync.receiving.sender import Document, Sender

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

THREADS = 8
DEADLINE = 60  # seconds after which a test gives up; nothing is timed


@pytest.fixture
def sender(clock: time_machine.Traveller) -> Sender:
    return make_sender()


def send_at_once(sender: Sender, batches: Sequence[Document]) -> list[Any]:
    """All of them, each from a thread of its own, when all are ready."""
    start = threading.Barrier(len(batches), timeout=DEADLINE)

    def send(batch: Document) -> Any:
        start.wait()
        try:
            return sender.post(batch)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(batches)) as pool:
        return list(pool.map(send, batches))


def test_one_batch_from_eight_threads_counts_once_and_has_one_answer(sender: Sender) -> None:
    batch = sender.batch(*[adjusted(1) for _ in range(50)])
    responses = send_at_once(sender, [batch] * THREADS)
    assert {response.status_code for response in responses} == {200}
    assert len({response.content for response in responses}) == 1
    assert statuses(responses[0].json()) == ["accepted"] * 50
    assert RemoteStock.objects.get().on_hand == 50
    assert ReceivedBatch.objects.count() == 1


def test_the_same_facts_in_eight_batches_are_accepted_once(sender: Sender) -> None:
    events = [adjusted(1) for _ in range(50)]
    responses = send_at_once(sender, [sender.batch(*events) for _ in range(THREADS)])
    results = [status for response in responses for status in statuses(response.json())]
    assert (results.count("accepted"), results.count("duplicate")) == (50, 50 * (THREADS - 1))
    assert (RemoteStock.objects.get().on_hand, ReceivedFact.objects.count()) == (50, 50)
    assert sender.peer.accepted_count == 50


def test_batches_that_overtake_each_other_leave_no_gap(sender: Sender) -> None:
    batches = [sender.batch(adjusted(1), sequence=number) for number in range(1, THREADS + 1)]
    assert {r.status_code for r in send_at_once(sender, batches)} == {200}
    status = sender.status().json()
    assert (status["last_sequence"], status["gaps"], status["warning"]) == (THREADS, [], "")
    assert RemoteStock.objects.get().on_hand == THREADS


def test_of_two_bodies_under_one_batch_id_one_is_refused(sender: Sender) -> None:
    first = sender.batch(adjusted(1))
    second = {**first, "events": [adjusted(1)]}
    responses = send_at_once(sender, [first, second])
    assert sorted(response.status_code for response in responses) == [200, 409]
    assert RemoteStock.objects.get().on_hand == 1
