"""Products, for a till that searches by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema

from apps.catalog.api.serializers import Product, ProductQuery, describe_item
from apps.catalog.selectors import list_items_by_id, list_products_of
from apps.core.api.schema import paged
from apps.core.pagination import KeyPagination
from apps.stores.api.views import TOKEN_REFUSALS, TillView

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.response import Response

    from apps.core.errors import DomainError


class ByName(KeyPagination):
    """Products in the order of their names."""

    ordering = ("name_and_sku",)


class ProductsView(TillView):
    """The products that the store sells."""

    refusals: ClassVar[dict[str, tuple[type[DomainError], ...]]] = {"GET": TOKEN_REFUSALS}

    @extend_schema(
        operation_id="list_products", parameters=[ProductQuery], responses=paged(Product)
    )
    def get(self, request: Request) -> Response:
        """Products that the store has a price for, by name; search by name, SKU or barcode."""
        asked = self.read(request, ProductQuery)
        till, now = self.till(request), timezone.now()
        pages = ByName()
        products = list_products_of(
            store=till.store,
            now=now,
            search=asked.get("search", ""),
            category=asked.get("category", ""),
        )
        page = pages.paginate_queryset(products, request, view=self) or []
        ids = [product.pk for product in page]
        items = list_items_by_id(store=till.store, product_ids=ids, revision=till.revision, now=now)
        return pages.get_paginated_response([describe_item(item, now) for item in items])
