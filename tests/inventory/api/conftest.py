"""A shift lead at a till of the first store, by a clock that stands still."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apps.stores.types import Role
from tests.conftest import NOON
from tests.factories import ApiClient, api_client, open_till

if TYPE_CHECKING:
    import time_machine

    from apps.stores.models import Store


@pytest.fixture
def api(store: Store, clock: time_machine.Traveller) -> ApiClient:
    """The program of the till where Lea leads the shift, who may adjust stock."""
    return api_client(open_till(store, Role.SHIFT_LEAD, code="lea", now=NOON)[1])
