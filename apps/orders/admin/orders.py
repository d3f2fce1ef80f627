"""Orders: found fast, read whole, changed never."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.decorators import display

from apps.core.admin.base import ReadOnlyAdmin
from apps.core.admin.fields import dollars
from apps.inventory.selectors import list_movements_of
from apps.orders.admin.clock import wall_time
from apps.orders.admin.halves import describe_returns, describe_sale
from apps.orders.admin.receipts import ReceiptActions
from apps.orders.admin.reprinting import PrintActions
from apps.orders.models import Order, OrderLine
from apps.orders.receipts import render_text
from apps.orders.selectors import get_order, list_emails

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse


@admin.register(Order)
class OrderAdmin(PrintActions, ReceiptActions):
    """Every sale, newest first."""

    keyset = ("placed_at", "pk")
    list_display = (
        "number",
        dollars("total_cents", "Total"),
        "state",
        "sold_at",
        "store",
        "cashier_name",
    )
    list_select_related = ("store",)
    list_filter = ("store", "status", ("business_date", RangeDateFilter))
    list_filter_submit = True
    search_fields = ("number",)
    search_help_text = "The number on the receipt, or how it begins."
    change_form_after_template = "orders/admin/order.html"
    actions_detail = ("print_receipt", "email_receipt", "download_receipt")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return []  # the template below shows the order as people read one

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Order], search_term: str
    ) -> tuple[QuerySet[Order], bool]:
        """Numbers by how they begin: that is what an index can find."""
        term = search_term.strip().upper()
        return (queryset.filter(number__startswith=term) if term else queryset), False

    @display(description="Sold at")
    def sold_at(self, order: Order) -> str:
        return wall_time(order.placed_at, order)

    @display(description="State", label={"Completed": "success", "Voided": "danger"})
    def state(self, order: Order) -> str:
        return order.get_status_display()

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        found: Order = context["original"]
        order = get_order(store_id=found.store_id, order_id=found.pk)
        sale = describe_sale(order)
        context |= {
            "order": order,
            "sale": sale,
            "returns": describe_returns(order.pk),
            "movements": list_movements_of(document_id=order.pk).order_by("pk"),
            "emails": list_emails(order_id=order.pk),
            "receipt": render_text(sale.receipt),
            "sold_at": self.sold_at(order),
        }
        return super().render_change_form(request, context, *args, **kwargs)


@admin.register(OrderLine)
class OrderLineAdmin(ReadOnlyAdmin):
    """Lines of all orders; reached through their order."""

    list_display = ("order", "name", "quantity", dollars("total_cents", "Total"))
    list_select_related = ("order",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False
