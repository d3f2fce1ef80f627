"""A database that is empty again after a test that committed, in a hundredth of Django's time.

Django truncates every table, which PostgreSQL answers with a new file for each of them and each of
their indexes, and then writes down content types and permissions anew. Here only the tables that
hold something are emptied, and those two are left as they are: no test changes them.
"""

from __future__ import annotations

from django.core.management.color import no_style
from django.db import connections
from django.test import TransactionTestCase

_LEFT = {"django_content_type", "auth_permission", "django_migrations"}


def empty_quickly() -> None:
    """Have every test that commits clean up in this way, from now on in this process."""
    TransactionTestCase._fixture_teardown = _empty_databases  # type: ignore[attr-defined]


def _empty_databases(case: TransactionTestCase) -> None:
    for alias in case._databases_names(include_mirrors=False):  # type: ignore[attr-defined]
        _empty(alias)


def _empty(alias: str) -> None:
    connection = connections[alias]
    filled = _list_filled(alias)
    if connection.vendor != "postgresql":
        statements = connection.ops.sql_flush(no_style(), filled)
    else:  # neither triggers nor the order of references are in the way
        emptied = [f"DELETE FROM {connection.ops.quote_name(table)}" for table in filled]  # noqa: S608 - names of our own
        statements = ["SET LOCAL session_replication_role = replica", *emptied] if filled else []
    connection.ops.execute_sql_flush(statements)


def _list_filled(alias: str) -> list[str]:
    connection = connections[alias]
    tables = set(connection.introspection.django_table_names(only_existing=True)) - _LEFT
    asked = " UNION ALL ".join(
        f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {connection.ops.quote_name(table)})"  # noqa: S608 - names of our own
        for table in sorted(tables)
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return [name for (name,) in cursor.fetchall()]
