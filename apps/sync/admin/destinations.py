"""Destinations: who is told, how far they are, and what can be done about one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpResponseRedirect
from django.utils import timezone
from unfold.decorators import display

from apps.core.admin.base import actor_of
from apps.core.errors import DomainError
from apps.sync.admin.destination_deeds import DestinationDeeds
from apps.sync.admin.destination_page import describe_page
from apps.sync.figures import with_backlog
from apps.sync.forms import DestinationForm
from apps.sync.models import Destination
from apps.sync.services.arranging import add_destination, change_destination
from apps.sync.services.steering import ring
from apps.sync.types import DestinationState, Format
from apps.sync.wording import clock_time, is_late, say_ago

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

_NEW = (
    "name",
    "code",
    "url",
    "format",
    "options",
    "compresses",
    "new_token",
    "new_secret",
    "begins",
)
_TYPED = ("name", "url", "options", "compresses", "new_token", "new_secret")
_SEEN = ("name", "code", "url", "format", "options", "compresses")


@admin.register(Destination)
class DestinationAdmin(DestinationDeeds):
    """Every back office that is told, and how far it is."""

    form = DestinationForm
    list_display = ("name", "standing", "pending", "oldest", "undelivered", "last_delivered")
    ordering = ("name", "pk")
    list_before_template = "sync/admin/destinations.html"
    change_form_outer_before_template = "sync/admin/destination.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return with_backlog(super().get_queryset(request))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Who may not change one sees no field of its secrets."""
        if obj is None:
            return _NEW
        names = _TYPED if self.has_change_permission(request, obj) else _SEEN
        return [name for name in names if name != "options" or obj.format == Format.JOURNAL]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Of one that was given up nothing is changed any more."""
        is_told = obj is None or obj.state != DestinationState.GIVEN_UP
        return is_told and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # its batches say what was told; stop it, or give it up

    def add_view(self, request: HttpRequest, *given: Any, **named: Any) -> HttpResponse:
        """Two who add the same one at once: the second is told so."""
        try:
            answer = super().add_view(request, *given, **named)
        except DomainError as refusal:
            self.refused(request, refusal)
            return HttpResponseRedirect(request.path)
        if isinstance(answer, HttpResponseRedirect):  # it is added, and committed
            ring()
        return answer

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        actor, now = actor_of(request), timezone.now()
        if change:
            change_destination(actor=actor, destination_id=obj.pk, changes=form.changes(), now=now)
        else:
            obj.pk = add_destination(actor=actor, new=form.to_destination(), now=now).pk

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: Any) -> None:
        """The service has written everything."""

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        destination = context.get("original")
        if destination:
            asked = request.GET.get("span", "")
            context |= describe_page(destination, span_key=asked, now=timezone.now())
            context["show_save_and_add_another"] = False
        return super().render_change_form(request, context, *args, **kwargs)

    @display(
        description="State",
        label={
            "up to date": "success",
            "wants a decision": "danger",
            "waits for its turn": "info",
            "late": "warning",
            "does not answer": "danger",
            "stopped": "danger",
            "given up": "info",
        },
    )
    def standing(self, row: Any) -> str:
        """In two or three words; the page says it in a sentence."""
        if row.state == DestinationState.GIVEN_UP:
            return "given up"
        if row.state == DestinationState.STOPPED:
            return "stopped"
        if row.state == DestinationState.FAILING:
            return "does not answer"
        if row.dead_count:
            return "wants a decision"
        if is_late(row, now=timezone.now()):
            return "late"
        return "waits for its turn" if row.pending or row.held_count else "up to date"

    @display(description="Waiting")
    def pending(self, row: Any) -> str:
        return f"{row.pending:,}"

    @display(description="Oldest")
    def oldest(self, row: Any) -> str:
        return f"{say_ago(row.oldest_at, now=timezone.now())} old" if row.oldest_at else ""

    @display(description="Undelivered")
    def undelivered(self, row: Any) -> str:
        """What it did not take: for a person to decide on, on its way again, and behind others."""
        counts = {
            "to decide on": row.dead_count,
            "sent again": row.again_count,
            "behind others": row.held_count,
        }
        return ", ".join(f"{count:,} {words}" for words, count in counts.items() if count)

    @display(description="Delivered last")
    def last_delivered(self, row: Any) -> str:
        return clock_time(row.last_delivered_at)
