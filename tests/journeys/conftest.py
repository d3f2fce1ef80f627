"""A package store in Broward with two tills, its people and its goods, on a Sunday at noon."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apps.stores.types import Role
from tests.admin.office import office
from tests.factories import make_staff, make_store, make_terminal
from tests.goods import make_product, make_snack

from .counter import BackOffice, TillProgram

if TYPE_CHECKING:
    import time_machine

    from apps.catalog.models import Product
    from apps.stores.models import Store, Terminal


@pytest.fixture
def store(db: None, clock: time_machine.Traveller) -> Store:
    """Ana and Ben work the tills; Lea leads the shift."""
    store = make_store()
    for code, role in (("ana", Role.CASHIER), ("ben", Role.CASHIER), ("lea", Role.SHIFT_LEAD)):
        make_staff(store, role, code)
    return store


@pytest.fixture
def terminal(store: Store) -> Terminal:
    return make_terminal(store)


@pytest.fixture
def manager(store: Store) -> BackOffice:
    return BackOffice(office(Role.MANAGER))


@pytest.fixture
def till(terminal: Terminal, manager: BackOffice) -> TillProgram:
    """The first till, paired by the code that the manager was shown, with Ana at it."""
    till = TillProgram(manager.pair(terminal))
    till.log_in("ana")
    return till


@pytest.fixture
def second_till(store: Store, manager: BackOffice) -> TillProgram:
    """The second till, with Ben at it."""
    till = TillProgram(manager.pair(make_terminal(store, number=2)))
    till.log_in("ben")
    return till


@pytest.fixture
def bourbon(store: Store) -> Product:
    """$19.99 and $1.40 of tax, ten of them on the shelf."""
    codes = [("012345678905", 1)]
    return make_product("BRB-1", name="Bourbon", barcodes=codes, on_hand=10, store=store)


@pytest.fixture
def chips(store: Store) -> Product:
    """$1.99 and no tax, ten of them on the shelf."""
    return make_snack("CHP-1", name="Chips", on_hand=10, store=store)
