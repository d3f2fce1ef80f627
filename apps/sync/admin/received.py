"""What came in: batches with the answers they had, every fact of others, and the rejected ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from django.contrib import admin
from django.utils.text import Truncator
from unfold.decorators import display

from apps.core.admin.base import ReadOnlyAdmin
from apps.core.admin.filters import LatelyFilter
from apps.core.admin.showing import show_json
from apps.sync.admin.columns import its_source, moment, short
from apps.sync.admin.gap_deeds import GapDeeds
from apps.sync.models import ReceivedBatch, ReceivedFact, RejectedFact, SequenceGap
from apps.sync.wording import say_rejection

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

_SECRETS = ("peer__secret", "peer__second_secret")


@admin.register(ReceivedBatch)
class ReceivedBatchAdmin(ReadOnlyAdmin):
    """Batches of all peers, newest first."""

    keyset = ("received_at", "pk")
    list_display = (
        moment("received_at", "Came"),
        its_source,
        "event_count",
        "accepted_count",
        "duplicate_count",
        "rejected_count",
        "named",
    )
    list_select_related = ("peer",)
    list_filter = ("peer",)
    search_fields = ("=batch_id",)
    search_help_text = "The id of a batch, whole, as its sender names it."
    change_form_after_template = "sync/admin/received_batch.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReceivedBatch]:
        rows = super().get_queryset(request).defer(*_SECRETS)
        return rows if is_page(request) else rows.defer("answer", *_SECRETS)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return []  # the template below shows it as people read one

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        batch: ReceivedBatch = context["original"]
        context |= {
            "batch": batch,
            "answer": _show_text(batch.answer),
            "last_sequence": batch.first_sequence + max(batch.event_count, 1) - 1,
        }
        return super().render_change_form(request, context, *args, **kwargs)

    @display(description="Batch")
    def named(self, batch: ReceivedBatch) -> str:
        return short(batch.batch_id)


@admin.register(SequenceGap)
class SequenceGapAdmin(GapDeeds):
    """Numbers that have not come, of all peers; reached through their peer."""

    keyset = ("found_at", "pk")
    list_display = (its_source, "first", "last", moment("found_at", "Found"), "standing")
    list_select_related = ("peer",)
    list_filter = ("peer",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[SequenceGap]:
        return super().get_queryset(request).defer("peer__secret", "peer__second_secret")

    @display(description="State", label={"missing": "warning"})
    def standing(self, gap: SequenceGap) -> str:
        return "never come" if gap.closed_at else "missing"


class FactBook(ReadOnlyAdmin):
    """Facts of other installations: each row says whose it is."""

    list_select_related = ("peer",)
    change_form_after_template = "sync/admin/received_fact.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request).defer(*_SECRETS)
        return rows if is_page(request) else rows.defer("payload", "raw", *_SECRETS)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return []  # the template below shows it as people read one

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context |= describe_fact(context["original"])
        return super().render_change_form(request, context, *args, **kwargs)


@admin.register(ReceivedFact)
class ReceivedFactAdmin(FactBook):
    """All that came in, in the order of arrival, newest first."""

    list_display = (
        moment("received_at", "Came"),
        its_source,
        "type",
        "store",
        "numbered",
        "standing",
    )
    list_filter = ("peer", ("type", LatelyFilter), ("store", LatelyFilter), "state")
    search_fields = ("=event_id",)
    search_help_text = "The id of a fact, whole."

    @display(description="Number")
    def numbered(self, fact: ReceivedFact) -> str:
        return f"#{fact.sequence}"

    @display(description="State", label={"taken in": "success", "rejected": "danger"})
    def standing(self, fact: ReceivedFact) -> str:
        return "taken in" if fact.state == "ACCEPTED" else "rejected"


@admin.register(RejectedFact)
class RejectedFactAdmin(FactBook):
    """What could not be taken in, newest first: it is kept, and counts in nothing."""

    keyset = ("received_at", "pk")
    list_display = (
        moment("received_at", "Came"),
        its_source,
        "type",
        "store",
        "numbered",
        "code",
        "said",
    )
    list_filter = ("peer", ("type", LatelyFilter), ("code", LatelyFilter))
    list_before_template = "sync/admin/rejected.html"

    @display(description="Number")
    def numbered(self, fact: ReceivedFact) -> str:
        return f"#{fact.sequence}"

    @display(description="Why")
    def said(self, fact: ReceivedFact) -> str:
        return Truncator(fact.detail).chars(80)


def describe_fact(fact: ReceivedFact) -> dict[str, Any]:
    """For the template of a fact."""
    cause, remedy = say_rejection(fact.code)
    return {
        "fact": fact,
        "cause": cause,
        "remedy": remedy,
        "payload": _show_text(fact.raw) if fact.raw else show_json(fact.payload),
    }


def _show_text(text: str) -> str:
    """JSON as people read it, where it is any that can be read; else what came."""
    try:
        return show_json(orjson.loads(text))
    except (ValueError, TypeError, RecursionError):
        return text


def is_page(request: HttpRequest) -> bool:
    """Whether one row is shown, and not a list of them."""
    match = request.resolver_match
    return match is not None and "object_id" in match.kwargs
