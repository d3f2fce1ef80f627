"""Returns without a receipt: what came back, by whose leave, and to which store credit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from unfold.contrib.filters.admin import RangeDateFilter

from apps.core.admin.base import ReadOnlyAdmin
from apps.core.admin.fields import dollars
from apps.orders.blind_returns import list_blind_returns
from apps.orders.models import BlindReturn, BlindReturnLine

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@admin.register(BlindReturn)
class BlindReturnAdmin(ReadOnlyAdmin):
    """Every return without a receipt, newest first."""

    keyset = ("returned_at", "pk")
    list_display = (
        "returned_at",
        dollars("total_cents", "Credited"),
        "reason",
        "store",
        "cashier_name",
        "approved_by",
    )
    list_select_related = ("store",)
    list_filter = ("store", ("business_date", RangeDateFilter))
    list_filter_submit = True
    change_form_after_template = "orders/admin/blind_return.html"

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return []  # the template below shows the return as people read one

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        given = list_blind_returns().get(pk=context["original"].pk)
        context |= {"given": given, "lines": given.lines.all(), "account": given.entry.account}
        return super().render_change_form(request, context, *args, **kwargs)


@admin.register(BlindReturnLine)
class BlindReturnLineAdmin(ReadOnlyAdmin):
    """Lines of all returns without a receipt; reached through their return."""

    list_display = ("of_return", "name", "quantity", dollars("total_cents", "Credited"))
    list_select_related = ("of_return",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False
