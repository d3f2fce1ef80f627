"""What an import, or its undoing, tells other systems: products first, then prices."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from apps.catalog.events import ToldPrice
from apps.catalog.services.telling import ToldProduct, of_many, tell_prices, tell_products

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from apps.catalog.models import ImportRun
    from apps.catalog.services.imports.states import Edit


def tell_import(run: ImportRun, edits: Sequence[Edit]) -> None:
    """Publish what a run has made of products, and the prices that it began."""
    aggregate, now = of_many("import", run.pk), run.imported_at
    tell_products(aggregate=aggregate, told=_changed(edits), now=now)
    since = now.astimezone(UTC)
    prices = (
        ToldPrice(edit.sku, run.book.code, since, edit.after["price_cents"])
        for edit in edits
        if edit.sets_price
    )
    tell_prices(aggregate=aggregate, told=prices, now=now)


def tell_undone(
    run: ImportRun,
    edits: Sequence[Edit],
    removed: Collection[str],
    prices: Iterable[ToldPrice],
    now: datetime,
) -> None:
    """Publish what the undoing of a run made of products, and the prices that it took back.

    `removed` are the SKUs of the products that are gone.
    """
    aggregate = of_many("import", run.pk)
    tell_products(aggregate=aggregate, told=_changed(edits, removed), now=now)
    tell_prices(aggregate=aggregate, told=prices, now=now)


def _changed(edits: Iterable[Edit], removed: Collection[str] = ()) -> Iterable[ToldProduct]:
    """What is more than a price."""
    return (
        ToldProduct(edit.sku, edit.after, is_removed=edit.sku in removed)
        for edit in edits
        if edit.changes(*(edit.after.keys() - {"price_cents"}))
    )
