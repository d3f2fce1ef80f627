"""One fact that is not taken keeps up only what is about the same thing, and is never lost."""

from __future__ import annotations

from math import log2
from typing import TYPE_CHECKING

import pytest

from apps.core.models import OutboxEvent
from apps.sync.conservation import find_lost_facts
from apps.sync.events import FactDead
from apps.sync.models import Undelivered
from tests.sync.listening import Peer, Reply
from tests.sync.office import Sender, destination, everything_is_there, tell, undelivered

if TYPE_CHECKING:
    from collections.abc import Collection

pytestmark = pytest.mark.django_db
MANY = 1_000


def replay(*numbers: int) -> None:
    """As a person does, and as it happens to what is behind one that was discarded."""
    Undelivered.objects.filter(sequence__in=numbers).update(state="REPLAY")


def others(poison: Collection[int], count: int = MANY) -> set[int]:
    return set(range(1, count + 1)) - set(poison)


@pytest.mark.parametrize("poison", [{1}, {500}, {MANY}, {333, 334}, {1, MANY}])
@pytest.mark.parametrize("status", [400, 422])
def test_all_but_the_poisonous_arrive_after_few_requests(
    sender: Sender, peer: Peer, poison: set[int], status: int
) -> None:
    peer.poison, peer.poison_status = poison, status
    tell(MANY)
    sender.run()
    assert set(peer.facts) == others(poison)
    assert undelivered() == dict.fromkeys(sorted(poison), "DEAD")
    assert len(peer.heard) <= len(poison) * (2 * log2(MANY) + 1) + 1
    assert list(find_lost_facts()) == []


def test_nothing_that_arrived_is_sent_twice_on_the_way_to_the_poison(
    sender: Sender, peer: Peer
) -> None:
    peer.poison = {700}
    tell(MANY)
    sender.run()
    taken = [r.numbers for r in peer.heard if not peer.poison & set(r.numbers)]
    assert sum(map(len, taken)) == MANY - 1


def test_a_dead_letter_says_why(sender: Sender, peer: Peer) -> None:
    peer.poison = {2}
    tell(3)
    sender.run()
    row = Undelivered.objects.get()
    assert (row.code, row.detail) == ("bitter", "422 It is poisonous.")
    told = OutboxEvent.objects.get(type=FactDead.type)
    assert (told.aggregate, told.payload["sequence"]) == ("order:2", 2)


@pytest.mark.parametrize("poison", [{1}, {10}, {5}, {5, 6}])
def test_a_fact_that_breaks_the_destination_is_found_and_stops_nobody(
    sender: Sender, peer: Peer, poison: set[int]
) -> None:
    peer.poison, peer.poison_status = poison, 500
    tell(10)
    sender.beat(4)
    tell(1)
    sender.beat(8)
    assert set(peer.facts) == others(poison, 11)
    assert undelivered() == dict.fromkeys(sorted(poison), "DEAD")
    assert destination().state == "ACTIVE"


def test_only_what_is_about_the_same_thing_waits_behind_a_dead_letter(
    sender: Sender, peer: Peer
) -> None:
    peer.poison = {3}
    tell(3, aggregate=lambda _: "order:A")
    sender.run()
    tell(6, aggregate=lambda n: "order:A" if n % 2 else "order:B")
    sender.run()
    assert set(peer.facts) == {1, 2, 4, 6, 8}
    assert undelivered() == {3: "DEAD", 5: "HELD", 7: "HELD", 9: "HELD"}
    assert list(find_lost_facts()) == []


def test_a_replay_restores_the_order_of_what_waited(sender: Sender, peer: Peer) -> None:
    peer.poison = {3}
    tell(9, aggregate=lambda n: "order:A" if n % 2 else "order:B")
    sender.beat()
    peer.poison = set()
    replay(3)
    tell(1)
    sender.beat()
    assert [n for n in peer.order if n % 2] == [1, 3, 5, 7, 9]
    assert everything_is_there(peer)


def test_what_is_to_be_sent_again_goes_before_what_is_new(sender: Sender, peer: Peer) -> None:
    peer.poison = {1}
    tell(2)
    sender.beat()
    peer.poison = set()
    replay(1)
    tell(2)
    sender.beat()
    assert [request.numbers for request in peer.heard[-2:]] == [[1], [3, 4]]


def test_a_replay_that_fails_again_holds_the_rest_again(sender: Sender, peer: Peer) -> None:
    peer.poison = {1}
    tell(3, aggregate=lambda _: "order:A")
    sender.beat()
    replay(1, 2, 3)
    sender.beat()
    assert undelivered() == {1: "DEAD", 2: "HELD", 3: "HELD"}


def test_with_one_discarded_what_waited_behind_it_goes_on(sender: Sender, peer: Peer) -> None:
    peer.poison = {1}
    tell(3, aggregate=lambda _: "order:A")
    sender.beat()
    Undelivered.objects.filter(sequence=1).update(
        state="DISCARDED", discarded_at=sender.now, discarded_by="maria", discarded_reason="test"
    )
    replay(2, 3)
    tell(1, aggregate=lambda _: "order:A")
    sender.beat()
    assert peer.order == [2, 3, 4]
    assert undelivered() == {1: "DISCARDED"}
    assert list(find_lost_facts()) == []


def test_a_fact_that_is_rejected_by_itself_is_sent_three_times(sender: Sender, peer: Peer) -> None:
    peer.rejected = {2}
    tell(3)
    sender.beat()
    assert (set(peer.facts), undelivered()) == ({1, 3}, {2: "RETRY"})
    sender.beat(5)
    assert [2 in request.numbers for request in peer.heard].count(True) == 3
    assert undelivered() == {2: "DEAD"}


def test_a_rejected_fact_that_is_taken_at_last_is_there(sender: Sender, peer: Peer) -> None:
    peer.rejected = {2}
    tell(3)
    sender.beat(2)
    peer.rejected = set()
    sender.beat(2)
    assert everything_is_there(peer)


def test_one_that_refuses_everything_is_stopped_before_all_is_dead(
    sender: Sender, peer: Peer
) -> None:
    peer.poison = set(range(1, 101))
    tell(100)
    sender.run()
    there = destination()
    assert (there.state, len(undelivered()), there.settled_through) == ("STOPPED", 10, 10)
    assert "refused 10 facts in a row" in there.reason
    assert list(find_lost_facts()) == []


@pytest.mark.parametrize("reply", [Reply(500), Reply(body=b"<html>"), Reply(418)])
@pytest.mark.parametrize("count", [1, 3, 30])
def test_one_that_breaks_over_everything_makes_no_dead_letter(
    sender: Sender, peer: Peer, reply: Reply, count: int
) -> None:
    tell(count)
    peer.script.extend([reply] * 300)
    sender.beat(100)
    assert (set(undelivered().values()) <= {"REPLAY", "SUSPECT"}, peer.facts) == (True, {})
    assert destination().state == "FAILING"
    peer.script.clear()
    sender.beat(2)
    assert everything_is_there(peer)
    assert undelivered() == {}


def test_what_is_behind_a_fact_rejected_just_now_waits_though_it_was_made_ready(
    sender: Sender, peer: Peer
) -> None:
    peer.rejected = {5}
    tell(2_000, aggregate=lambda n: f"order:{5 if n == 1_500 else n}")
    sender.run()
    assert undelivered() == {5: "RETRY", 1_500: "HELD"}
    assert list(find_lost_facts()) == []


def test_what_was_made_ready_is_not_sent_before_what_it_misses(sender: Sender, peer: Peer) -> None:
    tell(3_000)
    peer.script.append(Reply(409, {"expected_sequence": 1}))
    sender.run()
    peer.lose_since(10)
    tell(3_000)
    sender.run()
    assert everything_is_there(peer)


def test_a_minute_of_errors_accuses_nobody(sender: Sender, peer: Peer) -> None:
    tell(8)
    peer.script.extend([Reply(500)] * 9)
    sender.beat(3)
    assert len(peer.heard) > 9
    assert everything_is_there(peer)
    assert undelivered() == {}
