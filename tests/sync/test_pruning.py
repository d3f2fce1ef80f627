"""What everybody was told long ago is forgotten; what somebody has still to be told, never."""

from __future__ import annotations

import io
from datetime import timedelta
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command

from apps.core.models import OutboxEvent, OutboxSequence
from apps.core.numbering import find_sequence_faults, number_facts
from apps.sync.conservation import find_lost_facts
from apps.sync.models import Attempt, Batch, Undelivered
from apps.sync.services.pruning import KEPT, prune
from tests.conftest import NOON
from tests.sync.listening import Listener, Peer, Reply
from tests.sync.office import CODE, Sender, destination, make_destination, tell, undelivered

pytestmark = pytest.mark.django_db
LATER = NOON + KEPT + timedelta(hours=1)


def relayed() -> None:
    OutboxEvent.objects.update(relayed_at=NOON)


def numbers() -> list[int | None]:
    facts = OutboxEvent.objects.order_by("position")
    return list(facts.values_list("sequence", flat=True))


def faults() -> list[str]:
    return [*find_sequence_faults(), *find_lost_facts()]


@pytest.fixture
def told(sender: Sender) -> Sender:
    """Ten facts that are there, and have been for long."""
    tell(10)
    sender.run()
    relayed()
    return sender


def test_what_is_there_goes_after_ninety_days_and_the_books_still_agree(told: Sender) -> None:
    assert prune(now=LATER) == 10
    assert (numbers(), faults()) == ([], [])


def test_what_is_not_ninety_days_old_is_kept(told: Sender) -> None:
    assert prune(now=NOON + KEPT) == 0


def test_what_was_told_later_goes_on_with_the_next_number(told: Sender, peer: Peer) -> None:
    prune(now=LATER)
    tell(2)
    told.run()
    assert (peer.order[-2:], faults()) == ([11, 12], [])


def test_what_waits_is_never_deleted_however_old(told: Sender) -> None:
    tell(3)
    relayed()
    assert prune(now=LATER + timedelta(days=3_650)) == 10
    assert (numbers(), faults()) == ([11, 12, 13], [])


def test_the_slowest_destination_decides(told: Sender, listener: Listener) -> None:
    slow = make_destination(listener.url, code="slow")
    slow.settled_through = slow.synced_count = 4
    slow.save()
    assert prune(now=LATER) == 4
    assert (numbers(), faults()) == ([5, 6, 7, 8, 9, 10], [])


def test_what_stands_among_the_undelivered_is_kept(sender: Sender, peer: Peer) -> None:
    peer.poison = {2}
    tell(4)
    sender.run()
    relayed()
    prune(now=LATER)
    assert 2 in numbers()
    assert 1 not in numbers()
    assert faults() == []
    peer.poison = set()
    Undelivered.objects.update(state="REPLAY")
    sender.beat()
    assert sorted(peer.facts) == [1, 2, 3, 4]
    assert faults() == []


def test_without_a_destination_all_that_would_be_told_is_kept(db: None) -> None:
    tell(3)
    relayed()
    assert prune(now=LATER) == 0


def test_what_no_subscriber_has_heard_yet_is_kept(told: Sender) -> None:
    OutboxEvent.objects.filter(sequence=3).update(relayed_at=None)
    assert prune(now=LATER) == 9
    assert (numbers(), faults()) == ([3], [])


def test_what_waits_for_its_number_is_kept(told: Sender) -> None:
    make_fact(is_shared=True)
    prune(now=LATER)
    assert numbers() == [None]
    assert OutboxSequence.objects.get().pruned_through == 10


def test_what_stays_in_the_house_goes_too(told: Sender) -> None:
    make_fact(is_shared=False)
    assert prune(now=LATER) == 11


def make_fact(*, is_shared: bool) -> None:
    OutboxEvent.objects.create(
        event_id=UUID(int=99), type="test.told", aggregate="lamp:1", payload={}, occurred_at=NOON,
        relayed_at=NOON, is_shared=is_shared,
    )  # fmt: skip


def test_an_old_fact_behind_a_new_one_is_kept_so_that_the_numbers_stay_dense(
    told: Sender,
) -> None:
    OutboxEvent.objects.filter(sequence=5).update(occurred_at=LATER)
    assert prune(now=LATER) == 4
    assert (numbers()[0], faults()) == (5, [])


def test_batches_go_with_their_attempts_and_the_open_one_stays(told: Sender, peer: Peer) -> None:
    tell(2)
    peer.script.extend([Reply(502)] * 3)
    told.run()
    prune(now=LATER)
    assert list(Batch.objects.values_list("state", flat=True)) == ["OPEN"]
    assert Attempt.objects.count() == 3


def test_one_that_misses_what_is_gone_is_stopped_and_told_what_to_do(
    told: Sender, peer: Peer
) -> None:
    prune(now=LATER)
    peer.lose_since(4)
    tell(2)
    told.run()
    assert destination().state == "STOPPED"
    assert f"sync_now {CODE} --without-pruned" in destination().reason
    assert faults() == []


def test_it_goes_on_without_what_is_gone_when_somebody_says_so(told: Sender, peer: Peer) -> None:
    prune(now=LATER)
    peer.lose_since(4)
    tell(2)
    told.run()
    call_command("sync_now", CODE, "--without-pruned", stdout=io.StringIO())
    tell(2)
    told.beat(3)
    assert sorted(peer.facts) == [1, 2, 3, 11, 12, 13, 14]
    assert (destination().state, undelivered(), faults()) == ("ACTIVE", {}, [])


def test_nobody_goes_on_without_facts_that_are_here(told: Sender) -> None:
    with pytest.raises(CommandError, match="has not stopped"):
        call_command("sync_now", CODE, "--without-pruned", stdout=io.StringIO())


def test_one_that_begins_with_facts_that_are_gone_is_stopped_not_skipped(
    told: Sender, listener: Listener
) -> None:
    prune(now=LATER)
    tell(2)
    make_destination(listener.url, code="new")
    told.run("new")
    assert destination("new").state == "STOPPED"


def test_a_lost_fact_is_a_fault_in_the_books(told: Sender) -> None:
    tell(2)
    OutboxEvent.objects.filter(sequence=11).delete()
    assert len(faults()) == 2


def test_a_fact_counted_twice_is_a_fault_in_the_books(told: Sender) -> None:
    there = destination()
    there.synced_count += 1
    there.save()
    assert faults() == [
        "Of 10 facts that had their turn at head-office, 11 are there and 0 undelivered."
    ]


def test_numbers_that_were_given_are_missed_even_where_none_is_left(told: Sender) -> None:
    OutboxEvent.objects.all().delete()
    assert number_facts() == 0
    assert len(list(find_sequence_faults())) == 1
