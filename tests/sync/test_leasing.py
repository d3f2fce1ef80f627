"""One sends at a time; who slept through the end of their lease changes nothing any more."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from apps.sync.models import Batch
from apps.sync.rules import Answer
from apps.sync.services import freezing, sending, settling
from apps.sync.services.dispatching import End
from apps.sync.services.leasing import LEASE, Lease, LeaseLost, claim, release
from tests.conftest import NOON
from tests.sync.listening import Peer, Reply
from tests.sync.office import CODE, Sender, destination, everything_is_there, tell

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def claimed(now: datetime = NOON) -> Lease:
    lease = claim(CODE, now=now)
    assert lease is not None
    return lease


def test_of_two_beats_one_sends(sender: Sender, peer: Peer) -> None:
    tell()
    claimed()
    assert sender.run() is End.TAKEN
    assert peer.heard == []


def test_a_run_gives_its_lease_back(sender: Sender, peer: Peer) -> None:
    sender.run()
    assert destination().leased_until is None


def test_a_lease_that_was_never_given_back_ends_by_itself(sender: Sender, peer: Peer) -> None:
    tell()
    claimed()
    sender.now += LEASE
    assert sender.run() is End.DONE
    assert everything_is_there(peer)


def test_who_wakes_up_too_late_freezes_nothing(sender: Sender, peer: Peer) -> None:
    tell()
    sleeper = claimed()
    claimed(NOON + LEASE)
    with pytest.raises(LeaseLost):
        freezing.freeze(sleeper, now=NOON + LEASE)
    assert not Batch.objects.exists()


def test_who_wakes_up_with_an_answer_too_late_settles_nothing(sender: Sender, peer: Peer) -> None:
    tell()
    sleeper = claimed()
    frozen = freezing.freeze(sleeper, now=NOON)
    assert frozen is not None
    with sending.open_line() as line:
        answer = sending.send(line, sleeper, frozen, now=NOON)
    sender.now += LEASE
    sender.run()
    before = destination()
    with pytest.raises(LeaseLost):
        settling.settle(sleeper, frozen, answer, now=sender.now, roll=1.0)
    assert (destination().settled_through, before.settled_through) == (1, 1)
    assert destination().synced_count == 1


def test_a_refusal_that_comes_too_late_makes_no_dead_letter(sender: Sender, peer: Peer) -> None:
    tell()
    sleeper = claimed()
    frozen = freezing.freeze(sleeper, now=NOON)
    assert frozen is not None
    sender.now += LEASE
    sender.run()
    with pytest.raises(LeaseLost):
        settling.settle(sleeper, frozen, Answer(422), now=sender.now, roll=1.0)
    assert everything_is_there(peer)


def test_who_wakes_up_too_late_does_not_end_the_lease_of_another(
    sender: Sender, peer: Peer
) -> None:
    sleeper = claimed()
    claimed(NOON + LEASE)
    release(sleeper)
    assert claim(CODE, now=NOON + LEASE) is None


def test_the_next_one_sends_the_bytes_of_who_fell_asleep(sender: Sender, peer: Peer) -> None:
    tell(3)
    sleeper = claimed()
    frozen = freezing.freeze(sleeper, now=NOON)
    assert frozen is not None
    tell(3)
    sender.now += LEASE
    sender.run()
    assert peer.heard[0].body == frozen.body
    assert everything_is_there(peer)


def test_every_step_prolongs_the_lease(sender: Sender, peer: Peer) -> None:
    tell()
    lease, later = claimed(), NOON + timedelta(minutes=1)
    freezing.freeze(lease, now=later)
    assert destination().leased_until == later + LEASE


def test_one_that_is_stopped_is_not_claimed_even_by_force(sender: Sender, peer: Peer) -> None:
    there = destination()
    there.state = "STOPPED"
    there.save()
    assert claim(CODE, now=NOON, is_forced=True) is None


def test_a_stop_by_a_person_holds_though_the_answer_is_good(sender: Sender, peer: Peer) -> None:
    tell(3)
    lease = claimed()
    frozen = freezing.freeze(lease, now=NOON)
    assert frozen is not None
    with sending.open_line() as line:
        answer = sending.send(line, lease, frozen, now=NOON)
    there = destination()
    there.state = "STOPPED"
    there.save()
    settling.settle(lease, frozen, answer, now=NOON, roll=1.0)
    assert (destination().state, destination().synced_count) == ("STOPPED", 3)


def test_a_stop_by_a_person_holds_though_nobody_answers(sender: Sender, peer: Peer) -> None:
    tell(3)
    lease = claimed()
    frozen = freezing.freeze(lease, now=NOON)
    assert frozen is not None
    there = destination()
    there.state, there.reason = "STOPPED", "Maria said so."
    there.save()
    for number in range(3):
        tried = dataclasses.replace(frozen, attempt_count=number)
        settling.settle(lease, tried, Answer(502), now=NOON, roll=1.0)
    assert (destination().state, destination().reason) == ("STOPPED", "Maria said so.")


# --- Clocks ---------------------------------------------------------------------------------------


def test_a_lease_from_a_clock_that_was_set_back_holds_nobody_up(sender: Sender, peer: Peer) -> None:
    tell()
    claimed(NOON + HOUR)
    assert sender.run() is End.DONE


def test_a_clock_that_is_set_back_an_hour_does_not_hold_the_next_attempt_up(
    sender: Sender, peer: Peer
) -> None:
    tell()
    peer.script.extend([Reply(502)] * 3)
    sender.beat()
    sender.now -= HOUR + timedelta(minutes=5)
    sender.beat()
    assert everything_is_there(peer)


def test_a_clock_that_is_set_forward_an_hour_loses_and_doubles_nothing(
    sender: Sender, peer: Peer
) -> None:
    peer.tells_gaps = False  # or what was lost would be told again, and nobody would see it
    tell(3)
    peer.script.extend([Reply(is_reset=True)] * 3)
    assert sender.run() is End.WAITING
    tell(3)
    sender.now += HOUR
    sender.beat(2)
    assert peer.order == [1, 2, 3, 4, 5, 6]
    assert everything_is_there(peer)


@pytest.mark.parametrize(
    "change", [datetime(2026, 3, 8, 7, tzinfo=UTC), datetime(2026, 11, 1, 6, tzinfo=UTC)]
)
def test_the_change_of_the_clocks_of_florida_is_no_matter(
    sender: Sender, peer: Peer, change: datetime
) -> None:
    tell(3)
    sender.now = change - timedelta(seconds=10)
    peer.script.extend([Reply(502), Reply(502)])
    sender.run()
    assert sender.paused == [5.0, 30.0]
    assert everything_is_there(peer)
