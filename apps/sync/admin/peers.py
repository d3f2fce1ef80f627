"""Peers: installations that send to us, how far they have come, and the secrets they sign with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpResponseRedirect
from django.utils import timezone
from unfold.decorators import display

from apps.core.admin.base import actor_of
from apps.core.errors import DomainError
from apps.sync.admin.peer_deeds import PeerDeeds
from apps.sync.admin.peer_page import describe_peer
from apps.sync.figures import OPEN_GAPS, without_secrets
from apps.sync.forms import PeerForm
from apps.sync.inbox import get_peer
from apps.sync.models import Peer
from apps.sync.services.peers import add_peer
from apps.sync.wording import clock_time, say_peer

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse


@admin.register(Peer)
class PeerAdmin(PeerDeeds):
    """Every installation that may send to us."""

    form = PeerForm
    list_display = ("name", "source", "standing", "last_seen", "highest", "gaps")
    ordering = ("name", "pk")
    list_before_template = "sync/admin/peers.html"
    change_form_outer_before_template = "sync/admin/peer.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = without_secrets(super().get_queryset(request), "secret", "second_secret")
        return rows.annotate(gap_count=OPEN_GAPS)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("name",) if obj else ("source", "name", "after")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # what it has sent is on file; revoke its token

    def add_view(self, request: HttpRequest, *given: Any, **named: Any) -> HttpResponse:
        """Two who register the same one at once: the second is told so."""
        try:
            return super().add_view(request, *given, **named)
        except DomainError as refusal:
            self.refused(request, refusal)
            return HttpResponseRedirect(request.path)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        obj.shown_once = add_peer(
            actor=actor_of(request),
            source=obj.source,
            name=obj.name,
            after=form.cleaned_data["after"] or 0,
            now=timezone.now(),
        )
        obj.pk = get_peer(source=obj.source).pk

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: Any) -> None:
        """The service has written everything."""

    def response_add(self, request: HttpRequest, obj: Any, *given: Any) -> HttpResponse:
        return self.show_secret(request, obj, obj.shown_once, is_new=True)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        peer = context.get("original")
        if peer:
            context |= describe_peer(peer, now=timezone.now())
        return super().render_change_form(request, context, *args, **kwargs)

    @display(description="Seen up to")
    def seen(self, peer: Any) -> str:
        return f"#{peer.seen_through}" if peer.seen_through else ""

    @display(
        description="State",
        label={"well": "success", "look at it": "warning", "warning": "danger"},
    )
    def standing(self, peer: Any) -> str:
        tone, _ = say_peer(peer, now=timezone.now())
        return {"good": "well", "warn": "look at it", "bad": "warning"}[tone]

    @display(description="Heard of last")
    def last_seen(self, peer: Peer) -> str:
        return clock_time(peer.last_seen_at) or "never"

    @display(description="Highest number")
    def highest(self, peer: Peer) -> str:
        """Of the facts that it has sent."""
        return f"#{peer.seen_through}" if peer.seen_through else ""

    @display(description="Gaps")
    def gaps(self, peer: Any) -> str:
        return str(peer.gap_count or "")
