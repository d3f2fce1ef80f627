"""The catalog as its readers ask for it, and changes as a manager makes them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django_subatomic.db import transaction

from apps.catalog.models import PriceBook
from apps.catalog.services.pricing import schedule_price
from apps.catalog.services.products import tell_product
from apps.catalog.types import PricePoint
from apps.core.numbering import number_facts
from tests.factories import MANAGER

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from tests.factories import ApiClient


def tell(product: Product, previous_sku: str | None = None) -> None:
    """A manager has saved the product's page, and the relay has been by."""
    with transaction():
        tell_product(product_id=product.pk, previous_sku=previous_sku, now=timezone.now())
    number_facts()


def price(product: Product, cents: int, days: int = 0) -> None:
    """A manager has set a price that begins now, or in that many days."""
    book, now = PriceBook.objects.get(code="STANDARD"), timezone.now()
    point = PricePoint(now + timedelta(days=days), cents)
    with transaction():
        schedule_price(actor=MANAGER, book_id=book.pk, product_id=product.pk, point=point, now=now)
    number_facts()


def cursor(api: ApiClient) -> str:
    """Where a reader stands who has read everything."""
    return str(api.get("catalog/snapshot").headers["X-Catalog-Cursor"])


def since(api: ApiClient, cursor: str, **query: str) -> dict[str, Any]:
    answer = api.get("catalog/changes", since=cursor, **query)
    assert answer.status_code == 200, answer.content
    page: dict[str, Any] = answer.json()
    return page


def named(page: dict[str, Any]) -> list[tuple[str, str]]:
    return [(change["kind"], change["product"]["sku"]) for change in page["changes"]]
