"""What stands around an order: parked baskets, printed receipts, receipt counters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from unfold.decorators import display

from apps.core.admin.base import ReadOnlyAdmin
from apps.orders.models import ParkedOrder, PrintedReceipt, ReceiptCounter
from apps.orders.selectors import IS_SOLD

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


@admin.register(ParkedOrder)
class ParkedOrderAdmin(ReadOnlyAdmin):
    """Baskets put aside, newest first."""

    keyset = ("parked_at", "pk")
    list_display = ("parked_at", "parked_by", "store", "terminal", "lines", "state")
    list_select_related = ("store", "terminal")
    list_filter = ("store",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ParkedOrder]:
        return super().get_queryset(request).annotate(is_sold=IS_SOLD)

    @display(description="Lines")
    def lines(self, parked: ParkedOrder) -> int:
        return len(parked.basket["lines"])

    @display(
        description="State", label={"waiting": "warning", "resumed": "info", "sold": "success"}
    )
    def state(self, parked: Any) -> str:
        if parked.is_sold:
            return "sold"
        return "resumed" if parked.resumed_at else "waiting"


@admin.register(PrintedReceipt)
class PrintedReceiptAdmin(ReadOnlyAdmin):
    """Receipts as they were first printed, and how often since."""

    list_display = ("first_printed_at", "order", "format", "printed_count")
    list_select_related = ("order",)
    search_fields = ("=order__number",)


@admin.register(ReceiptCounter)
class ReceiptCounterAdmin(ReadOnlyAdmin):
    """The last receipt number of each terminal and business date."""

    keyset = ("business_date", "pk")
    list_display = ("business_date", "terminal", "last_number")
    list_select_related = ("terminal",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)
