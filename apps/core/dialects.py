"""Where PostgreSQL and SQLite keep a value in different forms, for bare statements."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID


def as_instant(value: datetime | str) -> datetime:
    """An instant as it comes back from a bare statement: SQLite keeps it as text without a zone."""
    instant = datetime.fromisoformat(value) if isinstance(value, str) else value
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def for_sqlite(value: Any) -> Any:
    """The form in which Django's own fields store a value in SQLite."""
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return str(value.astimezone(UTC).replace(tzinfo=None))
    if isinstance(value, date):
        return value.isoformat()
    return value
