"""The SQL that takes a batch in: as many statements for a thousand events as for one.

What is written goes to the database as one JSON text, which it takes apart itself; that is the
fastest way into PostgreSQL that there is, and SQLite has the same in other words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from apps.core.sql import TextArray

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from apps.core.sql import Batch, Statement

FACTS, STOCK = "sync_receivedfact", "sync_remotestock"
OF_FACTS = {
    "event_id": "uuid",
    "sequence": "bigint",
    "type": "text",
    "version": "integer",
    "aggregate": "text",
    "occurred_at": "timestamptz",
    "store": "text",
    "number": "text",
    "business_date": "date",
    "amount_cents": "bigint",
    "payload": "json",
    "raw": "text",
    "state": "text",
    "code": "text",
    "detail": "text",
}
_OF_STOCK = {"store": "text", "sku": "text", "on_hand": "bigint"}
_ADD_UP = (
    f" ON CONFLICT (peer_id, store, sku) DO UPDATE SET"
    f" on_hand = {STOCK}.on_hand + excluded.on_hand, changed_at = excluded.changed_at"
)

type Stock = Mapping[tuple[str, str], int]


def look_up_peer(batch: Batch, peer_id: int) -> Statement:
    """Queue the locking of a peer: what is seen, and its warning."""
    lock = " FOR UPDATE" if batch.is_postgres else ""  # SQLite has one writer at a time
    return batch.add(
        f"SELECT seen_through, warning FROM sync_peer WHERE id = %s{lock}",  # noqa: S608 - no values
        [peer_id],
    )


def look_up_answer(batch: Batch, peer_id: int, batch_id: str) -> Statement:
    """Queue the look for a batch of this id: the hash of its body and its answer."""
    return batch.add(
        "SELECT sha256, answer FROM sync_receivedbatch WHERE peer_id = %s AND batch_id = %s",
        [peer_id, batch_id],
    )


def look_up_gaps(batch: Batch, peer_id: int) -> Statement:
    """Queue the reading of what is missing, lowest first, and whether somebody waits for it."""
    return batch.add(
        "SELECT first, last, closed_at IS NULL FROM sync_sequencegap"
        " WHERE peer_id = %s ORDER BY first",
        [peer_id],
    )


def look_up_facts(batch: Batch, peer_id: int, event_ids: Sequence[str]) -> Statement:
    """Queue the look for facts of these ids: id and state of each that is there."""
    return batch.add(
        f"SELECT event_id, state FROM {FACTS} WHERE peer_id = %s AND {_among(batch)}",  # noqa: S608 - names of our own
        [peer_id, orjson.dumps(event_ids).decode()],
    )


def remove_facts(batch: Batch, peer_id: int, event_ids: Sequence[str]) -> None:
    """Queue the removal of facts of these ids, which were rejected and are written anew."""
    batch.add(
        f"DELETE FROM {FACTS} WHERE peer_id = %s AND state = 'REJECTED' AND {_among(batch)}",  # noqa: S608 - names of our own
        [peer_id, orjson.dumps(event_ids).decode()],
    )


def add_facts(
    batch: Batch, peer_id: int, rows: Sequence[Mapping[str, Any]], *, now: datetime
) -> None:
    """Queue the writing of facts."""
    if batch.is_postgres:
        _add_with_payloads(batch, peer_id, rows, now=now)
    else:
        _add(batch, FACTS, OF_FACTS, (peer_id, "received_at", now), rows)


def _add_with_payloads(
    batch: Batch, peer_id: int, rows: Sequence[Mapping[str, Any]], *, now: datetime
) -> None:
    """As `_add`, with the payloads beside the rest: nobody looks for the end of a long text."""
    if not rows:
        return
    short = {name: kind for name, kind in OF_FACTS.items() if name != "payload"}
    names, typed = ", ".join(short), ", ".join(f"{name} {kind}" for name, kind in short.items())
    document = orjson.dumps([{name: row[name] for name in short} for row in rows]).decode()
    payloads = TextArray(row["payload"] and row["payload"].decode() for row in rows)
    batch.add(
        f"INSERT INTO {FACTS} (peer_id, received_at, {names}, payload)"  # noqa: S608 - names of our own
        f" SELECT %s, %s, {names}, payload::json"
        f" FROM ROWS FROM (json_to_recordset(%s::json) AS ({typed}), unnest(%s::text[]))"
        f" AS given ({names}, payload)",
        [peer_id, now, document, payloads],
    )


def take_stock(batch: Batch, peer_id: int, skus: Sequence[str]) -> Statement:
    """Queue the removal of the stock of these SKUs, which it returns."""
    names = _elements(batch, "text")
    return batch.add(
        f"DELETE FROM {STOCK} WHERE peer_id = %s AND sku IN ({names})"  # noqa: S608 - names of our own
        " RETURNING store, sku, on_hand",
        [peer_id, orjson.dumps(skus).decode()],
    )


def add_stock(batch: Batch, peer_id: int, stock: Stock, *, now: datetime) -> None:
    """Queue what is added to the stock of a peer's stores."""
    rows = [{"store": store, "sku": sku, "on_hand": units} for (store, sku), units in stock.items()]
    _add(batch, STOCK, _OF_STOCK, (peer_id, "changed_at", now), rows, _ADD_UP)


def _add(
    batch: Batch,
    table: str,
    columns: Mapping[str, str],
    given: tuple[int, str, datetime],
    rows: Sequence[Mapping[str, Any]],
    on_conflict: str = "",
) -> None:
    if not rows:
        return
    peer_id, stamp, now = given
    document = orjson.dumps(rows, default=orjson.Fragment).decode()  # payloads are bytes
    names = ", ".join(columns)
    if batch.is_postgres:
        typed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        source = f"{names} FROM json_to_recordset(%s::json) AS given ({typed})"
    else:
        taken = ", ".join(f"json_extract(value, '$.{name}')" for name in columns)
        source = f"{taken} FROM json_each(%s) WHERE true"  # or ON would belong to the FROM
    batch.add(
        f"INSERT INTO {table} (peer_id, {stamp}, {names}) SELECT %s, %s, {source}{on_conflict}",
        [peer_id, now, document],
    )


def _among(batch: Batch) -> str:
    return f"event_id IN ({_elements(batch, 'uuid')})"


def _elements(batch: Batch, kind: str) -> str:
    """The elements of a JSON list; SQLite keeps a UUID as its 32 digits, as they come."""
    if batch.is_postgres:
        return f"SELECT value::{kind} FROM json_array_elements_text(%s::json)"  # noqa: S608 - a type
    return "SELECT value FROM json_each(%s)"
