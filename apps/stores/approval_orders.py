"""What an approval is about: orders belong to an app above, which is wired to its pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from uuid import UUID


@dataclass(frozen=True, slots=True)
class OrderInBrief:
    """An order as whoever approves something of it has to know it; its lines with their cents."""

    id: UUID
    number: str
    total_cents: int
    lines: tuple[tuple[str, int], ...] = ()


def find_orders(*, order_ids: Collection[UUID]) -> Mapping[UUID, OrderInBrief]:
    """Those of these orders that were placed, by id: a basket at a till is none yet."""
    find: Callable[..., Mapping[UUID, OrderInBrief]] = import_string(settings.ORDERS_IN_BRIEF)
    return find(order_ids=order_ids) if order_ids else {}
