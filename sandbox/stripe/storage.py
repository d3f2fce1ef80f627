"""The simulator's objects: by kind and id, newest first; in memory, and in a file for the demo."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

type StripeObject = dict[str, Any]

_TABLE = """CREATE TABLE IF NOT EXISTS objects
(id TEXT PRIMARY KEY, position INTEGER NOT NULL, body TEXT NOT NULL)"""


class Storage:
    """Live objects, each a dict with "object" (its kind) and "id".

    What `get` and `find` hand out is the object itself: change it in place under the world's lock,
    and `flush` (called at the end of each turn) writes to the file whatever was handed out. Keys
    that begin with "_" are the simulator's own and are never shown.
    """

    def __init__(self, database: str | None = None) -> None:
        self._by_id: dict[str, StripeObject] = {}
        self._positions: dict[str, int] = {}
        self._by_kind: dict[str, dict[str, StripeObject]] = {}
        self._added = 0
        self._touched: set[str] = set()
        self._written: dict[str, str] = {}
        self._file = sqlite3.connect(database, check_same_thread=False) if database else None
        if self._file:
            self._file.execute(_TABLE)
            rows = self._file.execute(
                "SELECT position, body FROM objects ORDER BY position"
            ).fetchall()
            for position, body in rows:
                self._added = position - 1
                self.add(json.loads(body))

    @property
    def added_count(self) -> int:
        """How many objects were ever added, those that were removed since included."""
        return self._added

    def add(self, stripe_object: StripeObject) -> StripeObject:
        """Keep a new object; it is now the newest of its kind."""
        wanted, kind = stripe_object["id"], stripe_object["object"]
        self._by_id[wanted] = stripe_object
        self._added += 1
        self._positions[wanted] = self._added
        self._by_kind.setdefault(kind, {})[wanted] = stripe_object
        self._touched.add(wanted)
        return stripe_object

    def find(self, wanted: str, kind: str | None = None) -> StripeObject | None:
        """The object with an id (of a kind, if one is named), or None."""
        found = self._by_id.get(wanted)
        if found is None or (kind is not None and found["object"] != kind):
            return None
        self._touched.add(wanted)
        return found

    def newest_first(self, kind: str) -> Iterator[StripeObject]:
        """Every object of a kind, the newest first."""
        for wanted in reversed(list(self._by_kind.get(kind, {}))):
            self._touched.add(wanted)
            yield self._by_id[wanted]

    def remove(self, wanted: str) -> None:
        removed = self._by_id.pop(wanted)
        del self._by_kind[removed["object"]][wanted]
        del self._positions[wanted]
        self._touched.add(wanted)

    def clear(self) -> None:
        self._touched.update(self._by_id)
        self._by_id.clear()
        self._by_kind.clear()
        self._positions.clear()
        self.flush()

    def flush(self) -> None:
        """Write what was handed out since the last flush to the file, if there is one."""
        touched, self._touched = self._touched, set()
        if not self._file:
            return
        with self._file:
            for wanted in touched:
                self._write(self._file, wanted)

    def close(self) -> None:
        if self._file:
            self.flush()
            self._file.close()

    def dump(self) -> dict[str, list[StripeObject]]:
        """Everything there is, by kind, oldest first."""
        return {kind: list(objects.values()) for kind, objects in self._by_kind.items()}

    def newest_created(self) -> int:
        """The latest instant that any object names as its creation, in Unix seconds."""
        return max((entry.get("created", 0) for entry in self._by_id.values()), default=0)

    def _write(self, file: sqlite3.Connection, wanted: str) -> None:
        if wanted not in self._by_id:
            self._written.pop(wanted, None)
            file.execute("DELETE FROM objects WHERE id = ?", [wanted])
            return
        body = json.dumps(self._by_id[wanted])
        if self._written.get(wanted) != body:
            self._written[wanted] = body
            row = [wanted, self._positions[wanted], body]
            file.execute("INSERT OR REPLACE INTO objects VALUES (?, ?, ?)", row)
