"""A batch reads and writes what the ORM would, in one round trip where the database can take it."""

from __future__ import annotations

import gc
import uuid
import weakref
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, connection, models
from django.test.utils import CaptureQueriesContext, isolate_apps
from django_subatomic.db import transaction

from apps.core.dialects import as_instant
from apps.core.models import OutboxEvent, Revision
from apps.core.sql import Batch, insert_sql

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.django_db

COLUMNS = (
    "event_id", "type", "version", "aggregate", "payload", "occurred_at", "is_shared",
)  # fmt: skip
AT = datetime(2026, 11, 1, 5, 30, 0, 123456, tzinfo=UTC)
NEW_YORK = timezone(timedelta(hours=-4))


def row(number: int, occurred_at: datetime = AT) -> tuple[object, ...]:
    return (uuid.UUID(int=number), "sold", number, "café ½ %s", "{}", occurred_at, False)


def batch_of(*statements: str) -> Batch:
    batch = Batch()
    for sql in statements:
        batch.add(sql)
    return batch


def test_each_statement_gets_its_own_rows_in_order() -> None:
    batch = Batch()
    numbers = batch.add("SELECT 1 UNION ALL SELECT 2 ORDER BY 1 DESC")
    none = batch.add("SELECT id FROM core_revision")
    pair = batch.add("SELECT %s, %s", ["rum", None])
    batch.run()
    assert (numbers.rows, none.rows, pair.rows) == ([(2,), (1,)], [], [("rum", None)])
    assert (numbers.one(), none.one()) == ((2,), None)


def test_a_statement_sees_what_the_one_before_it_wrote() -> None:
    batch = Batch()
    batch.insert("core_revision", ("id", "value"), [(1, 7), (2, 8)])
    batch.add("UPDATE core_revision SET value = value + %s WHERE id = %s", [10, 1])
    found = batch.add("SELECT id, value FROM core_revision ORDER BY id")
    batch.run()
    assert found.rows == [(1, 17), (2, 8)]


def test_a_batch_that_has_run_is_empty_and_can_be_filled_again() -> None:
    batch = Batch()
    batch.insert("core_revision", ("id", "value"), [(1, 7)])
    batch.run()
    found = batch.add("SELECT value FROM core_revision")
    batch.run()
    assert found.rows == [(7,)]


@pytest.mark.parametrize("at", [AT, AT.astimezone(NEW_YORK), AT.replace(microsecond=0)])
def test_ids_instants_and_text_come_back_through_the_orm_as_they_went_in(at: datetime) -> None:
    batch = Batch()
    batch.insert("core_outboxevent", COLUMNS, [row(1, at), row(2, at)])
    batch.run()
    stored = OutboxEvent.objects.filter(occurred_at=at).order_by("version")
    assert [(e.event_id, e.aggregate, e.leased_until) for e in stored] == [
        (uuid.UUID(int=1), "café ½ %s", None),
        (uuid.UUID(int=2), "café ½ %s", None),
    ]
    assert {event.occurred_at for event in stored} == {at}


@pytest.mark.parametrize("at", [AT, AT.astimezone(NEW_YORK), AT.replace(microsecond=0)])
def test_a_batch_finds_what_the_orm_wrote(at: datetime) -> None:
    event = OutboxEvent.objects.create(type="sold", aggregate="a", payload={}, occurred_at=at)
    batch = Batch()
    sql = (
        "SELECT version, occurred_at FROM core_outboxevent WHERE event_id = %s AND occurred_at = %s"
    )
    found = batch.add(sql, [event.event_id, event.occurred_at])
    batch.run()
    assert [(version, as_instant(found_at)) for version, found_at in found.rows] == [(1, at)]


def test_a_doubled_percent_sign_is_one_on_every_database() -> None:
    batch = Batch()
    found = batch.add("SELECT %s %% 4", [7])
    batch.run()
    assert found.rows == [(3,)]


@pytest.fixture
def day_book() -> Iterator[type[models.Model]]:
    """A table with a date, which none of the core's own has, for as long as the test runs."""
    with isolate_apps("apps.core"):

        class Day(models.Model):
            date = models.DateField(primary_key=True)

            class Meta:
                app_label = "core"
                db_table = "day_book"

            def __str__(self) -> str:
                return str(self.date)

        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMPORARY TABLE day_book (date date PRIMARY KEY)")
        yield Day
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE day_book")


def test_dates_come_back_through_the_orm_as_they_went_in(day_book: type[models.Model]) -> None:
    days = [date(2026, 11, 1), date(1999, 1, 31)]
    batch = Batch()
    batch.insert("day_book", ("date",), [(day,) for day in days])
    found = batch.add("SELECT count(*) FROM day_book WHERE date = %s", [days[0]])
    batch.run()
    assert set(day_book._default_manager.values_list("date", flat=True)) == set(days)
    assert found.rows == [(1,)]


def test_a_violated_constraint_is_djangos_integrity_error_and_undoes_the_transaction() -> None:
    Revision.objects.create(pk=1)
    batch = Batch()
    batch.insert("core_revision", ("id", "value"), [(2, 0)])
    batch.insert("core_revision", ("id", "value"), [(1, 0)])
    batch.insert("core_revision", ("id", "value"), [(3, 0)])
    with pytest.raises(IntegrityError), transaction():
        batch.run()
    assert list(Revision.objects.values_list("pk", flat=True)) == [1]


def test_a_batch_works_again_after_one_that_failed() -> None:
    broken = batch_of("SELECT 1", "INSERT INTO core_revision (id, value) VALUES (1, NULL)")
    with pytest.raises(IntegrityError), transaction():
        broken.run()
    batch = Batch()
    found = batch.add("SELECT 2")
    batch.run()
    assert found.rows == [(2,)]


def test_each_statement_of_a_batch_is_counted_once() -> None:
    with CaptureQueriesContext(connection) as captured:
        batch_of("SELECT 1", "SELECT 2", "SELECT 3").run()
    assert [query["sql"] for query in captured] == ["SELECT 1", "SELECT 2", "SELECT 3"]


def test_an_insert_of_no_rows_sends_nothing() -> None:
    batch = Batch()
    batch.insert("core_revision", ("id", "value"), [])
    with CaptureQueriesContext(connection) as captured:
        batch.run()
    assert len(captured) == 0


def test_many_rows_go_in_with_one_statement() -> None:
    expected = "INSERT INTO core_revision (id, value) VALUES (%s, %s), (%s, %s)"
    assert insert_sql("core_revision", ("id", "value"), 2) == expected


def prepared(sql: str) -> list[str]:
    """The parameter types of each prepared form of a statement on this connection."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT parameter_types::text FROM pg_prepared_statements WHERE statement = %s", [sql]
        )
        return [types for (types,) in cursor.fetchall()]


@pytest.mark.postgres
def test_a_statement_is_prepared_once_whatever_the_size_of_its_numbers() -> None:
    for number in (1, 40_000, 2**40, -5):
        batch = Batch()
        batch.add("SELECT value FROM core_revision WHERE value = %s", [number])
        batch.run()
    assert prepared("SELECT value FROM core_revision WHERE value = $1") == ["{bigint}"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_the_statements_of_a_batch_travel_together() -> None:
    # Outside a transaction each statement has one of its own, unless they come in one pipeline.
    batch = Batch()
    together = [batch.add("SELECT pg_current_xact_id()::text") for _ in range(3)]
    batch.run()
    apart = batch.add("SELECT pg_current_xact_id()::text")
    batch.run()
    assert len({statement.one() for statement in together}) == 1
    assert apart.one() != together[0].one()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_closed_connection_is_forgotten_with_its_cursors() -> None:
    batch_of("SELECT 1").run()
    raw = weakref.ref(connection.connection)
    connection.close()
    gc.collect()
    assert raw() is None
