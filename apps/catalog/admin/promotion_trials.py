"""A promotion tried on a basket as its form says it now, saved or not. Nothing is written."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST
from unfold.admin import ModelAdmin

from apps.catalog.offers import to_draft
from apps.catalog.promotion_forms import TrialForm
from apps.catalog.promotion_uses import LATELY, list_uses
from apps.catalog.services.trying import try_basket
from apps.core.admin.base import get_row
from apps.core.admin.charts import MAIN, Series, bar_chart
from apps.core.errors import DomainError
from apps.core.money import format_cents

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.forms import BaseForm
    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern

    from apps.catalog.models import Promotion
    from apps.catalog.promotions.types import Draft
    from apps.catalog.services.trying import TriedLine

_UNNAMED = {"name": "This promotion", "code": "NOT-NAMED-YET"}  # until somebody names it
_ANSWER = "catalog/admin/_promotion_tried.html"


class TrialMixin(ModelAdmin):
    """The basket beside a promotion's form. The page sends both, and shows what comes back."""

    def get_urls(self) -> list[URLPattern]:
        trial = self.admin_site.admin_view(self.trial_view)
        own = [
            path("try/", trial, name="catalog_promotion_try_new"),
            path("<path:object_id>/try/", trial, name="catalog_promotion_try"),
        ]
        return [*own, *super().get_urls()]

    @method_decorator(require_POST)
    def trial_view(self, request: HttpRequest, object_id: str = "") -> HttpResponse:
        """Price a basket under what the form says; of who may not change it, what was saved."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        row: Promotion | None = get_row(self, request, object_id) if object_id else None
        trial = TrialForm(request.POST)
        draft, faults = self._read(request, row)
        faults += list(_faults_of(trial))
        if draft is None or faults:
            return render(request, _ANSWER, {"faults": faults})
        try:
            tried = try_basket(
                draft,
                saved_id=row.pk if row else None,
                store_id=int(trial.cleaned_data["store"]),
                asked=trial.cleaned_data["basket"],
                at=trial.cleaned_data["at"] or timezone.now(),
            )
        except DomainError as refusal:
            return render(request, _ANSWER, {"faults": [refusal.detail]})
        context = {
            "trial": tried,
            "lines": [_told(line) for line in tried.lines],
            "shelf": format_cents(sum(line.shelf_cents for line in tried.lines)),
            "total": format_cents(sum(line.total_cents for line in tried.lines)),
        }
        return render(request, _ANSWER, context)

    def _read(self, request: HttpRequest, row: Promotion | None) -> tuple[Draft | None, list[str]]:
        """What the form says, and what is wrong with it."""
        may_type = (
            self.has_change_permission(request, row) if row else self.has_add_permission(request)
        )
        if row and not may_type:
            return to_draft(row), []
        if not may_type:
            raise PermissionDenied
        typed = request.POST.copy()
        for name, stands_in in _UNNAMED.items():
            typed[name] = typed.get(name) or stands_in
        form: Any = self.get_form(request, row, change=bool(row))(typed, instance=row)
        if form.is_valid():
            return form.to_draft(), []
        return None, list(_faults_of(form))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = context.get("original")
        page, named = ("", [row.pk]) if row else ("_new", [])
        context["trial_url"] = reverse(f"admin:catalog_promotion_try{page}", args=named)
        context["trial"] = TrialForm()
        if row and row.published_at:
            context["uses"] = _describe_uses(row)
        return super().render_change_form(request, context, *args, **kwargs)


def _describe_uses(row: Promotion) -> dict[str, Any]:
    """What it gave in the last thirty days: sums, and the dollars of each day as bars."""
    today = timezone.localdate()
    uses = list_uses(promotion_id=row.pk, today=today)
    given = {use.day: use.amount_cents for use in uses}
    days = [today - timedelta(days=ago) for ago in reversed(range(LATELY.days))]
    bars = [Series("Given", MAIN, [given.get(day, 0) for day in days])]
    return {
        "orders": sum(use.orders for use in uses),
        "units": sum(use.units for use in uses),
        "amount": format_cents(sum(given.values())),
        "chart": bar_chart([f"{day:%b %-d}" for day in days], bars) if uses else "",
    }


def _faults_of(form: BaseForm) -> Iterator[str]:
    """What is wrong with a form, each with the label of its field."""
    for name, texts in form.errors.items():
        label = "" if name == "__all__" else f"{form[name].label}: "
        yield from (f"{label}{text}" for text in texts)


def _told(line: TriedLine) -> dict[str, Any]:
    return {
        "name": line.name,
        "units": line.quantity,
        "shelf": format_cents(line.shelf_cents),
        "reasons": [
            f"{applied.promotion.name} {format_cents(-applied.amount_cents)}"
            for applied in line.applied
        ],
        "total": format_cents(line.total_cents),
    }
