"""A store, and browsers in which people of each office role are signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import User

from apps.stores.types import Role
from tests.factories import make_store
from tests.goods import make_product

from .office import office, signed_in

if TYPE_CHECKING:
    from django.test import Client

    from apps.catalog.models import Product
    from apps.stores.models import Store


@pytest.fixture
def store(db: None) -> Store:
    return make_store()


@pytest.fixture
def manager(db: None) -> Client:
    return office(Role.MANAGER)


@pytest.fixture
def owner(db: None) -> Client:
    return office(Role.OWNER)


@pytest.fixture
def auditor(db: None) -> Client:
    return office(Role.AUDITOR)


@pytest.fixture
def root(db: None) -> Client:
    """Whoever set the installation up."""
    return signed_in(User.objects.create_superuser("root"))


@pytest.fixture
def bourbon(store: Store) -> Product:
    """$19.99, ten of them on the shelf, with a bottle code and a case of twelve."""
    codes = [("012345678905", 1), ("10012345678902", 12)]
    return make_product("BRB-1", name="Bourbon", barcodes=codes, on_hand=10, store=store)
