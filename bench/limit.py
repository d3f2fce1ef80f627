"""The limit: bare psycopg writing the very rows of a sale, without HTTP, framework or rules.

It takes one real sale from the books as its pattern and writes it again and again with new ids,
other products and another terminal: multi-row statements, prepared, one transaction a sale.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.types.json import Jsonb

from apps.core.sql import insert_sql
from apps.orders.statements import TABLES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from bench.scene import Desk, Scene

NEXT_NUMBER = (
    "INSERT INTO orders_receiptcounter (terminal_id, business_date, last_number)"
    " VALUES (%s, %s, 1) ON CONFLICT (terminal_id, business_date)"
    " DO UPDATE SET last_number = orders_receiptcounter.last_number + 1 RETURNING last_number"
)
LOCK_HEAD = "SELECT last_sequence, last_hash FROM core_auditchain WHERE name = %s FOR UPDATE"
MOVE_HEAD = "UPDATE core_auditchain SET last_sequence = %s, last_hash = %s WHERE name = %s"
FIND_KEY = "SELECT 1 FROM core_idempotencyrecord WHERE scope = %s AND key = %s"
SELL = (
    "UPDATE inventory_stockbalance AS b SET on_hand = b.on_hand - v.units, version = b.version + 1"
    " FROM (VALUES {rows}) AS v (product_id, units)"
    " WHERE b.store_id = %s AND b.product_id = v.product_id RETURNING b.on_hand"
)
TIMED = ("core_auditentry", "core_outboxevent", "core_idempotencyrecord")


@dataclass(frozen=True)
class Pattern:
    """One real sale: per table its columns and rows."""

    tables: dict[str, tuple[tuple[str, ...], list[tuple[Any, ...]]]]

    @property
    def business_date(self) -> date:
        """The store's, which at night is not that of the database."""
        columns, (order,) = self.tables["orders_order"]
        day: date = order[columns.index("business_date")]
        return day


def read_pattern(url: str) -> Pattern:
    """The newest sale in the books, row by row."""
    columns = dict(TABLES)
    with psycopg.connect(url) as books:
        (order_id,) = _first(
            books, "SELECT id FROM orders_order ORDER BY placed_at DESC LIMIT 1", []
        )
        where = {
            "orders_order": ("id", order_id),
            "orders_orderline": ("order_id", order_id),
            "payments_tender": ("order_id", order_id),
            "inventory_stockmovement": ("document_id", order_id),
            "core_auditentry": ("subject", f"order:{order_id}"),
            "core_outboxevent": ("aggregate", f"order:{order_id}"),
            "core_idempotencyrecord": ("body", None),
        }
        for table in TIMED:
            cursor = books.execute(f"SELECT * FROM {table} LIMIT 0")
            names = [column.name for column in cursor.description or ()]
            columns[table] = tuple(n for n in names if n not in {"id", "position"})
        tables = {}
        for table, (column, value) in where.items():
            listed = ", ".join(columns[table])
            condition = f"{column} = %s" if value else f"{column} LIKE %s"
            sought = value or f'%"{order_id}"%'
            rows = books.execute(
                f"SELECT {listed} FROM {table} WHERE {condition}",
                [sought],
            ).fetchall()
            tables[table] = (columns[table], [tuple(_plain(cell) for cell in row) for row in rows])
    return Pattern(tables)


def _first(books: psycopg.Connection[Any], sql: str, params: Sequence[Any]) -> tuple[Any, ...]:
    row: tuple[Any, ...] | None = books.execute(sql, params).fetchone()
    if row is None:
        raise SystemExit("There is no sale to take as a pattern.")
    return row


def _plain(cell: Any) -> Any:
    return Jsonb(cell) if isinstance(cell, dict | list) else cell


@dataclass(frozen=True)
class Task:
    """What every writer of a round does."""

    url: str
    scene: Scene
    pattern: Pattern
    seconds: float


@dataclass(frozen=True)
class Written:
    """What was done: sales, the seconds they took, and the writers' own CPU seconds."""

    sales: int
    seconds: float
    cpu_seconds: float


def write_sales(task: Task) -> Written:
    """Write sales from as many processes as there are desks."""
    context = multiprocessing.get_context("fork")
    queue: multiprocessing.Queue[Written] = context.Queue()
    writers = [
        context.Process(target=_write, args=(task, desk, queue)) for desk in task.scene.desks
    ]
    for writer in writers:
        writer.start()
    done = [queue.get(timeout=task.seconds + 120) for _ in writers]
    for writer in writers:
        writer.join()
    return Written(
        sum(written.sales for written in done),
        max(written.seconds for written in done),
        sum(written.cpu_seconds for written in done),
    )


def _write(task: Task, desk: Desk, queue: multiprocessing.Queue[Written]) -> None:
    dice = random.Random(uuid.uuid4().int)
    sales = 0
    with psycopg.connect(task.url, prepare_threshold=0) as books:
        used, began = _cpu(), time.perf_counter()
        while time.perf_counter() - began < task.seconds:
            _write_sale(books, desk, task.pattern, dice.sample(task.scene.product_ids, 5))
            sales += 1
        queue.put(Written(sales, time.perf_counter() - began, _cpu() - used))


def _cpu() -> float:
    times = os.times()
    return times.user + times.system


def _write_sale(
    books: psycopg.Connection[Any], desk: Desk, pattern: Pattern, products: list[int]
) -> None:
    order_id, chain = uuid.uuid4(), f"terminal:{desk.terminal_id}"
    key = str(uuid.uuid4())
    cursor = books.cursor()
    cursor.execute(FIND_KEY, [chain, key])
    cursor.execute(NEXT_NUMBER, [desk.terminal_id, pattern.business_date])
    (number,) = cursor.fetchone() or (0,)
    cursor.execute(LOCK_HEAD, [chain])
    sequence, previous = cursor.fetchone() or (0, "")
    seal = uuid.uuid4().hex * 2
    new = {
        "id": order_id,
        "order_id": order_id,
        "document_id": order_id,
        "number": f"L{desk.terminal_id}-{order_id.hex[:20]}",
        "sequence": number,
        "terminal_id": desk.terminal_id,
        "store_id": desk.store_id,
        "scope": chain,
        "key": key,
        "chain": chain,
    }
    for table, (columns, rows) in pattern.tables.items():
        own = {**new}
        if table == "core_auditentry":
            own |= {"sequence": sequence + 1, "previous_hash": previous, "hash": seal}
        values = [
            _renewed(table, columns, row, own, products[i % len(products)])
            for i, row in enumerate(rows)
        ]
        flat = [cell for row in values for cell in row]
        cursor.execute(insert_sql(table, columns, len(values)), flat)
        if table == "core_auditentry":
            cursor.execute(MOVE_HEAD, [sequence + 1, seal, chain])
    sold = [cell for product_id in sorted(products) for cell in (product_id, 1)]
    placeholders = ", ".join(["(%s::bigint, %s::bigint)"] * len(products))
    cursor.execute(SELL.format(rows=placeholders), [*sold, desk.store_id])
    cursor.fetchall()
    books.commit()


def _renewed(
    table: str, columns: tuple[str, ...], row: tuple[Any, ...], new: dict[str, Any], product_id: int
) -> list[Any]:
    """A row of the pattern with the ids of a new sale."""
    own = {**new, "product_id": product_id}
    if table == "orders_orderline":
        own["id"] = uuid.uuid4()
    if table == "core_outboxevent":
        own |= {"event_id": uuid.uuid4(), "sequence": None}
    return [own.get(column, cell) for column, cell in zip(columns, row, strict=True)]
