"""Facts that other systems are told are numbered after the commit: densely, in order, each once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

import orjson
import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection
from django_subatomic.db import transaction

from apps.core import event_schemas, numbering
from apps.core.events import Event
from apps.core.models import OutboxEvent, OutboxSequence
from apps.core.numbering import find_sequence_faults, number_facts
from apps.core.outbox import FactFaulty, publish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytest_django import Settings

pytestmark = pytest.mark.django_db

DEADLINE = 30  # seconds after which a test gives up; nothing is timed
MORNING = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["quantity"],
    "properties": {"quantity": {"type": "integer", "minimum": 1}},
}


@dataclass(frozen=True, kw_only=True)
class BottleSold(Event):
    type: ClassVar[str] = "test.bottle-sold"
    is_shared: ClassVar[bool] = True

    aggregate: str = "order:1"
    occurred_at: datetime = MORNING
    quantity: int = 1


@dataclass(frozen=True, kw_only=True)
class LampSwitched(Event):
    """A fact that stays in the house."""

    type: ClassVar[str] = "test.lamp-switched"

    aggregate: str = "lamp:1"
    occurred_at: datetime = MORNING


@pytest.fixture(autouse=True)
def promised(settings: Settings, tmp_path: Path) -> Iterator[None]:
    """What is promised of a fact is in a file; facts are not checked before they are numbered."""
    settings.EVENT_SCHEMAS = str(tmp_path)
    settings.OUTBOX_CHECKS_AT_ONCE = False
    (tmp_path / "test.bottle-sold.v1.json").write_bytes(orjson.dumps(SCHEMA))
    event_schemas._schema_of.cache_clear()
    yield
    event_schemas._schema_of.cache_clear()


def published(*events: Event) -> None:
    with transaction():
        for event in events:
            publish(event)


def numbers() -> list[int | None]:
    """The numbers of all facts, in the order of writing."""
    rows = OutboxEvent.objects.order_by("position").values_list("sequence", flat=True)
    return list(rows)


def test_numbers_are_dense_and_in_the_order_of_writing_whatever_the_clock_said() -> None:
    hours = [2, 0, 3]
    published(*(BottleSold(occurred_at=MORNING + timedelta(hours=hour)) for hour in hours))
    assert number_facts() == 3
    published(BottleSold(occurred_at=MORNING - timedelta(days=1)))
    assert number_facts() == 1
    assert numbers() == [1, 2, 3, 4]


def test_what_stays_in_the_house_has_no_number() -> None:
    published(LampSwitched(), BottleSold(), LampSwitched())
    number_facts()
    assert numbers() == [None, 1, None]
    assert not OutboxEvent.objects.exclude(fault="").exists()


def test_more_than_a_batch_is_numbered_in_one_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numbering, "BATCH", 2)
    published(*(BottleSold() for _ in range(5)))
    assert number_facts() == 5
    assert numbers() == [1, 2, 3, 4, 5]


def test_a_faulty_fact_holds_back_only_what_is_about_the_same_thing() -> None:
    published(
        BottleSold(aggregate="order:1", quantity=0),
        BottleSold(aggregate="order:2"),
        BottleSold(aggregate="order:1"),
    )
    number_facts()
    published(BottleSold(aggregate="order:1"), BottleSold(aggregate="order:3"))
    number_facts()
    assert numbers() == [None, 1, None, None, 2]
    fault = OutboxEvent.objects.exclude(fault="").get().fault
    assert fault.startswith("At /quantity: 0 is less than the minimum of 1")


def test_what_was_mended_goes_on_in_its_order(tmp_path: Path) -> None:
    published(BottleSold(quantity=0), BottleSold(quantity=2))
    with pytest.raises(CommandError, match="run this again with --again"):
        call_command("number_facts")
    mended = {**SCHEMA, "properties": {"quantity": {"type": "integer"}}}
    (tmp_path / "test.bottle-sold.v1.json").write_bytes(orjson.dumps(mended))
    event_schemas._schema_of.cache_clear()
    with pytest.raises(CommandError):
        call_command("number_facts")
    call_command("number_facts", "--again")
    assert numbers() == [1, 2]


def test_a_fact_of_which_nothing_is_promised_is_faulty(settings: Settings) -> None:
    settings.EVENT_SCHEMAS = "/nowhere"
    published(BottleSold())
    assert number_facts() == 0
    assert "No schema is known" in OutboxEvent.objects.get().fault
    (said,) = find_sequence_faults()
    assert "No schema is known" in said


def test_under_test_a_wrong_fact_is_refused_when_it_is_published(settings: Settings) -> None:
    settings.OUTBOX_CHECKS_AT_ONCE = True
    with pytest.raises(FactFaulty, match="quantity"):
        published(BottleSold(quantity=0))
    published(LampSwitched())


def test_a_number_without_reason_is_refused_by_the_database() -> None:
    published(LampSwitched())
    with pytest.raises(IntegrityError), transaction():
        OutboxEvent.objects.update(sequence=1)


def test_the_check_finds_a_missing_number_and_a_wrong_last_one() -> None:
    published(*(BottleSold() for _ in range(3)))
    number_facts()
    assert list(find_sequence_faults()) == []
    OutboxEvent.objects.filter(sequence=2).delete()
    OutboxSequence.objects.update(last=7)
    assert [fault.split()[0] for fault in find_sequence_faults()] == ["Of", "The"]


def run_in[T](pool: ThreadPoolExecutor, act: Callable[[], T]) -> T:
    """What `act` answers on a connection of its own."""

    def run() -> T:
        try:
            return act()
        finally:
            connection.close()

    return pool.submit(run).result(DEADLINE)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_ends_late_gets_a_later_number_and_keeps_nobody_waiting() -> None:
    with ThreadPoolExecutor(1) as pool, transaction():
        publish(BottleSold(aggregate="order:slow"))
        run_in(pool, lambda: published(BottleSold(aggregate="order:quick")))
        assert run_in(pool, number_facts) == 1
    number_facts()
    assert numbers() == [2, 1]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_who_comes_while_another_is_at_it_leaves_it_to_them() -> None:
    published(BottleSold())
    number_facts()
    published(BottleSold())
    with ThreadPoolExecutor(1) as pool, transaction():
        OutboxSequence.objects.select_for_update().get()
        assert run_in(pool, number_facts) == 0
    assert number_facts() == 1


def repeat(act: Callable[[], object], start: threading.Barrier) -> None:
    start.wait()
    try:
        for _ in range(25):
            act()
    finally:
        connection.close()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_many_at_once_while_tills_sell_number_each_fact_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(numbering, "BATCH", 7)
    start = threading.Barrier(6, timeout=DEADLINE)
    acts = [lambda: published(BottleSold()), number_facts] * 3
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda act: repeat(act, start), acts))
    number_facts()
    assert sorted(number or 0 for number in numbers()) == list(range(1, 76))
    assert list(find_sequence_faults()) == []
