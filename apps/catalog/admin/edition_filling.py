"""The pages that fill a draft: pasted lines or a file, looked at first, and current prices."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django_subatomic.db import transaction
from unfold.admin import ModelAdmin

from apps.catalog.edition_forms import PricesForm, RiseForm
from apps.catalog.services.editions.files import PriceFile, take_in_prices
from apps.catalog.services.editions.writing import copy_current
from apps.catalog.services.imports.uploads import is_kept, keep_upload, place_of
from apps.core.admin.base import actor_of, get_row
from apps.core.errors import DomainError

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern

    from apps.catalog.models import PriceEdition
    from apps.catalog.services.editions.files import PriceReport


class FillingMixin(ModelAdmin):
    """A draft's prices: from lines, from a file, from those in force."""

    def get_urls(self) -> list[URLPattern]:
        confirm = self.admin_site.admin_view(self.confirm_view)
        own = path("<path:object_id>/prices/<uuid:token>/", confirm, name="catalog_edition_confirm")
        return [own, *super().get_urls()]

    def fill_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Both forms; what was pasted or chosen is shown before it is taken in."""
        edition: PriceEdition = get_row(self, request, object_id)
        asked = request.POST.get("fill")
        prices = PricesForm(*_given(request, asked == "lines"), prefix="lines")
        rise = RiseForm(*_given(request, asked == "current"), prefix="current")
        if asked == "lines" and prices.is_valid():
            name, content = prices.content()
            token = keep_upload(content)
            books = [int(pk) for pk in prices.cleaned_data["books"]]
            request.session[f"prices:{token}"] = [name, books]
            address = reverse("admin:catalog_edition_confirm", args=[edition.pk, token])
            return HttpResponseRedirect(address)
        if asked == "current" and rise.is_valid():
            return self._copy_current(request, edition, rise)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Fill {edition.name}",
            "opts": self.opts,
            "original": edition,
            "prices": prices,
            "rise": rise,
        }
        return TemplateResponse(request, "catalog/admin/edition_fill.html", context)

    def confirm_view(self, request: HttpRequest, object_id: str, token: UUID) -> HttpResponse:
        """A dry run of what was pasted or chosen; on confirmation, it goes into the draft."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        edition: PriceEdition = get_row(self, request, object_id)
        page = reverse("admin:catalog_priceedition_change", args=[edition.pk])
        known = request.session.get(f"prices:{token}")
        if known is None or not is_kept(token):
            messages.error(request, "Those prices are not here any more. Paste them again.")
            return HttpResponseRedirect(page)
        try:
            report = _take_in(request, edition, token, known)
        except DomainError as refusal:
            messages.error(request, refusal.detail)
            return HttpResponseRedirect(page)
        if report.is_applied:
            default_storage.delete(place_of(token))
            messages.success(request, f"{len(report.planned):,} prices are in the draft.")
            return HttpResponseRedirect(page)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Into {edition.name}?",
            "opts": self.opts,
            "report": report,
            "hidden": max(0, len(report.planned) - len(report.changes)),
            "file_name": known[0],
            "back": page,
        }
        return TemplateResponse(request, "catalog/admin/edition_preview.html", context)

    def _copy_current(
        self, request: HttpRequest, edition: PriceEdition, form: RiseForm
    ) -> HttpResponse:
        try:
            with transaction():
                count = copy_current(
                    actor=actor_of(request),
                    edition_id=edition.pk,
                    rise=form.to_rise(),
                    now=timezone.now(),
                )
            messages.success(request, f"{count:,} prices are in the draft.")
        except DomainError as refusal:
            messages.error(request, refusal.detail)
        page = reverse("admin:catalog_priceedition_change", args=[edition.pk])
        return HttpResponseRedirect(page)


def _given(request: HttpRequest, is_sent: bool) -> tuple[Any, Any]:  # noqa: FBT001 - one of two forms
    return (request.POST, request.FILES) if is_sent else (None, None)


def _take_in(
    request: HttpRequest, edition: PriceEdition, token: UUID, known: tuple[str, list[int]]
) -> PriceReport:
    name, books = known
    with default_storage.open(place_of(token), "rb") as binary:
        lines = io.TextIOWrapper(binary, encoding="utf-8-sig", newline="")
        return take_in_prices(
            actor=actor_of(request),
            edition_id=edition.pk,
            file=PriceFile(name, lines, books),
            now=timezone.now(),
            dry_run=request.method != "POST",
        )
