"""Exchanges: what came back, what went out for it, and the difference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from unfold.decorators import display

from apps.core.admin.base import ReadOnlyAdmin
from apps.core.admin.fields import dollars
from apps.orders.admin.clock import wall_time
from apps.orders.admin.halves import describe_returns, describe_sale
from apps.orders.models import Exchange
from apps.orders.selectors import get_order

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@admin.register(Exchange)
class ExchangeAdmin(ReadOnlyAdmin):
    """Every exchange, newest first."""

    keyset = ("at", "pk")
    list_display = ("at", "came_back", "went_out", dollars("difference_cents", "Difference"))
    list_select_related = ("given__order", "order")
    search_fields = ("=order__number", "=given__order__number")
    search_help_text = "The number of either order, whole."
    change_form_after_template = "orders/admin/exchange.html"

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return []  # the template below shows the exchange as people read one

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        swap: Exchange = context["original"]
        order = get_order(store_id=swap.given.store_id, order_id=swap.order_id)
        shown = describe_returns(swap.given.order_id)
        context |= {
            "title": f"Exchange of {swap.given.order.number} for {order.number}",
            "swap": swap,
            "difference_cents": abs(swap.difference_cents),
            "back": next(each for each in shown if each.given.pk == swap.given_id),
            "sale": describe_sale(order),
            "swapped_at": wall_time(swap.at, order),
        }
        return super().render_change_form(request, context, *args, **kwargs)

    @display(description="Came back of")
    def came_back(self, swap: Exchange) -> str:
        address = reverse("admin:orders_return_change", args=[swap.given_id])
        number = swap.given.order.number
        return format_html('<a class="tillhouse-link" href="{}">{}</a>', address, number)

    @display(description="Went out by")
    def went_out(self, swap: Exchange) -> str:
        address = reverse("admin:orders_order_change", args=[swap.order_id])
        return format_html('<a class="tillhouse-link" href="{}">{}</a>', address, swap.order.number)
