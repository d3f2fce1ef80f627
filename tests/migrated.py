"""New databases with all tables, copied from the session's own as it was before its first test.

Real processes need a database of their own. A copy takes less than a second, where all migrations
take half a minute.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FILE = "TILLHOUSE_MIGRATED_FILE"  # in the environment: where SQLite's copy lies


@contextmanager
def migrated_copy(folder: Path) -> Iterator[None]:
    """Keep what the session's own database is now, for `new_database`."""
    if connection.vendor == "sqlite":
        file = folder / "tillhouse.sqlite3"
        with closing(sqlite3.connect(file)) as copy:
            connection.connection.backup(copy)
        os.environ[_FILE] = str(file)
        yield
        return
    connection.close()  # a database that is in use cannot be copied
    with _administered() as admin:
        _create(admin, _migrated(), _own())
        try:
            yield
        finally:
            _drop(admin, _migrated())


@contextmanager
def new_database(folder: Path) -> Iterator[str]:
    """The URL of a migrated database of the kind on which these tests run."""
    if connection.vendor == "sqlite":
        file = folder / "tillhouse.sqlite3"
        shutil.copyfile(os.environ[_FILE], file)
        yield f"sqlite:///{file}"
        return
    name = f"crash_{uuid4().hex}"
    with _administered() as admin:
        _create(admin, name, _migrated())
        try:
            yield f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{name}"
        finally:
            _drop(admin, name)


def _own() -> str:
    return str(connection.settings_dict["NAME"])


def _migrated() -> str:
    return f"{_own()}_migrated"


@contextmanager
def _administered() -> Iterator[psycopg.Connection]:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as admin:
        yield admin


def _create(admin: psycopg.Connection, name: str, template: str) -> None:
    admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())


def _drop(admin: psycopg.Connection, name: str) -> None:
    admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())
