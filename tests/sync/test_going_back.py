"""A destination that has lost facts without noticing is sent them again when somebody says so."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django_subatomic.db import transaction

from apps.core.models import AuditEntry, OutboxEvent
from apps.sync.models import Batch
from apps.sync.services.giving_up import give_up
from apps.sync.services.pruning import KEPT, prune
from tests.conftest import NOON
from tests.factories import MANAGER
from tests.sync.listening import Peer, Reply
from tests.sync.office import (
    CODE,
    Sender,
    destination,
    everything_is_there,
    tell,
    undelivered,
)

pytestmark = pytest.mark.django_db


def send_from(number: int, *options: str) -> str:
    said = io.StringIO()
    call_command("sync_now", CODE, f"--from={number}", *options, stdout=said, stderr=said)
    return said.getvalue()


def refused(number: int) -> str:
    with pytest.raises(CommandError) as refusal:
        send_from(number, "--yes")
    assert not AuditEntry.objects.filter(action="destination.sent_again").exists()
    return str(refusal.value)


@pytest.fixture
def told(sender: Sender, peer: Peer) -> Sender:
    """Ten facts were told to one that does not notice what it misses."""
    peer.tells_gaps = False
    tell(10)
    sender.run()
    return sender


def test_what_it_has_lost_is_there_again(told: Sender, peer: Peer) -> None:
    peer.lose_since(4)
    assert send_from(4, "--yes") == (
        f"{CODE} is sent 7 facts again, from number 4 on.\n{CODE}: 10 facts are there.\n"
    )
    assert everything_is_there(peer)
    assert peer.heard[-1].numbers == [4, 5, 6, 7, 8, 9, 10]
    entry = AuditEntry.objects.get(action="destination.sent_again")
    assert (entry.actor_name, entry.facts) == (
        "sync_now", {"code": CODE, "first": 4, "count": 7},
    )  # fmt: skip


def test_what_it_has_still_is_known_by_its_id(told: Sender, peer: Peer) -> None:
    peer.lose_since(8)
    send_from(1, "--yes")
    assert everything_is_there(peer)


def test_a_batch_under_way_does_not_leap_over_what_is_sent_again(told: Sender, peer: Peer) -> None:
    peer.script.extend([Reply(502)] * 3)
    tell(2)
    told.run()
    assert Batch.objects.filter(state="OPEN").count() == 1
    peer.lose_since(4)
    send_from(4, "--yes")
    assert everything_is_there(peer)


def test_what_is_undelivered_is_not_counted_and_stays_so(sender: Sender, peer: Peer) -> None:
    peer.poison = {5}
    peer.tells_gaps = False
    tell(10)
    sender.run()
    peer.lose_since(4)
    with pytest.raises(CommandError, match="did not take 1 fact:"):
        send_from(4, "--yes")
    assert (sorted(peer.facts), undelivered()) == ([1, 2, 3, 4, 6, 7, 8, 9, 10], {5: "DEAD"})
    assert AuditEntry.objects.get(action="destination.sent_again").facts["count"] == 6


@pytest.mark.parametrize(("typed", "heard"), [("yes", 2), ("", 1), ("y", 1)])
def test_it_is_asked_first_with_their_number(
    told: Sender, peer: Peer, monkeypatch: pytest.MonkeyPatch, typed: str, heard: int
) -> None:
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return typed

    monkeypatch.setattr("builtins.input", answer)
    if typed == "yes":
        send_from(4)
    else:
        with pytest.raises(CommandError, match="Nothing was done"):
            send_from(4)
    assert asked == [f"Send {CODE} 7 facts again, from number 4 on? (yes) "]
    assert len(peer.heard) == heard


def test_what_was_not_told_yet_is_no_again(told: Sender) -> None:
    assert "has been told up to number 10" in refused(11)
    assert "begin with 1" in refused(0)


def test_what_is_before_its_beginning_needs_another_destination(told: Sender) -> None:
    there = destination()
    there.starts_after, there.synced_count = 5, 5
    there.save()
    assert "told from number 6 on. To tell it what was before, add it anew" in refused(5)


def test_what_is_gone_is_refused_with_what_is_left(told: Sender, peer: Peer) -> None:
    OutboxEvent.objects.filter(sequence__lte=5).update(relayed_at=NOON)
    OutboxEvent.objects.filter(sequence__gt=5).update(occurred_at=NOON + KEPT)
    prune(now=NOON + KEPT + timedelta(hours=1))
    assert f"send the rest: sync_now {CODE} --from 6" in refused(5)
    peer.lose_since(6)
    send_from(6, "--yes")
    assert sorted(peer.facts) == list(range(1, 11))


def test_it_has_to_be_named_and_told(told: Sender) -> None:
    with pytest.raises(CommandError, match="Say which destination"):
        call_command("sync_now", "--from", "4")
    with pytest.raises(CommandError, match="There is no destination nowhere"):
        call_command("sync_now", "nowhere", "--from", "4")
    with transaction():
        give_up(actor=MANAGER, destination_id=destination().pk, reason="closed", now=NOON)
    assert "It was given up: closed (Maria)" in refused(4)
