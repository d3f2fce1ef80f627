"""What there is, what moved, and what should be counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import admin
from django.db.models import F, Q
from django.urls import reverse
from django.utils.html import format_html
from unfold.decorators import display

from apps.catalog.selectors import find_pack
from apps.core.admin.base import OfficeAdmin, ReadOnlyAdmin
from apps.inventory.models import CountRequest, StockBalance, StockMovement

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


class LevelFilter(admin.SimpleListFilter):
    """Low, or less than nothing."""

    title = "level"
    parameter_name = "level"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("negative", "Less than nothing"), ("low", "Low"), ("none", "None left")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "negative":
                return queryset.filter(on_hand__lt=0)
            case "low":
                return queryset.filter(on_hand__gte=0, on_hand__lte=F("reorder_point"))
            case "none":
                return queryset.filter(on_hand=0)
        return queryset


@admin.register(StockBalance)
class StockBalanceAdmin(OfficeAdmin):
    """Stock per store and product. Only the reorder point is set here; stock moves by documents."""

    list_display = ("product", "store", "level", "reorder_point", "last_moves")
    list_editable = ("reorder_point",)
    list_select_related = ("product", "store")
    list_filter = ("store", LevelFilter)
    search_fields = ("product__name", "=product__sku")
    ordering = ("product__name", "store")
    fields = ("product", "store", "on_hand", "reserved", "reorder_point")
    readonly_fields = ("product", "store", "on_hand", "reserved")

    @display(description="On hand", ordering="on_hand")
    def level(self, balance: StockBalance) -> Any:
        tone = ""
        if balance.on_hand < 0:
            tone = "tillhouse-bad"
        elif balance.reorder_point is not None and balance.on_hand <= balance.reorder_point:
            tone = "tillhouse-warn"
        return format_html('<span class="{}">{}</span>', tone, balance.on_hand)

    @display(description="Ledger")
    def last_moves(self, balance: StockBalance) -> Any:
        url = reverse("admin:inventory_stockmovement_changelist")
        query = f"store__id__exact={balance.store_id}&product__id__exact={balance.product_id}"
        return format_html('<a class="tillhouse-link" href="{}?{}">movements</a>', url, query)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(StockMovement)
class StockMovementAdmin(ReadOnlyAdmin):
    """The ledger itself, newest first."""

    keyset = ("pk",)
    list_display = ("at", "product", "store", "units", "kind", "reason", "actor_name")
    list_select_related = ("product", "store")
    list_filter = ("store", "kind")
    search_fields = ("product__sku", "document_id")
    search_help_text = "A SKU, a barcode, or the id of an order or document."

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """One thing at a time, each by its own index; asked for all at once, none would serve."""
        term = search_term.strip()
        if not term:
            return queryset, False
        try:
            return queryset.filter(document_id=UUID(term)), False
        except ValueError:
            pack = find_pack(code=term)
        found = Q(product=pack[0]) if pack else Q(product__sku__iexact=term)
        return queryset.filter(found), False

    @display(description="Units")
    def units(self, movement: StockMovement) -> str:
        return f"{movement.quantity:+,d}"


@admin.register(CountRequest)
class CountRequestAdmin(ReadOnlyAdmin):
    """Shelves that somebody should count, because the books say less than nothing."""

    keyset = ("asked_at", "pk")
    list_display = ("asked_at", "product", "store", "on_hand", "state")
    list_select_related = ("product", "store")
    list_filter = ("store",)

    @display(description="State", label={"waiting": "warning", "counted": "success"})
    def state(self, request: CountRequest) -> str:
        return "counted" if request.done_at else "waiting"
