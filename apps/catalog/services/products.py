"""Products that were changed at the back office, told to other systems as they are now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django_subatomic.db import transaction_required

from apps.catalog.models import Category, Product
from apps.catalog.services.imports.states import products_with_state, state_of
from apps.catalog.services.telling import ToldProduct, of_many, of_product, tell_products

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime

PRODUCTS_AT_ONCE = 500


@transaction_required
def tell_product(*, product_id: int, previous_sku: str | None = None, now: datetime) -> None:
    """Publish one product, its codes and its modifier groups, once they are written."""
    product = products_with_state(None, now).get(pk=product_id)
    told = ToldProduct(product.sku, state_of(product), previous_sku=previous_sku)
    tell_products(aggregate=of_product(product.sku), told=[told], now=now)


@transaction_required
def tell_category(*, category_id: int, now: datetime) -> None:
    """Publish the products of a category that has another name, or stands elsewhere."""
    category = Category.objects.get(pk=category_id)
    products = Product.objects.filter(category=category_id)
    tell_products(
        aggregate=of_many("category", f"{category.department}/{category.name}"),
        told=_as_they_are(list(products.order_by("pk").values_list("pk", flat=True)), now),
        now=now,
    )


def list_products_with(*, group_id: int) -> list[int]:
    """The keys of the products that a modifier group belongs to."""
    products = Product.objects.filter(modifier_groups=group_id)
    return list(products.order_by("pk").values_list("pk", flat=True))


@transaction_required
def tell_modifier_group(*, name: str, product_ids: Collection[int], now: datetime) -> None:
    """Publish the products that a modifier group belongs to, or did until it went."""
    told = _as_they_are(product_ids, now)
    tell_products(aggregate=of_many("modifier-group", name), told=told, now=now)


def _as_they_are(product_ids: Collection[int], now: datetime) -> Iterator[ToldProduct]:
    ids = sorted(product_ids)
    for first in range(0, len(ids), PRODUCTS_AT_ONCE):
        some = ids[first : first + PRODUCTS_AT_ONCE]
        for product in products_with_state(None, now).filter(pk__in=some).order_by("pk"):
            yield ToldProduct(product.sku, state_of(product))
