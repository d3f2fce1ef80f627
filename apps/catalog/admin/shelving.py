"""Categories, and what may be added to a product."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Count
from unfold.decorators import display

from apps.catalog.models import Category, Modifier, ModifierGroup
from apps.core.admin.base import OfficeAdmin, OfficeInline

if TYPE_CHECKING:
    from django.http import HttpRequest


@admin.register(Category)
class CategoryAdmin(OfficeAdmin):
    """Departments and the categories in them."""

    list_display = ("name", "department", "products")
    list_filter = ("department",)
    search_fields = ("name", "department")
    ordering = ("department", "name")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(product_count=Count("products"))

    @display(description="Products", ordering="product_count")
    def products(self, category: Any) -> int:
        return category.product_count


class ModifierInline(OfficeInline):
    model = Modifier
    ordering = ("pk",)


@admin.register(ModifierGroup)
class ModifierGroupAdmin(OfficeAdmin):
    """Sizes, milks, syrups: what a customer chooses with a product."""

    list_display = ("name", "minimum", "maximum", "choices")
    search_fields = ("name",)
    ordering = ("name",)
    inlines = (ModifierInline,)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("modifiers")

    @display(description="Choices")
    def choices(self, group: ModifierGroup) -> str:
        return ", ".join(choice.name for choice in group.modifiers.all() if choice.is_active)
