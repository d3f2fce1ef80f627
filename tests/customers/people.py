"""People who buy here, with good defaults."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django_subatomic.db import transaction

from apps.customers.services.registering import register_customer
from apps.customers.types import NewCustomer
from tests.factories import MANAGER

if TYPE_CHECKING:
    from apps.customers.models import Customer

NAME, PHONE, EMAIL = "Ada Quill", "+15615550142", "ada.quill@example.com"


def somebody(**said: Any) -> NewCustomer:
    """Ada, or whoever is said."""
    told = {"name": NAME, "phone": PHONE, "email": EMAIL, **said}
    return NewCustomer(**{"id": uuid4(), **told})


def make_customer(**said: Any) -> Customer:
    """Somebody registered at the back office."""
    with transaction():
        return register_customer(
            actor=MANAGER, store_id=None, new=somebody(**said), now=datetime.now(UTC)
        )
