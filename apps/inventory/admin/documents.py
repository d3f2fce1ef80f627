"""Deliveries, adjustments, waste, transfers and counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django_subatomic.db import transaction
from unfold.decorators import display

from apps.core.admin.base import ReadOnlyAdmin, actor_of
from apps.core.errors import DomainError
from apps.inventory.errors import StockDocumentExists
from apps.inventory.forms import LineFormSet, MoveForm
from apps.inventory.models import StockDocument
from apps.inventory.selectors import list_movements_of
from apps.inventory.services.documents import Paper, write_paper
from apps.inventory.types import Document, MovementKind

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@admin.register(StockDocument)
class StockDocumentAdmin(ReadOnlyAdmin):
    """What was moved by hand, newest first. Adding one moves the stock."""

    keyset = ("at", "pk")
    list_display = ("at", "what", "store", "other_store", "reason", "actor_name")
    list_select_related = ("store", "other_store")
    list_filter = ("store", "kind")
    fields = ("what", "store", "other_store", "reason", "actor_name", "at")
    readonly_fields = ("what",)
    change_form_after_template = "inventory/admin/movements.html"

    @display(description="What happened")
    def what(self, document: StockDocument) -> str:
        return document.get_kind_display()

    def get_urls(self) -> list[Any]:
        move = self.admin_site.admin_view(self.move_view)
        return [path("move/", move, name="inventory_stockdocument_move"), *super().get_urls()]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("inventory.add_stockdocument")

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("admin:inventory_stockdocument_move")

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        movements = list_movements_of(document_id=context["original"].pk)
        context["movements"] = movements.order_by("pk")
        return super().render_change_form(request, context, *args, **kwargs)

    def move_view(self, request: HttpRequest) -> HttpResponse:
        """The form that moves stock; a link may fill in what happened, store and product."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        asked = {name: request.GET[name] for name in ("kind", "store") if name in request.GET}
        form = MoveForm(request.POST or None, initial=asked)
        rows = [{"code": request.GET["sku"]}] if "sku" in request.GET else []
        lines = LineFormSet(request.POST or None, initial=None if request.POST else rows)
        if request.method == "POST" and form.is_valid() and lines.is_valid():
            try:
                self._move(request, form.cleaned_data, lines)
                return _to_document(form.cleaned_data)
            except StockDocumentExists:
                messages.info(request, "This form was sent twice; the stock was moved once.")
                return _to_document(form.cleaned_data)
            except DomainError as refusal:
                form.add_error(None, refusal.detail)
        context = {
            **self.admin_site.each_context(request),
            "title": "Move stock",
            "form": form,
            "lines": lines,
            "opts": self.opts,
        }
        return render(request, "inventory/admin/move.html", context)

    def _move(self, request: HttpRequest, asked: dict[str, Any], lines: Any) -> None:
        units: dict[int, int] = {}
        for line in lines:
            if line.has_changed() and line.cleaned_data:
                product_id = line.cleaned_data["product_id"]
                units[product_id] = units.get(product_id, 0) + line.units
        kind = MovementKind(asked["kind"])
        document = Document(asked["id"], kind, asked["store"], asked["reason"])
        with transaction():
            levels = write_paper(
                actor=actor_of(request),
                paper=Paper(document, units, asked["to_store"]),
                now=timezone.now(),
            )
        messages.success(request, _shelves(len(levels)))


def _shelves(count: int) -> str:
    return "1 shelf is up to date." if count == 1 else f"{count} shelves are up to date."


def _to_document(asked: dict[str, Any]) -> HttpResponse:
    return redirect("admin:inventory_stockdocument_change", asked["id"])
