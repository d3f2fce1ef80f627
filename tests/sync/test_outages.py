"""A line that is down for a day costs nothing but the day; and whatever happens, all ends well."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from apps.core.models import OutboxEvent, OutboxSequence
from apps.sync.conservation import find_lost_facts
from apps.sync.events import DeliveryFailing, DeliveryResumed
from apps.sync.models import Attempt, Batch, Destination, Undelivered
from tests.sync.listening import Listener, Peer, Reply
from tests.sync.office import (
    Sender,
    destination,
    everything_is_there,
    make_destination,
    tell,
    undelivered,
)

AWAY = Reply(is_reset=True)


@pytest.mark.django_db
def test_a_day_without_the_destination_loses_nothing_and_drains_by_itself(
    sender: Sender, peer: Peer
) -> None:
    peer.tells_gaps = False  # or what was lost would be told again, and nobody would see it
    tell(5)
    peer.script.extend([AWAY] * 1_000)
    for _ in range(24):
        sender.beat(12)
        tell(100)
    assert (undelivered(), destination().state) == ({}, "FAILING")
    assert len(peer.heard) <= 2 + 24 * 12
    peer.script.clear()
    sender.beat()
    assert everything_is_there(peer)
    assert destination().state == "ACTIVE"


@pytest.mark.django_db
def test_an_outage_and_its_end_are_told_once(sender: Sender, peer: Peer) -> None:
    tell()
    peer.script.extend([AWAY] * 10)
    sender.beat(20)
    told = OutboxEvent.objects.filter(type__in=[DeliveryFailing.type, DeliveryResumed.type])
    assert [each.type for each in told.order_by("position")] == [
        "delivery.failing",
        "delivery.resumed",
    ]


@pytest.mark.django_db
def test_the_age_of_the_oldest_that_waits_is_shown(sender: Sender, peer: Peer) -> None:
    tell()
    peer.script.extend([AWAY] * 10)
    sender.beat()
    out = StringIO()
    with time_machine.travel(sender.now + timedelta(hours=20), tick=False):
        call_command("sync_status", stdout=out)
        call_command("sync_status", "--json", stdout=(as_json := StringIO()))
    assert "20 h" in out.getvalue()
    assert json.loads(as_json.getvalue())[0]["oldest_at"] == "2026-11-22T17:00:00+00:00"


class ADay(RuleBasedStateMachine):
    """Facts of few things, a peer in every mood, and people who replay what is dead."""

    def __init__(self, listener: Listener) -> None:
        super().__init__()
        self.peer = listener.peer = Peer()
        for model in (Attempt, Batch, Undelivered, Destination, OutboxEvent, OutboxSequence):
            model.objects.all().delete()
        make_destination(listener.url)
        self.sender = Sender()
        tell(0)

    def teardown(self) -> None:
        self._mend()
        assert everything_is_there(self.peer)
        assert undelivered() == {}
        assert destination().state == "ACTIVE"

    def _mend(self) -> None:
        """Everybody is well again, and a person replays and starts what they find."""
        self.peer.script.clear()
        self.peer.poison, self.peer.rejected, self.peer.largest = set(), set(), 1_000
        tell(1)
        for _ in range(6):
            Undelivered.objects.filter(state="DEAD").update(state="REPLAY")
            self.start()
            self.sender.now += timedelta(hours=1)
            self.sender.run()

    @rule(count=st.integers(1, 12), things=st.integers(1, 5))
    def sell(self, count: int, things: int) -> None:
        tell(count, aggregate=lambda number: f"order:{number % things}")

    @rule(minutes=st.sampled_from([1, 5, 60]))
    def beat(self, minutes: int) -> None:
        self.sender.run()
        self.sender.now += timedelta(minutes=minutes)

    @rule(
        replies=st.lists(
            st.sampled_from(
                [
                    AWAY, Reply(500), Reply(502), Reply(body=b"<html>"), Reply(422), Reply(413),
                    Reply(503, headers={"Retry-After": "7"}), Reply(409, {"code": "batch-reused"}),
                    Reply(409, {"expected_sequence": 1}), Reply(document={}, claims=9), None,
                    Reply(401),
                ]
            ),
            max_size=8,
        )
    )  # fmt: skip
    def misbehave(self, replies: list[Reply | None]) -> None:
        self.peer.script.extend(replies)

    @rule()
    def lose_the_answer(self) -> None:
        """The next batch is taken in, and the line breaks before the answer is through."""
        taken = self.peer.take

        def take(request: object) -> Reply:
            self.peer.take = taken  # type: ignore[method-assign]
            taken(request)  # type: ignore[arg-type]
            return AWAY

        self.peer.take = take  # type: ignore[method-assign]

    @rule(poison=st.sets(st.integers(1, 40), max_size=4), status=st.sampled_from([400, 422, 500]))
    def poison(self, poison: set[int], status: int) -> None:
        self.peer.poison, self.peer.poison_status = poison, status

    @rule(rejected=st.sets(st.integers(1, 40), max_size=4), largest=st.integers(1, 9))
    def be_choosy(self, rejected: set[int], largest: int) -> None:
        self.peer.rejected, self.peer.largest = rejected, largest

    @rule(number=st.integers(1, 40))
    def be_restored_from_a_backup(self, number: int) -> None:
        self.peer.lose_since(number)

    @rule()
    def start(self) -> None:
        there = destination()
        there.state = "ACTIVE" if there.state == "STOPPED" else there.state
        there.save(update_fields=["state"])

    @rule()
    def replay(self) -> None:
        Undelivered.objects.filter(state="DEAD").update(state="REPLAY")

    @invariant()
    def nothing_is_lost(self) -> None:
        assert list(find_lost_facts()) == []
        assert Batch.objects.filter(state="OPEN").count() <= 1


@pytest.mark.django_db
def test_whatever_happens_in_the_end_everything_is_there(listener: Listener) -> None:
    few = settings(max_examples=25, stateful_step_count=20, deadline=None)
    run_state_machine_as_test(lambda: ADay(listener), settings=few)  # type: ignore[arg-type]
