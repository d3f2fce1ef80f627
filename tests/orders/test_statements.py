"""What is written and read in bare SQL is held against the models, table by table."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import NOT_PROVIDED

from apps.catalog import shelf
from apps.core import answers, audit, outbox
from apps.inventory import statements as stock
from apps.orders import selectors as books
from apps.orders import statements as sale
from apps.stores import selectors as stores

if TYPE_CHECKING:
    from django.db.models import Field

MODELS = {str(model._meta.db_table): model for model in apps.get_models(include_auto_created=True)}
WRITTEN: dict[str, tuple[str, ...]] = {
    **sale.TABLES,
    "core_auditentry": audit._COLUMNS,
    "core_idempotencyrecord": answers.COLUMNS,
    "core_outboxevent": outbox._COLUMNS,
    stock.BALANCES: stock._COLUMNS,
    "orders_receiptcounter": ("terminal_id", "business_date", "last_number"),
}
each_table = pytest.mark.parametrize("table", WRITTEN)


def columns_of(table: str) -> dict[str, Field[Any, Any]]:
    return {str(field.column): field for field in MODELS[table]._meta.concrete_fields}


def must_be_written(field: Field[Any, Any]) -> bool:
    """Whether an INSERT without this column would fail."""
    is_counted = field.get_internal_type() == "BigAutoField"
    return not (field.null or is_counted or field.db_default is not NOT_PROVIDED)


@each_table
def test_every_column_that_is_written_exists(table: str) -> None:
    assert set(WRITTEN[table]) <= columns_of(table).keys()
    assert len(set(WRITTEN[table])) == len(WRITTEN[table])


@each_table
def test_every_column_that_cannot_be_left_out_is_written(table: str) -> None:
    needed = {name for name, field in columns_of(table).items() if must_be_written(field)}
    assert needed <= set(WRITTEN[table])


def test_the_receipt_counter_is_written_as_it_is_named_here() -> None:
    named = ", ".join(WRITTEN["orders_receiptcounter"])
    assert sale._NEXT_NUMBER.startswith(f"INSERT INTO orders_receiptcounter ({named})")


# --- What is read ---------------------------------------------------------------------------------

READ: dict[str, str] = {
    "the till behind a token": stores._TILL,
    "products for the shelf": shelf._FETCH,
    **books._UNBALANCED,
    "orders that vanished": books._VANISHED,
    "orders whose numbers have gaps": books._MISNUMBERED,
}
_TABLE = re.compile(r"(?:FROM|JOIN) (?P<table>[a-z]+_[a-z_]+)(?: AS)? (?P<alias>[a-z]+)\b")
_COLUMN = re.compile(r"\b(?P<alias>[a-z]+)\.(?P<column>[a-z_]+)\b")


@pytest.mark.parametrize("name", READ)
def test_every_column_that_is_read_by_its_table_exists(name: str) -> None:
    sql = READ[name]
    tables: dict[str, set[str]] = {}
    for match in _TABLE.finditer(sql):
        tables.setdefault(match["alias"], set()).update(columns_of(match["table"]))
    named = {(match["alias"], match["column"]) for match in _COLUMN.finditer(sql)}
    read = {(alias, column) for alias, column in named if alias in tables}
    assert read
    assert {(alias, column) for alias, column in read if column not in tables[alias]} == set()


@pytest.mark.django_db
def test_every_table_of_the_models_is_there_under_its_name() -> None:
    assert MODELS.keys() <= set(connection.introspection.table_names())
