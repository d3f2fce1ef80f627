"""Past baskets under an edition of prices: how a replay is begun."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django_subatomic.db import transaction
from unfold.admin import ModelAdmin

from apps.catalog.editions import get_edition
from apps.catalog.errors import EditionUnknown
from apps.core.admin.base import actor_of
from apps.orders.forms import ReplayForm
from apps.orders.models import BasketReplay
from apps.orders.services.replaying.keeping import ask_for_replay, work_on_replay

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern

FEW = 300  # baskets that are priced while the browser waits


class StartMixin(ModelAdmin):
    """The page that asks for days and a store."""

    def get_urls(self) -> list[URLPattern]:
        start = self.admin_site.admin_view(self.start_view)
        own = path("start/<int:edition_id>/", start, name="orders_basketreplay_start")
        return [own, *super().get_urls()]

    def start_view(self, request: HttpRequest, edition_id: int) -> HttpResponse:
        """Ask for days and a store; then price what was sold, at once where it is little."""
        if not request.user.has_perm("catalog.change_priceedition"):
            raise PermissionDenied
        try:
            edition = get_edition(edition_id=edition_id)
        except EditionUnknown as unknown:
            raise Http404 from unknown
        form = ReplayForm(request.POST or None)
        if form.is_valid():
            return self._start(request, edition_id, form)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Try {edition.name} on past baskets",
            "edition": edition,
            "form": form,
            "earlier": BasketReplay.objects.filter(edition=edition_id).order_by("-asked_at")[:5],
        }
        return TemplateResponse(request, "orders/admin/replay_start.html", context)

    def _start(self, request: HttpRequest, edition_id: int, form: ReplayForm) -> HttpResponse:
        with transaction():
            asked = ask_for_replay(
                actor=actor_of(request),
                edition_id=edition_id,
                days=form.cleaned_data["days"],
                store_id=form.store_id,
                now=timezone.now(),
            )
        if asked.baskets_total <= FEW:
            work_on_replay(replay_id=asked.pk, clock=timezone.now)
        return HttpResponseRedirect(reverse("admin:orders_basketreplay_change", args=[asked.pk]))
