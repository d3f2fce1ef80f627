"""Categories, and what may be added to a product."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Count
from django.utils import timezone
from unfold.decorators import display

from apps.catalog.admin.telling import TellingPage
from apps.catalog.models import Category, Modifier, ModifierGroup
from apps.catalog.services.products import (
    list_products_with,
    tell_category,
    tell_modifier_group,
)
from apps.core.admin.base import OfficeAdmin, OfficeInline

if TYPE_CHECKING:
    from django.http import HttpRequest


@admin.register(Category)
class CategoryAdmin(TellingPage, OfficeAdmin):
    """Departments and the categories in them."""

    list_display = ("name", "department", "products")
    list_filter = ("department",)
    search_fields = ("name", "department")
    ordering = ("department", "name")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(product_count=Count("products"))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        super().save_model(request, obj, form, change)
        if change and form.has_changed():
            tell_category(category_id=obj.pk, now=timezone.now())

    @display(description="Products", ordering="product_count")
    def products(self, category: Any) -> int:
        return category.product_count


class ModifierInline(OfficeInline):
    model = Modifier
    ordering = ("pk",)


@admin.register(ModifierGroup)
class ModifierGroupAdmin(TellingPage, OfficeAdmin):
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

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: Any) -> None:
        super().save_related(request, form, formsets, change)
        if change and any(each.has_changed() for each in (form, *formsets)):
            _tell(form.instance.name, list_products_with(group_id=form.instance.pk))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        product_ids = list_products_with(group_id=obj.pk)
        super().delete_model(request, obj)
        _tell(obj.name, product_ids)


def _tell(name: str, product_ids: list[int]) -> None:
    tell_modifier_group(name=name, product_ids=product_ids, now=timezone.now())
