"""The office sees what came back without a receipt, by whose leave, and to which store credit."""

from __future__ import annotations

import pytest

from apps.orders.models import BlindReturn
from apps.stores.types import Role

from .everything import make_everything
from .office import office, text_of, url, url_of


@pytest.mark.django_db
def test_a_return_without_receipt_is_listed_and_read_whole() -> None:
    make_everything()
    manager = office(Role.MANAGER)
    listed = text_of(manager.get(url("orders_blindreturn_changelist")))
    assert "$1.99 a gift" in listed
    page = text_of(manager.get(url_of(BlindReturn.objects.get())))
    assert "To store credit ...5555" in page
    assert "approved by Sue" in page
    assert "back on the shelf" in page
