"""A store, and a checkout in it, for the tests of stores."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.factories import Checkout, make_checkout, make_store

if TYPE_CHECKING:
    from apps.stores.models import Store


@pytest.fixture
def store(db: None) -> Store:
    return make_store()


@pytest.fixture
def checkout(store: Store) -> Checkout:
    return make_checkout(store)
