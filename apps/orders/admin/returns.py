"""Returns: what came back of which order, why, and for how much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.decorators import display

from apps.core.admin.base import ReadOnlyAdmin
from apps.core.admin.fields import dollars
from apps.orders.admin.clock import wall_time
from apps.orders.admin.halves import describe_returns
from apps.orders.models import Return, ReturnLine

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse


@admin.register(Return)
class ReturnAdmin(ReadOnlyAdmin):
    """Every return, newest first."""

    keyset = ("returned_at", "pk")
    list_display = (
        "came_back_at",
        "order",
        dollars("total_cents", "Given back"),
        "reason",
        "store",
        "cashier_name",
    )
    list_select_related = ("order", "store")
    list_filter = ("store", ("business_date", RangeDateFilter))
    list_filter_submit = True
    search_fields = ("order__number",)
    search_help_text = "The number of the order, whole."
    change_form_after_template = "orders/admin/return.html"

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return []  # the template below shows the return as people read one

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Return], search_term: str
    ) -> tuple[QuerySet[Return], bool]:
        """Numbers are capitals, so they are compared as they are: that is what an index can do."""
        term = search_term.strip().upper()
        return (queryset.filter(order__number=term) if term else queryset), False

    @display(description="Came back at")
    def came_back_at(self, given: Return) -> str:
        return wall_time(given.returned_at, given.order)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        found: Return = context["original"]
        shown = describe_returns(found.order_id)
        back = next(each for each in shown if each.given.pk == found.pk)
        context |= {"back": back, "came_back_at": self.came_back_at(back.given)}
        return super().render_change_form(request, context, *args, **kwargs)


@admin.register(ReturnLine)
class ReturnLineAdmin(ReadOnlyAdmin):
    """Lines of all returns; reached through their return."""

    list_display = ("of_return", "line", "quantity", dollars("total_cents", "Given back"))
    list_select_related = ("of_return", "line")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False
