"""Comparisons: a day in our books and in a destination's, and what differs by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from unfold.decorators import display

from apps.core.admin.base import ReadOnlyAdmin
from apps.sync.admin.columns import its_destination, moment, plain
from apps.sync.comparing import NAMES
from apps.sync.models import SyncReconciliation

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

_SEALED = tuple(f"destination__{name}" for name in ("token", "secret", "second_secret"))


@admin.register(SyncReconciliation)
class ComparisonAdmin(ReadOnlyAdmin):
    """Every comparison, newest first."""

    keyset = ("compared_at", "pk")
    list_display = (
        moment("compared_at", "Compared"),
        "day",
        its_destination,
        "standing",
        plain("difference_count", "Differences"),
        plain("waiting_count", "On their way"),
    )
    list_select_related = ("destination",)
    list_filter = ("destination", "state", "day")
    list_before_template = "sync/admin/comparisons.html"
    change_form_after_template = "sync/admin/comparison.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[SyncReconciliation]:
        return super().get_queryset(request).defer(*_SEALED)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return []  # the template below shows it as people read one

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        comparison: SyncReconciliation = context["original"]
        context |= {
            "comparison": comparison,
            "totals": [{**each, "name": NAMES[each["type"]]} for each in comparison.totals],
            "more": comparison.difference_count - len(comparison.differences),
        }
        return super().render_change_form(request, context, *args, **kwargs)

    @display(
        description="Result",
        label={
            "agrees": "success",
            "differs": "danger",
            "not compared": "info",
            "not reached": "warning",
        },
    )
    def standing(self, comparison: SyncReconciliation) -> str:
        return comparison.state.lower().replace("_", " ")
