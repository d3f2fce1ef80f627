"""Pages whose changes other systems are told of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django_subatomic.db import transaction
from unfold.admin import ModelAdmin

from apps.catalog.services.products import tell_product

if TYPE_CHECKING:
    from django.http import HttpRequest


class TellingPage(ModelAdmin):
    """A page that opens the transaction of a change in the house's own way.

    Django's own atomic block within it would not say whether it is the one that commits, and only
    after the commit are facts handed on.
    """

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.method != "POST":
            return super().changeform_view(request, *args, **kwargs)
        with transaction():
            return super().changeform_view(request, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.method != "POST":
            return super().delete_view(request, *args, **kwargs)
        with transaction():
            return super().delete_view(request, *args, **kwargs)


def tell(product_id: int, *, previous_sku: str | None = None) -> None:
    """Tell of a product as it is at this moment."""
    tell_product(product_id=product_id, previous_sku=previous_sku, now=timezone.now())
