"""A store and another one in another time zone, a product, and a manager at the home page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apps.stores.types import Role
from tests.admin.office import office
from tests.factories import make_store
from tests.goods import make_snack

if TYPE_CHECKING:
    from django.test import Client

    from apps.catalog.models import Product
    from apps.stores.models import Store


@pytest.fixture
def store(db: None) -> Store:
    return make_store()


@pytest.fixture
def pensacola(store: Store) -> Store:
    """An hour behind the other store, on Central Time."""
    return make_store("PNS", county="Escambia", timezone="America/Chicago")


@pytest.fixture
def chips(store: Store) -> Product:
    return make_snack("CHP-1", name="Chips")


@pytest.fixture
def manager(db: None) -> Client:
    return office(Role.MANAGER)
