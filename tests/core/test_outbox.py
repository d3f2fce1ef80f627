"""Facts leave with the commit that made them true, in their order, to everybody, at least once."""

from __future__ import annotations

import contextlib
import threading
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

import pytest
from django.db import connection
from django_subatomic.db import (
    _MissingRequiredTransaction,
    _UnexpectedOpenTransaction,
    transaction,
)

from apps.core.events import Event
from apps.core.models import OutboxEvent
from apps.core.outbox import BATCH, LEASE, find_event, publish, relay

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = pytest.mark.django_db

DEADLINE = 30  # seconds after which a test gives up; nothing is timed
CASHIER = uuid.UUID(int=7)
MORNING = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
AFTER_THE_LEASE = LEASE + timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True)
class BottleBroken(Event):
    type: ClassVar[str] = "test.bottle-broken"
    version: ClassVar[int] = 3

    aggregate: str = "store:1"
    occurred_at: datetime = MORNING
    quantity: int = 1
    noticed_on: date = date(2026, 11, 22)
    noticed_by: uuid.UUID = CASHIER


@dataclass(frozen=True, kw_only=True)
class DoorOpened(Event):
    """A fact that nobody wants to hear of."""

    type: ClassVar[str] = "test.door-opened"

    aggregate: str = "store:1"
    occurred_at: datetime = MORNING


SUBSCRIBERS = {BottleBroken: ("stock.count", "alerts.tell")}


@dataclass
class Broker:
    """Stands in for Celery: remembers what it was sent, and refuses the events it is told to."""

    sent: list[tuple[str, uuid.UUID]] = field(default_factory=list)
    refused: set[uuid.UUID] = field(default_factory=set)
    is_down_for: str = ""

    def send(self, task: str, event_id: uuid.UUID) -> None:
        if event_id in self.refused or task == self.is_down_for:
            raise ConnectionRefusedError("the broker is away")
        self.sent.append((task, event_id))

    @property
    def told(self) -> list[uuid.UUID]:
        """The ids that the first subscriber has heard, in order."""
        return [event_id for task, event_id in self.sent if task == "stock.count"]


@pytest.fixture
def broker() -> Broker:
    return Broker()


@pytest.fixture(autouse=True)
def wiring(settings: Settings) -> None:
    settings.OUTBOX_SUBSCRIBERS = f"{__name__}.SUBSCRIBERS"


def published(*events: Event) -> None:
    with transaction():
        for event in events:
            publish(event)


def waiting(count: int) -> list[uuid.UUID]:
    """Store many facts, a second apart; their ids, oldest first."""
    rows = [
        OutboxEvent(
            type=BottleBroken.type,
            aggregate="store:1",
            payload={},
            occurred_at=MORNING + timedelta(seconds=second),
        )
        for second in range(count)
    ]
    OutboxEvent.objects.bulk_create(rows)
    return [row.event_id for row in rows]


def not_relayed() -> set[uuid.UUID]:
    return set(OutboxEvent.objects.filter(relayed_at=None).values_list("event_id", flat=True))


def test_a_fact_is_only_published_inside_a_transaction() -> None:
    with pytest.raises(_MissingRequiredTransaction):
        publish(BottleBroken())
    assert not OutboxEvent.objects.exists()


def test_a_rolled_back_transaction_leaves_no_fact() -> None:
    with contextlib.suppress(ZeroDivisionError), transaction():
        publish(BottleBroken())
        raise ZeroDivisionError
    assert not OutboxEvent.objects.exists()


def test_a_stored_fact_says_all_it_says_in_plain_json() -> None:
    event = BottleBroken(quantity=2)
    published(event)
    stored = find_event(str(event.id))
    assert stored is not None
    assert stored.payload == {
        "noticed_by": "00000000-0000-0000-0000-000000000007",
        "noticed_on": "2026-11-22",
        "quantity": 2,
    }
    assert (stored.type, stored.version, stored.aggregate, stored.occurred_at) == (
        "test.bottle-broken", 3, "store:1", MORNING,
    )  # fmt: skip


def test_an_event_id_that_was_never_published_finds_nothing() -> None:
    assert find_event(uuid.UUID(int=1)) is None


def test_every_subscriber_is_told_of_every_waiting_fact(broker: Broker, now: datetime) -> None:
    events = [BottleBroken(), BottleBroken()]
    published(*events)
    assert relay(now=now, send=broker.send) == 2
    everyone = {(task, event.id) for task in SUBSCRIBERS[BottleBroken] for event in events}
    assert Counter(broker.sent) == Counter(everyone)
    assert set(OutboxEvent.objects.values_list("relayed_at", "leased_until")) == {(now, None)}


def test_facts_go_in_the_order_of_writing_whatever_the_clock_said(
    broker: Broker, now: datetime
) -> None:
    hours = [2, 0, 3, 1]
    events = [BottleBroken(occurred_at=MORNING + timedelta(hours=hour)) for hour in hours]
    published(*events)
    relay(now=now, send=broker.send)
    assert broker.told == [event.id for event in events]


def test_a_relayed_fact_is_not_handed_on_again(broker: Broker, now: datetime) -> None:
    published(BottleBroken())
    relay(now=now, send=broker.send)
    assert relay(now=now + 2 * LEASE, send=broker.send) == 0
    assert len(broker.told) == 1


def test_a_fact_that_nobody_wants_is_done_with(broker: Broker, now: datetime) -> None:
    published(DoorOpened())
    assert relay(now=now, send=broker.send) == 1
    assert (broker.sent, not_relayed()) == ([], set())


def test_a_relay_refuses_to_run_inside_a_transaction(broker: Broker, now: datetime) -> None:
    with pytest.raises(_UnexpectedOpenTransaction), transaction():
        relay(now=now, send=broker.send)


def test_one_run_drains_more_facts_than_a_batch_holds(broker: Broker, now: datetime) -> None:
    ids = waiting(2 * BATCH + 1)
    assert relay(now=now, send=broker.send) == 2 * BATCH + 1
    assert broker.told == ids


def test_a_fact_that_could_not_be_sent_stays_until_its_lease_is_over(
    broker: Broker, now: datetime
) -> None:
    event = BottleBroken()
    published(event)
    broker.refused = {event.id}
    assert relay(now=now, send=broker.send) == 0
    broker.refused.clear()
    assert relay(now=now + LEASE, send=broker.send) == 0
    assert relay(now=now + AFTER_THE_LEASE, send=broker.send) == 1
    assert (broker.told, not_relayed()) == ([event.id], set())


def test_a_failed_send_ends_the_run_and_the_next_run_goes_on(broker: Broker, now: datetime) -> None:
    ids = waiting(BATCH + 1)
    broker.refused = {ids[0]}
    relay(now=now, send=broker.send)
    assert not_relayed() >= {ids[0], ids[-1]}
    assert ids[-1] not in broker.told
    relay(now=now, send=broker.send)
    assert ids[-1] in broker.told
    broker.refused.clear()
    relay(now=now + AFTER_THE_LEASE, send=broker.send)
    assert not_relayed() == set()


def test_a_fact_of_which_one_subscriber_was_not_told_is_told_to_all_again(
    broker: Broker, now: datetime
) -> None:
    event = BottleBroken()
    published(event)
    broker.is_down_for = "alerts.tell"
    assert relay(now=now, send=broker.send) == 0
    broker.is_down_for = ""
    assert relay(now=now + AFTER_THE_LEASE, send=broker.send) == 1
    assert ("alerts.tell", event.id) in broker.sent


def test_what_one_relay_has_leased_is_not_handed_on_by_another(
    broker: Broker, now: datetime
) -> None:
    event = BottleBroken()
    published(event)

    def send_while_another_relay_runs(task: str, event_id: uuid.UUID) -> None:
        assert relay(now=now + LEASE, send=broker.send) == 0

    assert relay(now=now, send=send_while_another_relay_runs) == 1
    assert broker.sent == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_relays_side_by_side_never_hand_a_fact_on_twice(broker: Broker, now: datetime) -> None:
    ids = waiting(3 * BATCH)
    start = threading.Barrier(4, timeout=DEADLINE)

    def run() -> int:
        start.wait()
        try:
            return relay(now=now, send=broker.send)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        relayed = [pool.submit(run) for _ in range(4)]
    assert sum(future.result() for future in relayed) == len(ids)
    assert Counter(broker.told) == Counter(ids)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_relay_passes_over_rows_that_another_is_just_claiming(
    broker: Broker, now: datetime
) -> None:
    claimed, free = waiting(2)

    def run() -> int:
        try:
            return relay(now=now, send=broker.send)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, transaction():
        OutboxEvent.objects.select_for_update().get(event_id=claimed)
        # The row stays locked until this transaction ends, so a relay that waited would never end.
        assert pool.submit(run).result(DEADLINE) == 1
    assert broker.told == [free]
    assert not_relayed() == {claimed}
