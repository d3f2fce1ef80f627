"""A promotion tried on a basket, before or after it is published. Nothing is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from unfold.admin import ModelAdmin

from apps.catalog.promotion_forms import TrialForm
from apps.catalog.services.trying import try_basket
from apps.core.admin.base import get_row
from apps.core.errors import DomainError
from apps.core.money import format_cents

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern

    from apps.catalog.services.trying import TriedLine


class TrialMixin(ModelAdmin):
    """The page and the form of the basket to try."""

    def get_urls(self) -> list[URLPattern]:
        trial = self.admin_site.admin_view(self.trial_view)
        own = [path("<path:object_id>/try/", trial, name="catalog_promotion_try")]
        return [*own, *super().get_urls()]

    def trial_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Price a basket under the promotion; nothing is written."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = get_row(self, request, object_id)
        form = TrialForm(request.POST or None)
        lines: list[TriedLine] = []
        if form.is_valid():
            try:
                lines = try_basket(
                    promotion_id=row.pk,
                    store_id=int(form.cleaned_data["store"]),
                    asked=form.cleaned_data["basket"],
                    now=timezone.now(),
                )
            except DomainError as refusal:
                form.add_error("basket", refusal.detail)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Try {row.name} on a basket",
            "opts": self.opts,
            "original": row,
            "trial": form,
            "tried": [_told(line) for line in lines],
            "tried_total": format_cents(sum(line.total_cents for line in lines)),
        }
        return TemplateResponse(request, "catalog/admin/promotion_try.html", context)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if context.get("original"):
            context["trial"] = TrialForm()
        return super().render_change_form(request, context, *args, **kwargs)


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
