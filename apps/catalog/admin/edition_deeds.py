"""What is done with an edition: filled, published, rolled back, copied. Asked about first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django_subatomic.db import transaction
from unfold.decorators import action

from apps.catalog.admin.edition_filling import FillingMixin
from apps.catalog.admin.edition_showing import page_of, show_edition
from apps.catalog.edition_forms import CopyForm
from apps.catalog.services.editions.publishing import publish_edition, roll_back_edition
from apps.catalog.services.editions.writing import Header, copy_edition
from apps.core.admin.base import actor_of, get_row
from apps.core.errors import DomainError

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from apps.catalog.models import PriceEdition


class DeedsMixin(FillingMixin):
    """The buttons of an edition's page."""

    @action(description="Fill with prices", icon="playlist_add", permissions=["change"])
    def fill(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """From lines, from a file, or from the prices in force."""
        return self.fill_view(request, object_id)

    @action(description="Publish", icon="publish", permissions=["change"])
    def publish(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show what will change and ask, then make it so."""
        edition = get_row(self, request, object_id)
        said = ("Publish", "Published. The tills have its prices ahead.")
        return self._ask(request, edition, said, publish_edition)

    @action(description="Roll back", icon="undo", permissions=["change"])
    def roll_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show what will change and ask, then let hold again what held before."""
        edition = get_row(self, request, object_id)
        said = ("Roll back", "Rolled back. What held before holds again.")
        return self._ask(request, edition, said, roll_back_edition)

    @action(description="Copy to a new draft", icon="content_copy", permissions=["change"])
    def copy(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for a code and a name, then copy the prices."""
        edition = get_row(self, request, object_id)
        form = CopyForm(request.POST or None, initial={"name": edition.name})
        if form.is_valid():
            header = Header(form.cleaned_data["code"], form.cleaned_data["name"])
            try:
                with transaction():
                    made = copy_edition(
                        actor=actor_of(request),
                        edition_id=edition.pk,
                        header=header,
                        now=timezone.now(),
                    )
                messages.success(request, f"{made} is a draft with the same prices.")
                return HttpResponseRedirect(page_of(made))
            except DomainError as refusal:
                form.add_error("code", refusal.detail)
        context = {"form": form, "title": f"Copy {edition.name}"}
        return self._render(request, "catalog/admin/edition_copy.html", edition, context)

    def _ask(
        self, request: HttpRequest, edition: PriceEdition, said: tuple[str, str], service: Any
    ) -> HttpResponse:
        verb, done = said
        if request.method == "POST":
            try:
                with transaction():
                    service(actor=actor_of(request), edition_id=edition.pk, now=timezone.now())
                messages.success(request, f"{edition.name}: {done}")
            except DomainError as refusal:
                messages.error(request, refusal.detail)
            return HttpResponseRedirect(page_of(edition))
        context = {
            "title": f"{verb} {edition.name}?",
            "confirm": verb,
            **show_edition(edition, timezone.now()),
        }
        return self._render(request, "catalog/admin/edition_ask.html", edition, context)

    def _render(
        self, request: HttpRequest, template: str, edition: PriceEdition, context: dict[str, Any]
    ) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts}
        return TemplateResponse(request, template, {**shared, "back": page_of(edition), **context})
