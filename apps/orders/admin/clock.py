"""Times as the wall clock of the store showed them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from datetime import datetime

    from apps.orders.models import Order


def wall_time(at: datetime, order: Order) -> str:
    """An instant on the wall of the store that sold the order."""
    return f"{at.astimezone(ZoneInfo(order.letterhead['timezone'])):%b %-d, %Y %H:%M}"
