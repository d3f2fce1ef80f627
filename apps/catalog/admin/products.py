"""Products: everything about one on one page, prices and stock per store included."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import OuterRef, Subquery
from django.utils import timezone
from unfold.decorators import display

from apps.catalog.admin.filters import BY_CATEGORY, AttentionFilter
from apps.catalog.admin.pricing import save_prices
from apps.catalog.admin.telling import TellingPage, tell
from apps.catalog.forms import BarcodeForm, BarcodeFormSet, PriceForm
from apps.catalog.models import Barcode, Price, Product
from apps.catalog.rules import legal_obstacle
from apps.core.admin.base import OfficeAdmin, OfficeInline
from apps.core.admin.panels import product_panel
from apps.core.money import format_cents
from apps.stores.selectors import list_store_names
from apps.stores.types import BeverageType

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


class BarcodeInline(OfficeInline):
    model = Barcode
    form = BarcodeForm
    formset = BarcodeFormSet
    ordering = ("pack_size", "pk")
    verbose_name_plural = "barcodes (a case of twelve has a pack size of 12)"


class PriceInline(OfficeInline):
    """What is in force and what is to come. A price that has begun stays as it is."""

    model = Price
    form = PriceForm
    fields = ("book", "price_cents", "starts_at")
    verbose_name_plural = "prices in force and scheduled"

    def get_queryset(self, request: HttpRequest) -> Any:
        begun = Price.objects.filter(
            book=OuterRef("book"), product=OuterRef("product"), starts_at__lte=timezone.now()
        )
        newest = begun.order_by("-starts_at").values("starts_at")[:1]
        current = super().get_queryset(request).annotate(since=Subquery(newest))
        past = current.filter(starts_at__lt=Subquery(newest))
        return current.exclude(pk__in=past.values("pk")).order_by("book", "starts_at")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_add_permission(request, obj)  # the form holds old prices fast

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("catalog.add_price")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Product)
class ProductAdmin(TellingPage, OfficeAdmin):
    """What the shops sell."""

    list_display = ("name", "price", "sku", "shelf", "size", "active")
    list_select_related = ("category",)
    list_filter = (
        BY_CATEGORY,
        "beverage_type",
        "tax_class",
        "is_active",
        AttentionFilter,
    )
    list_filter_submit = True
    search_fields = ("name", "sku", "barcodes__gtin")
    ordering = ("name", "pk")
    autocomplete_fields = ("category", "modifier_groups")
    inlines = (BarcodeInline, PriceInline)
    change_form_before_template = "catalog/admin/product_panel.html"
    fieldsets = (
        (
            None,
            {"fields": ("name", ("sku", "category"), ("vendor", "unit_cost_cents"), "is_active")},
        ),
        (
            "Law and tax",
            {
                "fields": (
                    ("tax_class", "beverage_type"),
                    ("volume_ml", "abv_percent"),
                    "minimum_age",
                )
            },
        ),
        ("At the counter", {"fields": ("tracks_stock", "modifier_groups")}),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        begun = Price.objects.filter(product=OuterRef("pk"), starts_at__lte=timezone.now())
        newest = begun.order_by("book", "-starts_at").values("price_cents")[:1]
        return super().get_queryset(request).annotate(price_now=Subquery(newest))

    @display(description="Shelf", ordering="category")
    def shelf(self, product: Product) -> str:
        return str(product.category)

    @display(description="Price")
    def price(self, product: Any) -> str:
        return "" if product.price_now is None else format_cents(product.price_now)

    @display(description="Size")
    def size(self, product: Product) -> str:
        size = f"{product.volume_ml} ml" if product.volume_ml else ""
        return f"{size}, {product.abv_percent} %" if product.abv_percent else size

    @display(description="Active", boolean=True)
    def active(self, product: Product) -> bool:
        return product.is_active

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if product := context["original"]:
            now, stores = timezone.now(), list_store_names()
            context["panel"] = product_panel(stores=stores, product_id=product.pk, now=now)
            context["panel_title"] = "Store"
            if product.is_central:
                messages.info(
                    request,
                    "The head office keeps this product: what you change here is overwritten when"
                    " it changes there.",
                )
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        super().save_model(request, obj, form, change)
        beverage = BeverageType(obj.beverage_type)
        if obstacle := legal_obstacle(beverage, obj.volume_ml, obj.abv_percent):
            messages.warning(request, f"Tills will refuse it: {obstacle}")

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: Any) -> None:
        if formset.model is not Price:  # prices come after the product: `save_related`
            super().save_formset(request, form, formset, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: Any) -> None:
        """Codes and groups, then the product is told to others as it is, then its prices are."""
        super().save_related(request, form, formsets, change)
        prices = [formset for formset in formsets if formset.model is Price]
        own = [form, *(formset for formset in formsets if formset.model is not Price)]
        if any(each.has_changed() for each in own):
            previous_sku = form.initial["sku"] if change and "sku" in form.changed_data else None
            tell(form.instance.pk, previous_sku=previous_sku)
        for formset in prices:
            save_prices(request, formset)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # books refer to it; make it inactive


@admin.register(Barcode)
class BarcodeAdmin(TellingPage, OfficeAdmin):
    """All codes, to find out whose one is."""

    form = BarcodeForm
    list_display = ("gtin", "product", "pack_size", "is_active")
    list_select_related = ("product",)
    search_fields = ("gtin", "product__name")
    autocomplete_fields = ("product",)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        super().save_model(request, obj, form, change)
        before = form.initial.get("product") if change else None
        if form.has_changed():
            for product_id in sorted({obj.product_id, before or obj.product_id}):
                tell(product_id)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        tell(obj.product_id)
