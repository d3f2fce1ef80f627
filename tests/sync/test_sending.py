"""Facts go out in order, in batches that never change once they were sent, signed as they are."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta
from threading import Event

import pytest

from apps.core.models import OutboxEvent
from apps.sync.models import Batch
from apps.sync.services import sending
from apps.sync.services.dispatching import End
from apps.sync.signing import NotSigned, verify
from tests.sync.listening import Peer, Reply
from tests.sync.office import SECRET, Sender, destination, everything_is_there, tell

pytestmark = pytest.mark.django_db
NEXT_SECRET = "whsec_" + "C" * 40
THE_ANSWER_IS_LOST = Reply(is_reset=True)


def test_what_waits_is_sent_in_batches_of_a_thousand_in_order(sender: Sender, peer: Peer) -> None:
    tell(2_345)
    assert sender.run() is End.DONE
    assert [len(request.numbers) for request in peer.heard] == [1_000, 1_000, 345]
    assert peer.order == list(range(1, 2_346))
    assert everything_is_there(peer)


def test_a_fact_is_told_as_the_contract_says(sender: Sender, peer: Peer) -> None:
    tell(aggregate=lambda _: 'order:"é"')
    sender.run()
    (request,) = peer.heard
    assert request.batch == {
        "batch_id": request.headers["webhook-id"],
        "source": "tillhouse",
        "sequence": 1,
        "events": [
            {
                "id": "00000000-0000-0000-0000-000000000001",
                "type": "test.told",
                "version": 1,
                "occurred_at": "2026-11-22T17:00:00Z",
                "aggregate": 'order:"é"',
                "data": {"number": 1},
            }
        ],
    }
    assert request.headers["authorization"] == "Bearer opensesame"


def test_with_nothing_to_tell_nobody_is_asked(sender: Sender, peer: Peer) -> None:
    assert (sender.run(), peer.heard) == (End.DONE, [])


def test_a_batch_that_is_sent_again_is_the_same_byte_for_byte(sender: Sender, peer: Peer) -> None:
    tell(5)
    peer.script.extend([Reply(502), Reply(is_reset=True)])
    sender.run()
    assert len({request.body for request in peer.heard}) == 1
    assert len({request.headers["webhook-id"] for request in peer.heard}) == 1
    assert len(peer.heard) == 3


def test_facts_that_come_meanwhile_wait_for_the_batch_that_is_open(
    sender: Sender, peer: Peer
) -> None:
    tell(2)
    peer.script.extend([Reply(502)] * 3)
    sender.beat()
    tell(2)
    sender.beat()
    assert [request.numbers for request in peer.heard] == [[1, 2]] * 4 + [[3, 4]]


def test_the_signature_is_over_the_bytes_that_were_sent(sender: Sender, peer: Peer) -> None:
    tell()
    sender.run()
    (request,) = peer.heard
    now = sender.now
    assert request.headers["content-encoding"] == "gzip"
    assert verify(request.headers, request.body, secrets=[SECRET], now=now)
    with pytest.raises(NotSigned):
        verify(request.headers, gzip.decompress(request.body), secrets=[SECRET], now=now)


def test_a_retry_is_signed_anew_so_that_it_never_comes_too_late(sender: Sender, peer: Peer) -> None:
    tell()
    peer.script.extend([Reply(502)] * 3)
    sender.run()
    sender.now += timedelta(hours=24)
    sender.run()
    last = peer.heard[-1]
    assert verify(last.headers, last.body, secrets=[SECRET], now=sender.now)


def test_while_secrets_change_both_sign(sender: Sender, peer: Peer) -> None:
    there = destination()
    there.second_secret = NEXT_SECRET
    there.save()
    tell()
    sender.run()
    (request,) = peer.heard
    for secret in (SECRET, NEXT_SECRET):
        assert verify(request.headers, request.body, secrets=[secret], now=sender.now)


def test_a_secret_that_changed_signs_what_was_frozen_before(sender: Sender, peer: Peer) -> None:
    tell()
    peer.script.extend([Reply(502)] * 3)
    sender.beat()
    there = destination()
    there.secret = NEXT_SECRET
    there.save()
    sender.run()
    last = peer.heard[-1]
    assert verify(last.headers, last.body, secrets=[NEXT_SECRET], now=sender.now)


def test_who_does_not_take_gzip_gets_plain_json(sender: Sender, peer: Peer) -> None:
    there = destination()
    there.compresses = False
    there.save()
    tell()
    sender.run()
    (request,) = peer.heard
    assert "content-encoding" not in request.headers
    assert json.loads(request.body)["sequence"] == 1


def test_the_bytes_are_let_go_of_once_they_have_arrived(sender: Sender, peer: Peer) -> None:
    tell(3)
    sender.run()
    batch = Batch.objects.get()
    assert (bytes(batch.body), batch.state, batch.accepted_count) == (b"", "DELIVERED", 3)
    assert batch.sha256 != ""


def test_a_redirect_is_not_followed(sender: Sender, peer: Peer) -> None:
    tell()
    peer.script.append(Reply(307, headers={"Location": "/api/sync"}))
    sender.run()
    assert len(peer.heard) == 2
    assert sender.paused == [5.0]


def test_an_answer_without_end_is_not_read_to_its_end(sender: Sender, peer: Peer) -> None:
    tell()
    take, endless = peer.take, b" " * (2 * 1024 * 1024)
    peer.take = lambda request: Reply(body=take(request).content() + endless)  # type: ignore[method-assign]
    sender.run()
    assert (len(peer.heard), destination().settled_through) == (3, 0)
    assert "no end" in destination().reason


def test_nobody_is_waited_for_longer_than_the_limit(
    sender: Sender, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "READ_SECONDS", 0.05)
    tell()
    late = Event()
    peer.script.append(Reply(waits=late))
    sender.run()
    late.set()
    assert len(peer.heard) == 2


def test_facts_never_leave_the_machine_in_the_clear(sender: Sender, peer: Peer) -> None:
    there = destination()
    there.url = "http://head-office.example.com/api/sync"
    there.save()
    tell()
    sender.run()
    assert destination().state == "STOPPED"
    assert "https" in destination().reason


@pytest.mark.parametrize("heard", [Reply(is_reset=True), Reply(200, body=b""), Reply(504)])
def test_a_fact_whose_answer_was_lost_is_there_once(
    sender: Sender, peer: Peer, heard: Reply
) -> None:
    tell(3)
    peer.lost.append(heard)
    sender.run()
    assert [request.numbers for request in peer.heard] == [[1, 2, 3]] * 2
    assert (peer.order, len(peer.answers)) == ([1, 2, 3], 1)
    assert everything_is_there(peer)


@pytest.mark.parametrize("size", [1_000_000, 6_000_000])
def test_a_body_is_no_larger_than_five_mebibytes_unless_one_fact_is(
    sender: Sender, peer: Peer, size: int
) -> None:
    tell(7)
    OutboxEvent.objects.update(payload={"number": 1, "text": "x" * size})
    sender.run()
    sizes = [len(gzip.decompress(request.body)) for request in peer.heard]
    assert peer.order == [1, 2, 3, 4, 5, 6, 7]
    assert max(sizes) <= max(5 * 1024 * 1024, size + 1_000)
    assert len(sizes) == (2 if size == 1_000_000 else 7)
