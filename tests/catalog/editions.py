"""Editions as managers write them: say only what the test is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django_subatomic.db import transaction

from apps.catalog.models import PriceBook, PriceEdition, Product
from apps.catalog.services.editions.publishing import publish_edition, roll_back_edition
from apps.catalog.services.editions.writing import (
    Header,
    Planned,
    create_edition,
    set_prices,
)
from tests.conftest import NOON
from tests.factories import MANAGER

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


def draft(
    prices: Mapping[Product, int],
    *,
    starts_at: datetime | None = None,
    code: str = "HOLIDAY",
    book: str = "STANDARD",
    now: datetime = NOON,
) -> PriceEdition:
    """A draft with these prices in cents."""
    header = Header(code, f"Edition {code}", starts_at)
    with transaction():
        edition = create_edition(actor=MANAGER, header=header, now=now)
        pk = PriceBook.objects.get(code=book).pk
        planned = [Planned(pk, product.pk, cents) for product, cents in prices.items()]
        set_prices(actor=MANAGER, edition_id=edition.pk, planned=planned, now=now)
    return edition


def publish(edition: PriceEdition, *, now: datetime = NOON) -> PriceEdition:
    with transaction():
        return publish_edition(actor=MANAGER, edition_id=edition.pk, now=now)


def roll_back(edition: PriceEdition, *, now: datetime = NOON) -> PriceEdition:
    with transaction():
        return roll_back_edition(actor=MANAGER, edition_id=edition.pk, now=now)
