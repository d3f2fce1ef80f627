"""Two stores and two products, for the tests of the stock ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.factories import make_store
from tests.goods import make_product

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from apps.stores.models import Store


@pytest.fixture
def store(db: None) -> Store:
    return make_store("ONE")


@pytest.fixture
def other_store(db: None) -> Store:
    return make_store("TWO")


@pytest.fixture
def rum(db: None) -> Product:
    return make_product("RUM-1")


@pytest.fixture
def gin(db: None) -> Product:
    return make_product("GIN-1")
