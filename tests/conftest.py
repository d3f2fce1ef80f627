"""What every test may ask for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from hypothesis import settings

from apps.catalog import offers, shelf
from apps.inventory.board import forget_boards
from apps.stores.api.authentication import forget_sessions
from apps.stores.selectors import forget_profiles
from tests.emptying import empty_quickly
from tests.migrated import migrated_copy

if TYPE_CHECKING:
    from collections.abc import Iterator

# No test is timed: a machine that is busy would fail what is right.
settings.register_profile("untimed", deadline=None)
settings.register_profile("brief", deadline=None, max_examples=20)  # what was tried on PostgreSQL
settings.load_profile("untimed")
empty_quickly()

# A Sunday at noon in Florida.
NOON = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """The session's database, and a copy of it as it is before the first test."""
    with migrated_copy(tmp_path_factory.mktemp("migrated")):
        yield


@pytest.fixture
def now() -> datetime:
    """The instant at which the test takes place."""
    return NOON


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """The clock on the wall, which stands still at noon until a test moves it."""
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture(autouse=True)
def fresh_process() -> None:
    """Every test starts with empty caches, as a fresh process would."""
    cache.clear()
    forget_profiles()
    forget_sessions()
    forget_boards()
    shelf.clear()
    offers.clear()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what the database at hand cannot prove."""
    if connection.vendor == "postgresql":
        return
    needs_postgres = pytest.mark.skip(reason="needs PostgreSQL; `make test` runs it there")
    for item in items:
        if item.get_closest_marker("postgres"):
            item.add_marker(needs_postgres)
