"""Portable SQL for the few places where the ORM costs more than it gives.

A `Batch` collects statements and sends them together: through psycopg's pipeline, prepared, on
PostgreSQL; one after the other on SQLite. Values go in as plain Python objects on both. The ADR
`docs/adr/0003-the-sale-is-written-in-sql.md` says where this is allowed, and why.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import psycopg
from django.db import connections
from psycopg.types.array import ListBinaryDumper
from psycopg.types.numeric import Int8Dumper

from apps.core.dialects import for_sqlite

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper

type Row = tuple[Any, ...]


class TextArray(list[str | None]):
    """Long texts for PostgreSQL's `text[]`, sent as they are; a plain list has each one quoted."""


@dataclass(slots=True)
class Statement:
    """One statement of a batch; `rows` holds what it returned once the batch has run."""

    sql: str
    params: Sequence[Any]
    rows: list[Row] = field(default_factory=list)

    def one(self) -> Row | None:
        """The first row, or None."""
        return self.rows[0] if self.rows else None


class Batch:
    """Statements that go to the database in one round trip where it can take them so."""

    def __init__(self, using: str = "default") -> None:
        self._connection: BaseDatabaseWrapper = connections[using]
        self._statements: list[Statement] = []

    @property
    def is_postgres(self) -> bool:
        """Whether row locks and advisory locks are to be had."""
        return self._connection.vendor == "postgresql"

    def add(self, sql: str, params: Sequence[Any] = ()) -> Statement:
        """Queue a statement with `%s` placeholders; its rows are there after `run()`."""
        statement = Statement(sql, params)
        self._statements.append(statement)
        return statement

    def insert(self, table: str, columns: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> None:
        """Queue one multi-row INSERT; nothing where there are no rows."""
        if rows:
            self.add(
                insert_sql(table, columns, len(rows)), [value for row in rows for value in row]
            )

    def run(self) -> None:
        """Send what is queued, in order, and fill the statements' rows.

        Raises:
            django.db.Error: as the ORM would, for any statement that fails.
        """
        statements, self._statements = self._statements, []
        self._connection.ensure_connection()
        if not self.is_postgres:
            _run_in_turn(self._connection, statements)
            return
        with self._connection.wrap_database_errors:
            _run_pipelined(self._connection.connection, statements)
        if self._connection.queries_logged:  # as Django's own cursors would
            self._connection.queries_log.extend({"sql": s.sql, "time": "0"} for s in statements)


@lru_cache(maxsize=512)
def insert_sql(table: str, columns: tuple[str, ...], rows: int) -> str:
    """`INSERT INTO table (columns) VALUES (...), ...` with placeholders for `rows` rows."""
    one = f"({', '.join(['%s'] * len(columns))})"
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([one] * rows)}"  # noqa: S608 - names come from our own modules, values are bound


_CURSORS = "tillhouse_cursors"  # kept on the connection they belong to, and gone with it


def _run_pipelined(raw: psycopg.Connection[Any], statements: list[Statement]) -> None:
    cursors: list[psycopg.RawCursor[Row]] = raw.__dict__.setdefault(_CURSORS, [])
    while len(cursors) < len(statements):
        cursors.append(_new_cursor(raw))
    together = raw.pipeline() if len(statements) > 1 else nullcontext()
    with together:
        for cursor, statement in zip(cursors, statements, strict=False):
            cursor.execute(_numbered(statement.sql), statement.params)
    for cursor, statement in zip(cursors, statements, strict=False):
        if cursor.description:
            statement.rows = cursor.fetchall()


def _new_cursor(raw: psycopg.Connection[Any]) -> psycopg.RawCursor[Row]:
    """A server-side binding cursor that sends every integer as a bigint.

    psycopg picks the smallest integer type that fits a value; each mix of types would be a
    prepared statement of its own.
    """
    cursor = psycopg.RawCursor(raw)
    cursor.adapters.register_dumper(int, Int8Dumper)
    cursor.adapters.register_dumper(TextArray, ListBinaryDumper)
    return cursor


@lru_cache(maxsize=1024)
def _numbered(sql: str) -> bytes:
    """The statement with PostgreSQL's own placeholders, $1, $2 ...

    psycopg would look for them anew in each long statement, each time.
    """
    first, *rest = (part.replace("%%", "%") for part in sql.split("%s"))
    return (first + "".join(f"${n}{part}" for n, part in enumerate(rest, start=1))).encode()


def _run_in_turn(connection: BaseDatabaseWrapper, statements: list[Statement]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement.sql, [for_sqlite(value) for value in statement.params])
            if cursor.description:
                statement.rows = cursor.fetchall()
