"""A destination is given up while it is being sent to, and by several people at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event as Signal

import pytest
from django_subatomic.db import transaction

from apps.core.models import AuditEntry
from apps.sync.conservation import find_lost_facts
from apps.sync.errors import SyncStateConflict
from apps.sync.models import Attempt, Batch
from apps.sync.services.dispatching import End
from apps.sync.services.giving_up import give_up
from tests.conftest import NOON
from tests.factories import MANAGER
from tests.races.test_sync_races import PATIENCE, at_once, closing
from tests.sync.conftest import listener, peer, sender
from tests.sync.listening import Peer, Reply
from tests.sync.office import Sender, destination, tell, undelivered

__all__ = ["listener", "peer", "sender"]
pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def let_go() -> str:
    try:
        with transaction():
            give_up(actor=MANAGER, destination_id=destination().pk, reason="closed", now=NOON)
    except SyncStateConflict as refusal:
        return refusal.detail
    return "done"


def test_one_of_many_gives_it_up_and_the_others_are_told(sender: Sender) -> None:
    told = at_once(let_go)
    assert told.count("done") == 1
    assert set(told) == {"done", "It was given up: closed (Maria)."}
    assert AuditEntry.objects.filter(action="destination.given_up").count() == 1


def test_an_answer_that_comes_after_it_counts_no_more(sender: Sender, peer: Peer) -> None:
    tell(3)
    late = Signal()
    peer.script.append(Reply(422, waits=late))
    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(closing, sender.run)
        while not peer.heard:
            late.wait(0.01)
        assert let_go() == "done"
        late.set()
        assert run.result(PATIENCE) is End.TAKEN
    assert (Batch.objects.get().state, Attempt.objects.count()) == ("ABANDONED", 0)
    assert (destination().state, undelivered()) == ("GIVEN_UP", {})


@pytest.mark.parametrize("after", [1, 3, 6])
def test_whenever_it_is_given_up_the_books_agree_and_nothing_is_open(
    sender: Sender, peer: Peer, after: int
) -> None:
    peer.poison = set(range(7, 400, 40))
    tell(400, aggregate=lambda n: f"order:{n % 40}")
    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(closing, sender.run)
        while len(peer.heard) < after:
            pass
        assert let_go() == "done"
        assert run.result(PATIENCE) is End.TAKEN
    assert not Batch.objects.filter(state="OPEN").exists()
    assert (list(find_lost_facts()), undelivered()) == ([], {})
    assert destination().state == "GIVEN_UP"
    assert len(peer.facts) >= destination().synced_count
