"""What the catalog tells a product's page of each store: the price, and the next one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from apps.catalog.models import Price, StorePriceBook
from apps.core.admin.panels import NOTHING, Cell, Columns
from apps.core.money import format_cents

if TYPE_CHECKING:
    from datetime import datetime

HEADERS = ("Price book", "Price now", "Next price")


def price_columns(*, product_id: int, now: datetime) -> Columns:
    """Price book, price in force and next price per store that has a book."""
    prices = list(Price.objects.filter(product=product_id).order_by("starts_at"))
    cells = {}
    for link in StorePriceBook.objects.select_related("book"):
        own = [price for price in prices if price.book_id == link.book_id]
        current = next((p for p in reversed(own) if p.starts_at <= now), None)
        coming = next((p for p in own if p.starts_at > now), None)
        cells[link.store_id] = (Cell(link.book.name), _now(current), _next(coming))
    return Columns(HEADERS, cells)


def _now(price: Price | None) -> Cell:
    if price is None:
        return Cell("not sold here", tone="no")
    return Cell(format_cents(price.price_cents), note=f"since {_day(price)}")


def _next(price: Price | None) -> Cell:
    if price is None:
        return NOTHING
    return Cell(format_cents(price.price_cents), note=f"from {_day(price)}", tone="warn")


def _day(price: Price) -> str:
    return f"{timezone.localtime(price.starts_at):%b %-d, %Y %H:%M}"
