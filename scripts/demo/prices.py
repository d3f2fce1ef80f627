"""Next month's prices of the demo: a draft that waits for somebody to try it and publish it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django_subatomic.db import transaction

from apps.catalog.services.editions.writing import (
    Ending,
    Header,
    Rise,
    copy_current,
    create_edition,
)
from apps.catalog.shelf import book_of
from apps.core.reference import read_revision
from apps.stores.selectors import list_store_names

if TYPE_CHECKING:
    from datetime import datetime

    from apps.core.types import Actor

A_MONTH = timedelta(days=32)
FLORIDA = ZoneInfo("America/New_York")


def write_next_prices(actor: Actor, *, now: datetime) -> None:
    """Everything four percent dearer, at the nearest .x9, from the first of next month on."""
    local = now.astimezone(FLORIDA).replace(hour=0, minute=0, second=0, microsecond=0)
    start = (local.replace(day=1) + A_MONTH).replace(day=1)
    revision = read_revision()
    books = {book_of(store_id=pk, revision=revision)[0] for pk in list_store_names()}
    header = Header(f"{start:%Y-%m}", f"Prices of {start:%B %Y}", start)
    rise = Rise(sorted(books - {0}), Decimal(4), Ending.NINE)
    with transaction():
        edition = create_edition(actor=actor, header=header, now=now)
        copy_current(actor=actor, edition_id=edition.pk, rise=rise, now=now)
