"""A new row of a model, written by a `Batch` together with others: one round trip for all."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import orjson
from django.db.models import JSONField

from apps.core.sql import insert_sql

if TYPE_CHECKING:
    from django.db.models import Field, Model

    from apps.core.sql import Batch, Statement


def add_row(batch: Batch, row: Model) -> Statement:
    """Queue the writing of a row that is not in its table yet; it returns the primary key."""
    fields = _fields_of(type(row), has_key=row.pk is not None)
    sql = _insert_of(type(row), fields)
    return batch.add(sql, [_stored(field, getattr(row, field.attname)) for field in fields])


@lru_cache(maxsize=64)
def _fields_of(model: type[Model], *, has_key: bool) -> tuple[Field[Any, Any], ...]:
    """All fields; the key only where the row brings one."""
    return tuple(f for f in model._meta.concrete_fields if has_key or not f.primary_key)  # noqa: SLF001 - Django's documented way to a model's fields


@lru_cache(maxsize=64)
def _insert_of(model: type[Model], fields: tuple[Field[Any, Any], ...]) -> str:
    meta = model._meta  # noqa: SLF001 - as above
    columns = tuple(str(field.column) for field in fields)
    return f"{insert_sql(meta.db_table, columns, 1)} RETURNING {meta.pk.column}"


def _stored(field: Field[Any, Any], value: Any) -> Any:
    is_json = isinstance(field, JSONField) and value is not None
    return orjson.dumps(value).decode() if is_json else value
