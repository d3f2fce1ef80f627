"""Z reports as they were printed, and the days that were closed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Sum
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.decorators import display

from apps.core.admin.base import ReadOnlyAdmin
from apps.core.admin.fields import dollars
from apps.core.money import format_cents
from apps.orders.admin.day_pages import DayPages
from apps.orders.admin.shift_pages import ShiftPages
from apps.orders.days import list_later
from apps.orders.models import DayClose, ZAmendment, ZReport
from apps.payments.admin.columns import say_variance

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse


@admin.register(ZReport)
class ZReportAdmin(ShiftPages):
    """Every Z, newest first. Adding one closes a shift."""

    keyset = ("closed_at", "pk")
    list_display = (
        "closed_at",
        "number",
        "terminal",
        "store",
        "cashier_name",
        dollars("expected_cents", "Expected"),
        dollars("counted_cents", "Counted"),
        "variance",
    )
    list_select_related = ("terminal", "store")
    list_filter = ("store", ("business_date", RangeDateFilter))
    list_filter_submit = True
    change_form_after_template = "orders/admin/z_report.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[ZReport]:
        late = Sum("amendments__expected_cents")
        return super().get_queryset(request).annotate(late_cents=late)

    @display(description="Variance")
    def variance(self, z: Any) -> str:
        return say_variance(z.variance_cents, z.variance_cents - (z.late_cents or 0))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return []  # the template below shows it as it was printed

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        z: Any = context["original"]
        context |= {
            "z": z,
            "amendments": z.amendments.order_by("number"),
            "left_cents": z.variance_cents - (z.late_cents or 0),
        }
        return super().render_change_form(request, context, *args, **kwargs)


@admin.register(ZAmendment)
class ZAmendmentAdmin(ReadOnlyAdmin):
    """Sales that arrived when their shift was closed; reached through their Z."""

    keyset = ("at", "pk")
    list_display = ("at", "number", "z", "order", dollars("expected_cents", "Cash"))
    list_select_related = ("z", "order")
    exclude = ("snapshot",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(DayClose)
class DayCloseAdmin(DayPages):
    """Closed days, newest first. Adding one closes a day."""

    keyset = ("closed_at", "pk")
    list_display = ("business_date", "store", "number", "net", "lacked", "closed_by", "closed_at")
    list_select_related = ("store",)
    list_filter = ("store", ("business_date", RangeDateFilter))
    list_filter_submit = True
    list_before_template = "orders/admin/days.html"
    change_form_after_template = "orders/admin/day.html"

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return []  # the template below shows the day as people read one

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        closed: DayClose = context["original"]
        context |= {"closed": closed, "day": closed.snapshot, **list_later(closed=closed)}
        return super().render_change_form(request, context, *args, **kwargs)

    @display(description="Net")
    def net(self, closed: DayClose) -> str:
        return format_cents(closed.snapshot["net_cents"])

    @display(description="Lacked", label={"nothing": "success"})
    def lacked(self, closed: DayClose) -> str:
        return str(len(closed.snapshot["missing"]) or "nothing")
