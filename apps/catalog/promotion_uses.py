"""Where a promotion was used: sales belong to an app above, which is wired to its page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

LATELY = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class UsedOn:
    """What a promotion gave on one business date, in how many orders, off how many units."""

    day: date
    orders: int
    units: int
    amount_cents: int


def list_uses(*, promotion_id: int, today: date) -> list[UsedOn]:
    """The business dates of the last thirty days on which it gave something, in order."""
    find: Callable[..., list[UsedOn]] = import_string(settings.PROMOTION_USES)
    return find(promotion_id=promotion_id, since=today - LATELY + timedelta(days=1))
