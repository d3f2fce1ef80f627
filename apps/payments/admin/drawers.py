"""Shifts: who answers for the cash of which till, and what happened to it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.utils import timezone
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.decorators import display

from apps.core.admin.charts import BAD, MAIN, Series, bar_chart
from apps.core.admin.fields import dollars
from apps.payments.admin.columns import MoneyBook, moment, say_variance
from apps.payments.drawer_figures import (
    expected_now,
    list_moments,
    list_variances,
    with_figures,
)
from apps.payments.drawer_types import ShiftStatus
from apps.payments.models import CashMovement, DrawerCount, Shift

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

LATELY = timedelta(days=30)


@admin.register(Shift)
class ShiftAdmin(MoneyBook):
    """Every shift, the live ones first; above them how far off whose drawers were lately."""

    keyset = ("status", "opened_at", "pk")  # of the two words, OPEN comes last in the alphabet
    list_display = (
        moment("opened_at", "Since"),
        "state",
        "by",
        "terminal",
        "store",
        dollars("sales_cents", "Sales"),
        dollars("dropped_cents", "To the safe"),
        "variance",
    )
    list_select_related = ("terminal", "store")
    list_filter = ("status", "store", ("business_date", RangeDateFilter))
    list_filter_submit = True
    search_fields = ("opened_by_name",)
    search_help_text = "Who opened the shift, or how the name begins."
    list_before_template = "payments/admin/variances.html"
    change_form_after_template = "payments/admin/shift.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Shift]:
        return with_figures(super().get_queryset(request))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Shift], search_term: str
    ) -> tuple[QuerySet[Shift], bool]:
        term = search_term.strip()
        return (queryset.filter(opened_by_name__istartswith=term) if term else queryset), False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        variances = list_variances(since=timezone.now() - LATELY)
        found = {"variances": _chart(variances) if any(o or s for _, o, s in variances) else ""}
        return super().changelist_view(request, {**(extra_context or {}), **found})

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return []  # the template below shows the shift as people read one

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        shift: Shift = context["original"]
        is_open = shift.status == ShiftStatus.OPEN
        is_blind = is_open and shift.opened_by.user_id == request.user.pk
        context |= {
            "shift": shift,
            "is_open": is_open,
            "is_blind": is_blind,  # who is to count the drawer is not told what is in it
            "expected_cents": None if is_blind else expected_now(shift),
            "timeline": list_moments(shift, tells_expected=not is_blind),
        }
        return super().render_change_form(request, context, *args, **kwargs)

    @display(description="Variance")
    def variance(self, shift: Any) -> str:
        return say_variance(shift.counted_off_cents, shift.variance_cents)

    @display(description="By")
    def by(self, shift: Shift) -> str:
        return shift.opened_by_name

    @display(description="State", label={"Open": "warning", "Closed": "success"})
    def state(self, shift: Shift) -> str:
        return shift.get_status_display()


def _chart(variances: list[tuple[str, int, int]]) -> str:
    """Too much above the line, too little below it."""
    return bar_chart(
        [name for name, _, _ in variances],
        [
            Series("Too much", MAIN, [over for _, over, _ in variances]),
            Series("Too little", BAD, [-short for _, _, short in variances]),
        ],
    )


@admin.register(CashMovement)
class CashMovementAdmin(MoneyBook):
    """Cash that moved other than by sales, newest first."""

    keyset = ("at", "pk")
    list_display = (
        moment("at"),
        "kind",
        dollars("amount_cents", "Amount"),
        "reason",
        "actor_name",
        "till",
    )
    list_select_related = ("shift__terminal",)
    list_filter = ("kind", "shift__store")

    @display(description="Till")
    def till(self, movement: CashMovement) -> str:
        return str(movement.shift.terminal)


@admin.register(DrawerCount)
class DrawerCountAdmin(MoneyBook):
    """Drawers as they were counted; reached through their shift, which knows who may see what."""

    keyset = ("pk",)
    list_display = (moment("counted_at"), dollars("counted_cents", "Counted"), "counted_by")
    exclude = ("expected_cents", "key")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False
