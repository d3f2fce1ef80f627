"""How PostgreSQL packs long values of a column."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_PACK = """
    DO $$ BEGIN
        ALTER TABLE {table} ALTER COLUMN {column} SET COMPRESSION lz4;
    EXCEPTION WHEN feature_not_supported THEN NULL;
    END $$
"""


def pack_with_lz4(schema: BaseDatabaseSchemaEditor, table: str, column: str) -> None:
    """Have a column packed with lz4, which costs the database a quarter less than its default.

    A PostgreSQL that was built without it keeps the default; SQLite packs nothing.
    """
    if schema.connection.vendor == "postgresql":
        schema.execute(_PACK.format(table=table, column=column))
