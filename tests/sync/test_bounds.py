"""The edges of what is sent, sent again and forgotten: one number further would be wrong."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_subatomic.db import transaction

from apps.core.models import OutboxEvent
from apps.sync.models import Undelivered
from apps.sync.services import holes
from apps.sync.services.pruning import KEPT, prune
from tests.conftest import NOON
from tests.sync.listening import Peer, Reply
from tests.sync.office import Sender, destination, tell, undelivered

if TYPE_CHECKING:
    from pytest import MonkeyPatch  # noqa: PT013 - a type alone

pytestmark = pytest.mark.django_db


def test_what_is_sent_again_goes_oldest_first(sender: Sender, peer: Peer) -> None:
    peer.poison = {2, 4, 6}
    tell(6)
    sender.run()
    Undelivered.objects.update(state="REPLAY")
    peer.poison = set()
    sender.run()
    assert [request.numbers for request in peer.heard[-3:]] == [[2], [4], [6]]


def test_what_has_arrived_frees_no_more_than_up_to_the_next_dead_letter(
    sender: Sender, peer: Peer
) -> None:
    peer.poison = {1, 2, 3, 4}
    tell(4, aggregate=lambda _: "order:A")
    sender.run()
    Undelivered.objects.filter(sequence=3).update(state="DEAD")
    with transaction():
        holes.arrive(destination(), 1)
    assert undelivered() == {2: "REPLAY", 3: "DEAD", 4: "HELD"}


def test_one_fact_that_is_too_large_is_called_so(sender: Sender, peer: Peer) -> None:
    peer.script.append(Reply(413, {"code": "entity-huge"}))
    tell()
    sender.run()
    assert Undelivered.objects.get().code == "too-large"


def test_what_has_not_had_its_turn_is_not_missing(sender: Sender, peer: Peer) -> None:
    tell(5)
    sender.run()
    assert holes.find_first_missing(destination(), [(6, 9)]) is None
    assert holes.find_first_missing(destination(), [(5, 9)]) == 5


def test_old_facts_and_batches_go_some_at_a_time(
    sender: Sender, peer: Peer, monkeypatch: MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.core.pruning.CHUNK", 2)
    monkeypatch.setattr("apps.sync.services.pruning.CHUNK", 2)
    peer.largest = 2
    tell(10)
    sender.run()
    OutboxEvent.objects.update(relayed_at=NOON)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        prune(now=NOON + KEPT + timedelta(hours=1))
    deleted = [row["sql"] for row in asked if row["sql"].startswith("DELETE")]
    assert sum("core_outboxevent" in sql for sql in deleted) == 5
    assert sum('FROM "sync_batch"' in sql for sql in deleted) == 4
