"""Facts that did not arrive: why, what waits behind them, and a person's decision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.text import Truncator
from unfold.decorators import display

from apps.sync.admin.columns import its_destination, link, moment
from apps.sync.admin.undelivered_deeds import UndeliveredDeeds
from apps.sync.admin.undelivered_page import describe_page
from apps.sync.figures import count_dead
from apps.sync.models import Undelivered
from apps.sync.types import UndeliveredState
from apps.sync.wording import WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

_MOST_SAID = 70  # characters of a cause, in the list
_HELD, _GONE = UndeliveredState.HELD.value, UndeliveredState.DISCARDED.value
_LOOKS = {
    "DEAD": ("Dead letters: decide", Q(state=UndeliveredState.DEAD)),
    "RETRY": ("Tried again by themselves", Q(state=UndeliveredState.RETRY)),
    "REPLAY": ("At the next turn", Q(state=UndeliveredState.REPLAY)),
    "SUSPECT": ("Broken over", Q(state=UndeliveredState.SUSPECT)),
    "HELD": ("Wait behind others", Q(state=_HELD)),
    "DISCARDED": ("Discarded", Q(state=_GONE)),
    "ALL": ("All", Q()),
}
_STATES = {
    "dead letter": "danger",
    "tried again": "warning",
    "broken over": "warning",
    "waits behind": "info",
    "next turn": "success",
    "discarded": "info",
}


def dead_badge(request: HttpRequest) -> str:
    """How many dead letters there are, for the menu; nothing where there is none."""
    return str(count_dead() or "")


class LookFilter(admin.SimpleListFilter):
    """What is open is shown unless one asks for more; what is held stands behind what holds it."""

    title = "State"
    parameter_name = "look"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(key, title) for key, (title, _) in _LOOKS.items()]

    def choices(self, changelist: Any) -> Iterator[Any]:
        everything, *others = super().choices(changelist)
        return iter([{**everything, "display": "Open, with what waits behind"}, *others])

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Undelivered]
    ) -> QuerySet[Undelivered]:
        if self.value() in _LOOKS:
            return queryset.filter(_LOOKS[str(self.value())][1])
        return queryset.exclude(state__in=(_HELD, _GONE))


@admin.register(Undelivered)
class UndeliveredAdmin(UndeliveredDeeds):
    """Every fact that had its turn and is not there, the newest first."""

    keyset = ("since", "pk")
    list_display = (
        "fact",
        "standing",
        "cause",
        "behind",
        its_destination,
        moment("since", "Since"),
        "tried",
    )
    list_select_related = ("destination", "event")
    list_filter = (LookFilter, "destination")
    search_fields = ("aggregate",)  # see `get_search_results`
    search_help_text = "The number of a fact, or what it is about: order:0197..."
    list_before_template = "sync/admin/undelivered_list.html"
    change_form_after_template = "sync/admin/undelivered.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Undelivered]:
        held = Undelivered.objects.filter(
            destination=OuterRef("destination"), aggregate=OuterRef("aggregate"), state=_HELD
        )
        count = held.order_by().values("destination").annotate(count=Count("pk")).values("count")
        secrets = (f"destination__{name}" for name in ("token", "secret", "second_secret"))
        rows = super().get_queryset(request).defer("event__payload", *secrets)
        return rows.annotate(held_count=Coalesce(Subquery(count), 0))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip().removeprefix("#")
        if not term:
            return queryset, False
        if term.isascii() and term.isdigit():
            return queryset.filter(sequence=min(int(term), 2**63 - 1)), False
        return queryset.filter(aggregate=term), False

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return []  # the template below shows it as people read it

    def _get_obj_does_not_exist_redirect(
        self, request: HttpRequest, opts: Any, object_id: str
    ) -> HttpResponse:
        return self.say_arrived(request)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context |= describe_page(context["original"])
        return super().render_change_form(request, context, *args, **kwargs)

    @display(description="Fact", header=True)
    def fact(self, row: Undelivered) -> list[str]:
        return [f"#{row.sequence}", row.event.type]

    @display(description="State", label=_STATES)
    def standing(self, row: Undelivered) -> str:
        return WORDS[row.state]

    @display(description="Cause", header=True)
    def cause(self, row: Undelivered) -> list[str]:
        detail = Truncator(row.detail).chars(_MOST_SAID)
        return [row.code, detail] if row.code else [detail, ""]

    @display(description="Tried")
    def tried(self, row: Undelivered) -> str:
        return str(row.attempt_count or "")

    @display(description="Behind it")
    def behind(self, row: Any) -> str:
        """What waits, or behind which one this waits."""
        if row.state == _HELD:
            return "behind an older one"
        if not row.held_count or row.state == _GONE:
            return ""
        return link("sync_undelivered_change", row.pk, f"{row.held_count:,} wait")
