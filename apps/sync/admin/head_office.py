"""The head office: where the catalog comes from, how far it was read, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.humanize.templatetags import humanize
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.html import format_html_join
from django_subatomic.db import transaction
from unfold.decorators import action, display

from apps.core.admin.asking import confirm, typed
from apps.core.admin.base import ReadOnlyAdmin, actor_of, get_row
from apps.sync.admin.ringing import ring_for_catalog
from apps.sync.head_office_forms import HeadOfficeForm
from apps.sync.models import CatalogSource
from apps.sync.services.following import enter_head_office, note_asked

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from apps.core.admin.asking import Said

_LIST = "admin:sync_catalogsource_changelist"
_STATES = {"in order": "success", "not read yet": "info", "off": "warning", "look": "danger"}


@admin.register(CatalogSource)
class CatalogSourceAdmin(ReadOnlyAdmin):
    """There is one head office at most."""

    list_display = ("url", "state", "read", "last_change")
    list_before_template = "sync/admin/head_offices.html"
    fields = (
        "url",
        "store_code",
        "state",
        "last_error",
        "not_taken",
        "last_tried_at",
        "last_pulled_at",
        "last_whole_at",
        "last_changed_at",
        "last_change",
    )
    readonly_fields = ("state", "not_taken")
    actions_detail = ("read_now", "read_all", "edit")

    @display(description="State", label=_STATES)
    def state(self, source: CatalogSource) -> str:
        if not source.is_active:
            return "off"
        if source.last_error or source.refused:
            return "look"
        return "in order" if source.last_pulled_at else "not read yet"

    @display(description="Last read")
    def read(self, source: CatalogSource) -> str:
        return humanize.naturaltime(source.last_pulled_at) if source.last_pulled_at else "never"

    @display(description="Products not taken over")
    def not_taken(self, source: CatalogSource) -> str:
        """Each with the reason; everything is tried again once a day."""
        rows = ((entry["sku"], entry["reason"]) for entry in source.refused)
        return format_html_join("", "<p><b>{}</b> {}</p>", rows) or "none"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("sync.add_catalogsource")

    def has_steer_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Unfold asks this for the buttons."""
        return request.user.has_perm("sync.change_catalogsource")

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Ask where it is, and for the token; of the one that is there, where there is one."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return self._enter(request, CatalogSource.objects.first())

    @action(description="Change", icon="edit", permissions=["steer"], url_path="edit")
    def edit(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for what is different."""
        return self._enter(request, get_row(self, request, object_id))

    def _enter(self, request: HttpRequest, source: CatalogSource | None) -> HttpResponse:
        names = ("url", "store_code", "is_active")
        initial = {name: getattr(source, name) for name in names} if source else None
        form = HeadOfficeForm(typed(request), initial=initial, is_known=source is not None)
        return confirm(self, request, form, _entering(source), lambda _: _enter(request, form))

    @action(description="Read now", icon="sync", permissions=["steer"], url_path="read")
    def read_now(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then have what changed read."""
        return self._pull(request, object_id, wants_whole=False)

    @action(description="Read everything", icon="sync_alt", permissions=["steer"], url_path="all")
    def read_all(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then have everything read."""
        return self._pull(request, object_id, wants_whole=True)

    def _pull(self, request: HttpRequest, object_id: str, *, wants_whole: bool) -> HttpResponse:
        source = get_row(self, request, object_id)
        what = "every product" if wants_whole else "what has changed"
        question = {
            "title": "Read everything?" if wants_whole else "Read now?",
            "text": f"The worker reads {what} from {source.url}, besides its turns.",
            "hint": "Nobody at a till has to wait. Look at this page again in a minute.",
            "confirm": "Read",
            "back": _page_of(source),
        }

        def do(given: dict[str, Any]) -> Said:
            with transaction():
                note_asked(actor=actor_of(request), wants_whole=wants_whole, now=timezone.now())
            return ring_for_catalog(source, wants_whole=wants_whole)

        return confirm(self, request, Form(typed(request)), question, do)


def _entering(source: CatalogSource | None) -> dict[str, Any]:
    return {
        "title": "The head office",
        "text": "Products and prices are read from there, and hold here as they do there.",
        "hint": "What this store has besides stays its own. Sales go on whether it answers or not.",
        "confirm": "Save",
        "back": _page_of(source) if source else resolve_url(_LIST),
    }


def _enter(request: HttpRequest, form: HeadOfficeForm) -> Said:
    with transaction():
        enter_head_office(actor=actor_of(request), new=form.new_head_office(), now=timezone.now())
    return messages.SUCCESS, "Saved. It is read within five minutes, or at once: Read now."


def _page_of(source: CatalogSource) -> str:
    return resolve_url("admin:sync_catalogsource_change", source.pk)
