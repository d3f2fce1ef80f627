"""The site as `config.wsgi` serves it, but for facts: they are neither made up nor written.

What this saves a sale is what publishing costs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.core import events, sql
from config.wsgi import application

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

__all__ = ["application"]

_OUTBOX = "core_outboxevent"
_insert = sql.Batch.insert


def _insert_all_but_facts(
    self: sql.Batch, table: str, columns: tuple[str, ...], rows: Sequence[Sequence[Any]]
) -> None:
    if table != _OUTBOX:
        _insert(self, table, columns, rows)


def _say_nothing(self: events.Event) -> bytes:
    return b""


sql.Batch.insert = _insert_all_but_facts  # type: ignore[method-assign]
events.Event.payload_json = _say_nothing  # type: ignore[method-assign]
