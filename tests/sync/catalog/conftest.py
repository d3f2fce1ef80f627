"""A head office on a port of this machine, and a store server that reads from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django_subatomic.db import transaction

from apps.catalog.services.pricing import give_store_its_book
from tests.factories import make_store

from .offices import follow, run_office

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apps.stores.models import Store

    from .offices import Office


@pytest.fixture
def line() -> Iterator[Office]:
    """A head office, and nothing here that knows of it."""
    with run_office() as office:
        yield office


@pytest.fixture
def store(db: None) -> Store:
    """A store that sells by the standard book."""
    store = make_store()
    with transaction():
        give_store_its_book(store_id=store.pk, code="STANDARD", name="Standard")
    return store


@pytest.fixture
def office(line: Office, store: Store) -> Office:
    """A head office that the store server reads from."""
    follow(line.url)
    return line
