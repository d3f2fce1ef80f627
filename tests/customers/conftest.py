"""An owner at the back office."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apps.stores.types import Role
from tests.admin.office import office

if TYPE_CHECKING:
    from django.test import Client


@pytest.fixture
def owner(db: None) -> Client:
    return office(Role.OWNER)
