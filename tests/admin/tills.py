"""What a till finds with its next scan, after somebody changed something in the back office."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from apps.catalog.selectors import find_on_shelf
from apps.core.reference import read_revision
from apps.stores.selectors import get_store_profile

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from apps.catalog.types import Item, Scanned
    from apps.stores.models import Store


def on_shelf(store: Store, product: Product) -> Item:
    """The product as a till of the store finds it with its next scan."""
    revision = read_revision()
    _, items = find_on_shelf(
        store=get_store_profile(store_id=store.pk, revision=revision),
        scans=[],
        product_ids=[product.pk],
        revision=revision,
        now=timezone.now(),
    )
    return items[product.pk]


def scanned(store: Store, code: str) -> Scanned | None:
    revision = read_revision()
    profile = get_store_profile(store_id=store.pk, revision=revision)
    found, _ = find_on_shelf(
        store=profile, scans=[code], product_ids=(), revision=revision, now=timezone.now()
    )
    return found.get(code)
