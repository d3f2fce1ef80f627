"""Terminals: paired by a code that is shown once, revoked at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import Max
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import formats, timezone
from django_subatomic.db import transaction
from unfold.decorators import action, display

from apps.core.admin.base import OfficeAdmin, actor_of, get_row
from apps.stores.models import Terminal
from apps.stores.services.terminals import (
    PAIRING_CODE_LIFE,
    issue_pairing_code,
    revoke_terminal,
)

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@admin.register(Terminal)
class TerminalAdmin(OfficeAdmin):
    """The tills of all stores."""

    list_display = ("name", "store", "number", "state", "last_seen")
    list_filter = ("store",)
    list_select_related = ("store",)
    search_fields = ("name",)
    fields = ("store", "number", "name", "state", "paired_at", "last_seen")
    readonly_fields = ("state", "paired_at", "last_seen")
    actions_detail = ("pair", "revoke")
    actions_row = ("pair", "revoke")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(seen=Max("sessions__last_seen_at"))

    @display(
        description="State",
        label={
            "paired": "success",
            "waiting for its code": "info",
            "not paired": "warning",
            "revoked": "danger",
        },
    )
    def state(self, terminal: Terminal) -> str:
        if terminal.token_hash:
            return "paired"
        if terminal.pairing_expires_at and terminal.pairing_expires_at > timezone.now():
            return "waiting for its code"
        return "revoked" if terminal.revoked_at else "not paired"

    @display(description="Last seen")
    def last_seen(self, terminal: Any) -> str | None:
        seen = terminal.seen
        return seen and formats.localize(timezone.localtime(seen))

    @action(description="Pair", icon="add_link", permissions=["change"])
    def pair(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then show a pairing code once."""
        terminal = get_row(self, request, object_id)
        code = None
        if request.method == "POST":
            with transaction():
                code = issue_pairing_code(
                    actor=actor_of(request), terminal_id=terminal.pk, now=timezone.now()
                )
        context = {
            **self.admin_site.each_context(request),
            "title": f"Pair {terminal.name}",
            "terminal": terminal,
            "code": code,
            "minutes": int(PAIRING_CODE_LIFE.total_seconds() // 60),
            "opts": self.opts,
        }
        return TemplateResponse(request, "stores/admin/pair.html", context)

    @action(description="Revoke", icon="block", permissions=["change"])
    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then lock the terminal out."""
        terminal = get_row(self, request, object_id)
        if request.method == "POST":
            with transaction():
                revoke_terminal(
                    actor=actor_of(request), terminal_id=terminal.pk, now=timezone.now()
                )
            messages.success(request, f"{terminal.name} is locked out; its sessions have ended.")
            return HttpResponseRedirect(reverse("admin:stores_terminal_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "title": f"Revoke {terminal.name}?",
            "text": (
                f"{terminal.name} in {terminal.store.name} loses its token and everybody on it is"
                " logged out at once. It has to be paired anew."
            ),
            "confirm": "Revoke",
            "opts": self.opts,
        }
        return TemplateResponse(request, "core/admin/confirm.html", context)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # Another store or number would let two tills print the same receipt number.
        fixed = ("store", "number") if obj else ()
        return (*self.readonly_fields, *fixed)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # receipts bear its number; revoke it
