"""Exchanges: what came back, what went out for it, and the difference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from unfold.decorators import display

from apps.core.admin.base import ReadOnlyAdmin
from apps.core.admin.fields import dollars
from apps.orders.models import Exchange

if TYPE_CHECKING:
    from django.http import HttpRequest


@admin.register(Exchange)
class ExchangeAdmin(ReadOnlyAdmin):
    """Every exchange, newest first."""

    keyset = ("at", "pk")
    list_display = ("at", "came_back", "went_out", dollars("difference_cents", "Difference"))
    list_select_related = ("given__order", "order")
    fields = ("at", "came_back", "went_out", "difference_cents")
    readonly_fields = ("came_back", "went_out")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("at", "came_back", "went_out", dollars("difference_cents", "Difference"))

    @display(description="Came back of")
    def came_back(self, swap: Exchange) -> str:
        address = reverse("admin:orders_return_change", args=[swap.given_id])
        number = swap.given.order.number
        return format_html('<a class="tillhouse-link" href="{}">{}</a>', address, number)

    @display(description="Went out by")
    def went_out(self, swap: Exchange) -> str:
        address = reverse("admin:orders_order_change", args=[swap.order_id])
        return format_html('<a class="tillhouse-link" href="{}">{}</a>', address, swap.order.number)
