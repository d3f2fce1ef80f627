"""Peers: installations that send to us, how far they have come, and the secrets they sign with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import Count
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django_subatomic.db import transaction
from unfold.decorators import action, display

from apps.core.admin.asking import confirm, typed
from apps.core.admin.base import ReadOnlyAdmin, actor_of, get_row
from apps.core.errors import DomainError
from apps.sync.admin.columns import its_source, moment
from apps.sync.admin.destination_page import list_secrets
from apps.sync.admin.secrets import SecretActions
from apps.sync.figures import without_secrets
from apps.sync.forms import NothingForm, PeerForm
from apps.sync.inbox import get_peer
from apps.sync.models import Peer, SequenceGap
from apps.sync.services.peers import (
    add_peer,
    add_second_secret,
    dismiss_warning,
    retire_first_secret,
)
from apps.sync.wording import clock_time, say_peer

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from apps.core.admin.asking import Said
    from apps.core.types import Actor

SHOWN = 8
_NAMES = (("secret", "Signing secret"), ("second_secret", "Second secret"))


@admin.register(Peer)
class PeerAdmin(SecretActions):
    """Every installation that may send to us."""

    form = PeerForm
    list_display = ("name", "source", "standing", "last_seen", "seen_through", "gaps")
    ordering = ("name", "pk")
    list_before_template = "sync/admin/peers.html"
    change_form_outer_before_template = "sync/admin/peer.html"
    actions_detail = ("dismiss", "second_secret", "promote_secret")
    second_secret_form = NothingForm

    def add_secret(self, actor: Actor, row: Any, secret: str) -> str:
        return add_second_secret(actor=actor, source=row.source, now=timezone.now())

    def use_second_secret(self, actor: Actor, row: Any) -> None:
        retire_first_secret(actor=actor, source=row.source, now=timezone.now())

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = without_secrets(super().get_queryset(request), "secret", "second_secret")
        return rows.annotate(gap_count=Count("gaps"))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("name",) if obj else ("source", "name", "after")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        row = self.get_object(request, str(object_id))
        offered = super().get_actions_detail(request, object_id)
        fits = [each for each in offered if row and self.fits_secrets(row, str(each.path))]
        return [each for each in fits if each.path != "dismiss" or row.warning]

    @action(description="I have looked into it", icon="check", permissions=["rotate"])
    def dismiss(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take a warning away that somebody has looked into."""
        peer = get_row(self, request, object_id)
        question = {
            "title": "Take the warning away?",
            "text": peer.warning,
            "hint": "It comes again if it happens again. Your name stands in the audit.",
            "confirm": "I have looked into it",
            "back": self._address(peer),
        }

        def do(given: dict[str, Any]) -> Said:
            with transaction():
                dismiss_warning(actor=actor_of(request), source=peer.source, now=timezone.now())
            return messages.SUCCESS, "The warning is gone."

        return confirm(self, request, NothingForm(typed(request)), question, do)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # what it has sent is on file; revoke its token

    def add_view(self, request: HttpRequest, *given: Any, **named: Any) -> HttpResponse:
        """Two who register the same one at once: the second is told so."""
        try:
            return super().add_view(request, *given, **named)
        except DomainError as refusal:
            self.refused(request, refusal)
            return HttpResponseRedirect(reverse("admin:sync_peer_add"))

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
            tone, standing = say_peer(peer, now=timezone.now())
            context |= {
                "peer": peer,
                "show_save_and_add_another": False,
                "tone": tone,
                "standing": standing,
                "secrets": list_secrets(peer, f"peer:{peer.source}", _NAMES),
                "gaps": peer.gaps.order_by("first")[:SHOWN],
                "batches": peer.batches.defer("answer").order_by("-received_at", "-pk")[:SHOWN],
            }
        return super().render_change_form(request, context, *args, **kwargs)

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

    @display(description="Gaps")
    def gaps(self, peer: Any) -> str:
        return str(peer.gap_count or "")


@admin.register(SequenceGap)
class SequenceGapAdmin(ReadOnlyAdmin):
    """Numbers that have not come, of all peers; reached through their peer."""

    keyset = ("found_at", "pk")
    list_display = (its_source, "first", "last", moment("found_at", "Found"))
    list_select_related = ("peer",)
    list_filter = ("peer",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[SequenceGap]:
        return super().get_queryset(request).defer("peer__secret", "peer__second_secret")
