"""What a customer bought: sales belong to an app above, which is wired to the customer's page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID


@dataclass(frozen=True, slots=True)
class Purchase:
    """One sale to a customer."""

    order_id: UUID
    number: str
    at: datetime
    store: str
    total_cents: int
    state: str


def list_purchases(*, customer_id: UUID) -> list[Purchase]:
    """The last sales to a customer, newest first."""
    find: Callable[..., list[Purchase]] = import_string(settings.CUSTOMER_PURCHASES)
    return find(customer_id=customer_id)
