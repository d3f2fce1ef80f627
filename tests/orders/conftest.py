"""A till at which Ana sells, in a package store in Broward, on a Sunday at noon."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apps.stores.models import Store
from apps.stores.types import Role
from tests.conftest import NOON
from tests.factories import open_till
from tests.goods import make_product, make_snack

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from apps.stores.types import Till


@pytest.fixture
def till(db: None) -> Till:
    till, _token = open_till(now=NOON)
    return till


@pytest.fixture
def store(till: Till) -> Store:
    return Store.objects.get(pk=till.store.id)


@pytest.fixture
def second_till(store: Store) -> Till:
    """Another till of the same store, at which Ben sells."""
    till, _token = open_till(store, code="ben", number=2, now=NOON)
    return till


@pytest.fixture
def lead_till(store: Store) -> Till:
    """A till of the same store with a shift lead at it, who may void."""
    till, _token = open_till(store, Role.SHIFT_LEAD, code="lea", number=3, now=NOON)
    return till


@pytest.fixture
def bourbon(store: Store) -> Product:
    """$19.99, ten of them on the shelf."""
    return make_product("BRB-1", name="Bourbon", on_hand=10, store=store)


@pytest.fixture
def chips(store: Store) -> Product:
    """$1.99 and no tax, ten of them on the shelf."""
    return make_snack("CHP-1", name="Chips", on_hand=10, store=store)
