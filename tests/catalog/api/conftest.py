"""A till with somebody logged in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.factories import ApiClient, api_client, open_till

if TYPE_CHECKING:
    from apps.stores.models import Store


@pytest.fixture
def api(store: Store) -> ApiClient:
    _, token = open_till(store)
    return api_client(token)
