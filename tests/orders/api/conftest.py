"""A Sunday at noon in Broward, and people logged in at the tills of one package store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apps.stores.types import Role
from tests.conftest import NOON
from tests.factories import ApiClient, api_client, make_store, open_till

if TYPE_CHECKING:
    import time_machine

    from apps.stores.models import Store
    from apps.stores.types import Till


@pytest.fixture
def login(db: None) -> tuple[Till, str]:
    """Ana at the first till, and the token of her session."""
    return open_till(now=NOON)


@pytest.fixture
def till(login: tuple[Till, str]) -> Till:
    return login[0]


@pytest.fixture
def api(login: tuple[Till, str], clock: time_machine.Traveller) -> ApiClient:
    """The program of the first till, where Ana sells."""
    return api_client(login[1])


@pytest.fixture
def second_api(store: Store, clock: time_machine.Traveller) -> ApiClient:
    """The program of the second till of the same store, where Ben sells."""
    return api_client(open_till(store, code="ben", number=2, now=NOON)[1])


@pytest.fixture
def lead_api(store: Store, clock: time_machine.Traveller) -> ApiClient:
    """The program of the third till, where Lea leads the shift."""
    return api_client(open_till(store, Role.SHIFT_LEAD, code="lea", number=3, now=NOON)[1])


@pytest.fixture
def other_store(store: Store) -> Store:
    """Another store of the company, in the same county."""
    return make_store("AIR")
