"""What the back office holds: events by id, batches with their answers, journal lines, in SQLite.

Each batch is one transaction, so a process that is killed has all of it or nothing.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

type Json = dict[str, Any]

_TABLES = """
CREATE TABLE IF NOT EXISTS sources (source TEXT PRIMARY KEY, expected INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS events (
    source TEXT, id TEXT, sequence INTEGER, type TEXT, store TEXT, day TEXT, cents INTEGER,
    body TEXT, PRIMARY KEY (source, id)
);
CREATE TABLE IF NOT EXISTS batches (
    id TEXT PRIMARY KEY, source TEXT, sequence INTEGER, sha256 TEXT, answer TEXT
);
CREATE TABLE IF NOT EXISTS lines (
    entry_id TEXT, line INTEGER, date TEXT, store TEXT, account TEXT, debit_cents INTEGER,
    credit_cents INTEGER, body TEXT, PRIMARY KEY (entry_id, line)
);
"""


class Books:
    """The tables of one back office; the caller holds its lock."""

    def __init__(self, database: str | None = None) -> None:
        self._base = sqlite3.connect(
            database or ":memory:", check_same_thread=False, isolation_level=None
        )
        self._base.row_factory = sqlite3.Row
        self._base.execute("PRAGMA journal_mode=WAL")
        self._base.execute("PRAGMA synchronous=FULL")
        self._base.executescript(_TABLES)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of what is written within, or nothing."""
        self._base.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._base.execute("ROLLBACK")
            raise
        self._base.execute("COMMIT")

    def close(self) -> None:
        self._base.close()

    def expected_of(self, source: str) -> int | None:
        """The number that has to come next; None of a source that never sent."""
        row = self._one("SELECT expected FROM sources WHERE source = ?", source)
        return row["expected"] if row else None

    def expect(self, source: str, sequence: int) -> None:
        self._base.execute("INSERT OR REPLACE INTO sources VALUES (?, ?)", [source, sequence])

    def find_batch(self, batch_id: str) -> sqlite3.Row | None:
        return self._one("SELECT * FROM batches WHERE id = ?", batch_id)

    def keep_batch(self, batch: tuple[str, str, int, str], answer: str) -> None:
        """`batch` is its id, its source, its first number and the hash of its bytes."""
        self._base.execute("INSERT INTO batches VALUES (?, ?, ?, ?, ?)", [*batch, answer])

    def find_event(self, source: str, event_id: str) -> str | None:
        """The event as it came, if it did."""
        wanted = "SELECT body FROM events WHERE source = ? AND id = ?"
        row = self._one(wanted, source, event_id)
        return row["body"] if row else None

    def keep_event(self, source: str, sequence: int, event: Json) -> None:
        store, day, cents = figures_of(event)
        row = [source, event["id"], sequence, event["type"], store, day, cents, as_text(event)]
        self._base.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)

    def keep_line(self, line: Json) -> bool:
        """Keep a line of a journal entry; whether it is new."""
        names = ("entry_id", "line", "date", "store", "account", "debit_cents", "credit_cents")
        row = [*(line[name] for name in names), as_text(line)]
        kept = "INSERT OR IGNORE INTO lines VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        return bool(self._base.execute(kept, row).rowcount)

    def forget_since(self, source: str, sequence: int) -> int:
        """As after a restore from a backup: nothing from this number on; how many events went."""
        where = "WHERE source = ? AND sequence >= ?"
        gone = self._base.execute(f"DELETE FROM events {where}", [source, sequence]).rowcount  # noqa: S608 - no word of it comes from outside
        # A batch that reaches over the number is forgotten as a whole: its answer is.
        self._base.execute(f"DELETE FROM batches {where}", [source, sequence])  # noqa: S608
        self.expect(source, sequence)
        return gone

    def clear(self) -> None:
        for table in ("sources", "events", "batches", "lines"):
            self._base.execute(f"DELETE FROM {table}")  # noqa: S608 - as above

    # --- What it holds ----------------------------------------------------------------------------

    def list_sources(self) -> list[Json]:
        return self._all(
            "SELECT s.source, s.expected, COUNT(e.id) AS events FROM sources s"
            " LEFT JOIN events e ON e.source = s.source GROUP BY s.source ORDER BY s.source"
        )

    def list_events(self) -> list[Json]:
        """All of them by source and number, without what they say."""
        return self._all(
            "SELECT source, id, sequence, type, store, day, cents FROM events"
            " ORDER BY source, sequence"
        )

    def sum_events(self) -> list[Json]:
        """How many there are and what they come to, by source, store, day and type."""
        return self._all(
            "SELECT source, store, day, type, COUNT(*) AS count, SUM(cents) AS cents FROM events"
            " GROUP BY source, store, day, type ORDER BY source, store, day, type"
        )

    def list_lines(self) -> list[Json]:
        rows = self._all("SELECT body FROM lines ORDER BY date, store, entry_id, line")
        return [json.loads(row["body"]) for row in rows]

    def sum_accounts(self) -> list[Json]:
        """The balance of each account by store and day."""
        return self._all(
            "SELECT date, store, account, SUM(debit_cents) AS debit_cents,"
            " SUM(credit_cents) AS credit_cents FROM lines"
            " GROUP BY date, store, account ORDER BY date, store, account"
        )

    def _one(self, statement: str, *values: Any) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._base.execute(statement, values).fetchone()
        return row

    def _all(self, statement: str) -> list[Json]:
        return [dict(row) for row in self._base.execute(statement)]


def figures_of(event: Json) -> tuple[str, str, int | None]:
    """The store, the business date and the cents that an event is about; cents may be None."""
    data = event["data"]
    document = data.get("order") or data.get("returned") or data.get("z") or {}
    day = document.get("business_date") or data.get("business_date") or event["occurred_at"][:10]
    amounts = (
        each.get(name)
        for each, name in (
            (document, "total_cents"),
            (document, "net_cents"),
            (data, "total_cents"),
            (data, "captured_cents" if event["type"] == "payment.captured" else "amount_cents"),
        )
    )
    return data.get("store", ""), day, next((cents for cents in amounts if cents is not None), None)


def as_text(document: Json) -> str:
    """A document as it is kept, so that equal ones are equal texts."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"))
