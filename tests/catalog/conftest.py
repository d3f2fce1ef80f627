"""A store that sells by the standard book, and the till's way of asking for a product."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django_subatomic.db import transaction

from apps.catalog import shelf
from apps.catalog.models import PriceBook, StorePriceBook
from apps.catalog.services.pricing import give_store_its_book
from apps.core.reference import read_revision
from tests.factories import make_store

if TYPE_CHECKING:
    from datetime import datetime

    from apps.catalog.types import Item
    from apps.stores.models import Store


class Asker:
    """A till of a store: asks the shelf at the revision it knows, as a session would."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def item(self, product_id: int, now: datetime, revision: int | None = None) -> Item | None:
        """The product as the store sells it; at the current revision unless one is named."""
        if revision is None:
            revision = read_revision()
        wanted = shelf.Wanted(self.store.pk, revision, now, product_ids=[product_id])
        return shelf.take(wanted).items.get(product_id)

    def price(self, product_id: int, now: datetime) -> int | None:
        item = self.item(product_id, now)
        return item.price_at(now) if item else None


@pytest.fixture
def store(db: None) -> Store:
    return make_store()


@pytest.fixture
def book(store: Store) -> PriceBook:
    """The standard book, which the store sells by."""
    with transaction():
        give_store_its_book(store_id=store.pk, code="STANDARD", name="Standard")
    return StorePriceBook.objects.select_related("book").get(store=store).book


@pytest.fixture
def till(store: Store, book: PriceBook) -> Asker:
    return Asker(store)
