"""What comes back is understood as what it is, and nothing that is unclear counts as delivered."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime

import pytest

from apps.sync.models import Attempt, Batch
from apps.sync.services.dispatching import End
from tests.conftest import NOON
from tests.sync.listening import Peer, Reply
from tests.sync.office import Sender, destination, everything_is_there, tell, undelivered

pytestmark = pytest.mark.django_db

NOT_DELIVERED = {
    "nothing": Reply(is_reset=True),
    "half an answer": Reply(document={"batch_id": "x"}, claims=100),
    "a page of a proxy": Reply(body=b"<html>Welcome to the hotel's network.</html>"),
    "no body": Reply(body=b""),
    "another batch": Reply(document={"batch_id": "another", "results": []}),
    "a list": Reply(document=[1]),
    "created": Reply(201, {}),
    "no content": Reply(204),
    "moved": Reply(301, headers={"Location": "/"}),
    "a teapot": Reply(418),
    "an error": Reply(500),
    "a bad gateway": Reply(502),
    "not now": Reply(503),
    "too late": Reply(504),
    "too often": Reply(429),
}


@pytest.mark.parametrize("reply", NOT_DELIVERED.values(), ids=NOT_DELIVERED.keys())
def test_what_is_no_answer_is_tried_again_and_loses_nothing(
    sender: Sender, peer: Peer, reply: Reply
) -> None:
    tell(3)
    peer.script.append(reply)
    sender.run()
    assert len(peer.heard) == 2
    assert sender.paused == [5.0]
    assert everything_is_there(peer)


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_closed_door_stops_the_sending_until_a_person_starts_it(
    sender: Sender, peer: Peer, status: int
) -> None:
    tell(3)
    peer.script.append(Reply(status, {"detail": "You are a stranger."}))
    sender.beat(3)
    there = destination()
    assert (there.state, len(peer.heard)) == ("STOPPED", 1)
    assert "You are a stranger." in there.reason
    assert Batch.objects.get().state == "OPEN"


def test_one_that_was_started_again_goes_on_with_the_same_bytes(sender: Sender, peer: Peer) -> None:
    tell(3)
    peer.script.append(Reply(401))
    sender.beat()
    there = destination()
    there.state = "ACTIVE"
    there.save()
    sender.beat()
    assert len({request.body for request in peer.heard}) == 1
    assert everything_is_there(peer)


def test_a_signature_refused_for_our_clock_is_an_outage_that_ends_by_itself(
    sender: Sender, peer: Peer
) -> None:
    tell()
    right = format_datetime(NOON, usegmt=True)
    peer.script.extend([Reply(403, headers={"Date": right})] * 3)
    sender.now += timedelta(hours=1)
    sender.beat()
    assert destination().state == "FAILING"
    assert "minutes apart" in destination().reason
    sender.beat()
    assert everything_is_there(peer)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("asked", ["40", format_datetime(NOON + timedelta(seconds=40))])
def test_who_says_when_to_come_back_is_left_alone_until_then(
    sender: Sender, peer: Peer, status: int, asked: str
) -> None:
    tell()
    peer.script.append(Reply(status, headers={"Retry-After": asked}))
    sender.run()
    assert sender.paused == [pytest.approx(40, abs=0.1)]
    assert everything_is_there(peer)


def test_nobody_makes_us_wait_for_more_than_an_hour(sender: Sender, peer: Peer) -> None:
    tell()
    peer.script.append(Reply(503, headers={"Retry-After": "999999999"}))
    assert sender.run() is End.WAITING
    assert destination().next_attempt_at == sender.now + timedelta(hours=1)


def test_too_large_halves_the_batches_and_stays_so(sender: Sender, peer: Peer) -> None:
    peer.largest = 3
    tell(10)
    sender.run()
    assert [len(request.numbers) for request in peer.heard] == [10, 5, 2, 2, 2, 2, 2]
    assert destination().batch_limit == 2
    assert everything_is_there(peer)


def test_a_fact_that_is_too_large_by_itself_is_a_dead_letter(sender: Sender, peer: Peer) -> None:
    peer.largest = 0
    tell()
    sender.run()
    assert undelivered() == {1: "DEAD"}


def test_an_id_that_was_used_gives_way_to_another(sender: Sender, peer: Peer) -> None:
    tell(2)
    peer.script.append(Reply(409, {"code": "batch-reused"}))
    sender.run()
    first, second = peer.heard
    assert first.headers["webhook-id"] != second.headers["webhook-id"]
    assert everything_is_there(peer)


def test_one_that_knows_every_id_already_is_not_asked_for_ever(sender: Sender, peer: Peer) -> None:
    tell(2)
    peer.script.extend([Reply(409, {"code": "batch-reused"})] * 20)
    assert sender.run() is End.WAITING
    assert (len(peer.heard), destination().state) == (4, "FAILING")


def test_every_sending_is_written_down_with_what_came_of_it(sender: Sender, peer: Peer) -> None:
    tell()
    peer.script.extend([Reply(is_reset=True), Reply(500, {"detail": "Oh\0 dear."})])
    sender.run()
    rows = Attempt.objects.order_by("number").values_list("number", "outcome", "status", "detail")
    (first, second, third) = rows
    assert first[:3] == (1, "SILENT", None)
    assert second == (2, "BROKEN", 500, "500 Oh  dear.")
    assert third == (3, "DELIVERED", 200, "")


@pytest.mark.parametrize("name", ["expected_sequence", "next_expected_sequence", "expected_seq"])
def test_one_that_insists_on_a_number_is_told_from_there(
    sender: Sender, peer: Peer, name: str
) -> None:
    tell(10)
    sender.run()
    peer.lose_since(4)
    tell(2)
    peer.script.append(Reply(409, {"code": "gap", name: 4}))
    sender.run()
    assert [request.numbers[0] for request in peer.heard] == [1, 11, 4]
    assert everything_is_there(peer)


def test_one_that_was_restored_from_a_backup_is_told_again(sender: Sender, peer: Peer) -> None:
    tell(10)
    sender.run()
    peer.lose_since(4)
    tell(2)
    sender.run()
    assert [request.numbers[0] for request in peer.heard] == [1, 11, 4]
    assert everything_is_there(peer)


def test_a_gap_from_before_it_was_added_is_none(sender: Sender, peer: Peer) -> None:
    tell(5)
    there = destination()
    there.starts_after = there.settled_through = 5
    there.save()
    tell(2)
    sender.beat(2)
    assert sorted(peer.facts) == [6, 7]
    assert len(peer.heard) == 1


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        (99, "restored from a backup"),
        (7, "has been told up to 5"),
        (5, "told from 6 on"),
        (2, "told from 6 on"),
    ],
)
def test_a_number_that_we_cannot_go_to_stops_the_sending(
    sender: Sender, peer: Peer, expected: int, said: str
) -> None:
    tell(5)
    there = destination()
    there.starts_after = there.settled_through = 5
    there.save()
    tell(2)
    peer.script.append(Reply(409, {"code": "gap", "expected_sequence": expected}))
    sender.run()
    assert destination().state == "STOPPED"
    assert said in destination().reason


def test_one_that_never_finds_what_it_was_given_does_not_keep_us_busy(
    sender: Sender, peer: Peer
) -> None:
    tell(5)
    sender.run()
    peer.take = lambda request: Reply(  # type: ignore[method-assign]
        document={
            "batch_id": request.batch["batch_id"],
            "results": [{"id": e["id"], "status": "accepted"} for e in request.batch["events"]],
            "gaps": [{"first": 2, "last": 2}],
        }
    )
    tell(1)
    assert sender.run() is End.WAITING
    assert len(peer.heard) < 8
