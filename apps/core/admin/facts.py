"""Facts: what happened here, and how far it has come on its way to whoever is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Q
from unfold.decorators import display

from apps.core.admin.base import ReadOnlyAdmin
from apps.core.admin.filters import LatelyFilter
from apps.core.admin.keyset import NUL
from apps.core.admin.showing import show_json
from apps.core.models import OutboxEvent, OutboxSequence

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

_MOST = 2**63 - 1  # that the column of numbers holds


class ToldFilter(admin.SimpleListFilter):
    """How far a fact has come that other systems are told."""

    title = "Told to other systems"
    parameter_name = "told"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("numbered", "Numbered: destinations are told"),
            ("waiting", "Waits for its number"),
            ("faulty", "Faulty: cannot be told"),
            ("never", "Stays in the house"),
        ]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[OutboxEvent]
    ) -> QuerySet[OutboxEvent]:
        is_waiting = Q(is_shared=True, sequence__isnull=True)
        wanted = {
            "numbered": Q(sequence__isnull=False),
            "waiting": is_waiting & Q(fault=""),
            "faulty": ~Q(fault=""),
            "never": Q(is_shared=False),
        }
        return queryset.filter(wanted.get(self.value() or "", Q()))


@admin.register(OutboxEvent)
class OutboxEventAdmin(ReadOnlyAdmin):
    """What happened here, newest first: on its way to its subscribers, and to other systems."""

    keyset = ("occurred_at", "pk")
    list_display = ("occurred_at", "type", "aggregate", "number", "told", "state")
    list_filter = (ToldFilter, ("type", LatelyFilter))
    search_fields = ("aggregate",)  # see `get_search_results`
    search_help_text = "A number, the id of a fact, or what it is about: order:0197..."
    change_form_after_template = "core/admin/fact.html"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[OutboxEvent], search_term: str
    ) -> tuple[QuerySet[OutboxEvent], bool]:
        """Each by a whole value, which an index finds."""
        term = search_term.strip().removeprefix("#").replace(NUL, "")
        if not term:
            return queryset, False
        if term.isascii() and term.isdigit():
            return queryset.filter(sequence=min(int(term), _MOST)), False
        try:
            return queryset.filter(event_id=UUID(term)), False
        except ValueError:
            return queryset.filter(aggregate=term), False

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return []  # the template below shows it as people read it

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        fact: OutboxEvent = context["original"]
        context |= {"fact": fact, "payload": show_json(fact.payload), "told": self.told(fact)}
        return super().render_change_form(request, context, *args, **kwargs)

    @display(description="Number")
    def number(self, event: OutboxEvent) -> str:
        return "" if event.sequence is None else f"#{event.sequence}"

    @display(
        description="Other systems",
        label={"cannot be told": "danger", "waits": "warning", "told": "success"},
    )
    def told(self, event: OutboxEvent) -> str:
        """Whether destinations can be told: each of them says on its own page how far it is."""
        if not event.is_shared:
            return "not told"
        if event.fault:
            return "cannot be told"
        return "waits" if event.sequence is None else "told"

    @display(description="This one's tasks", label={"waiting": "warning", "relayed": "success"})
    def state(self, event: OutboxEvent) -> str:
        """As for the application's own tasks."""
        return "relayed" if event.relayed_at else "waiting"


@admin.register(OutboxSequence)
class OutboxSequenceAdmin(ReadOnlyAdmin):
    """The last number given to what other systems are told."""

    list_display = ("last",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)
