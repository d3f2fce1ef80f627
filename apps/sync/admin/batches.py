"""Batches: what was sent when, how often, and what was answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from unfold.decorators import display

from apps.core.admin.base import ReadOnlyAdmin
from apps.sync.admin.attempts import list_moments, with_last_outcome
from apps.sync.admin.columns import its_destination, moment, plain, short
from apps.sync.models import Attempt, Batch
from apps.sync.wording import say_batch

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse


@admin.register(Batch)
class BatchAdmin(ReadOnlyAdmin):
    """Every batch, newest first. Its bytes are never read here: they may be megabytes."""

    keyset = ("frozen_at", "pk")
    list_display = (
        moment("frozen_at", "Made"),
        "standing",
        its_destination,
        "facts",
        "numbers",
        "tries",
        moment("settled_at", "Settled"),
    )
    list_select_related = ("destination",)
    list_filter = ("destination", "state", "is_replay")
    list_before_template = "sync/admin/batches.html"
    change_form_after_template = "sync/admin/batch.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        sealed = (f"destination__{name}" for name in ("token", "secret", "second_secret"))
        return with_last_outcome(super().get_queryset(request).defer("body", *sealed))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return []  # the template below shows it as people read one

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        batch: Batch = context["original"]
        tone, word, why = say_batch(batch)
        context |= {
            "batch": batch,
            "tone": tone,
            "word": word,
            "why": why,
            "timeline": list_moments(batch.attempts.order_by("number")),
        }
        return super().render_change_form(request, context, *args, **kwargs)

    @display(
        description="State",
        label={
            "delivered": "success",
            "open": "warning",
            "rejected": "warning",
            "refused": "danger",
            "halved": "info",
            "parted": "info",
            "sent back": "info",
            "made anew": "info",
            "taken back": "info",
        },
    )
    def standing(self, batch: Batch) -> str:
        """In a word; its page says why."""
        return say_batch(batch)[1]

    @display(description="Facts")
    def facts(self, batch: Batch) -> str:
        again = ", sent again" if batch.is_replay else ""
        rejected = f", {batch.rejected_count:,} rejected" if batch.rejected_count else ""
        return f"{batch.event_count:,}{again}{rejected}"

    @display(description="Tries")
    def tries(self, batch: Batch) -> str:
        return str(batch.attempt_count)

    @display(description="Numbers")
    def numbers(self, batch: Batch) -> str:
        if batch.event_count == 1:
            return f"#{batch.first_sequence}"
        return f"#{batch.first_sequence} to #{batch.last_sequence}"


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyAdmin):
    """Attempts of all batches; reached through their batch."""

    list_display = (
        moment("at", "When"),
        "of",
        plain("number", "Attempt"),
        plain("outcome", "What came of it"),
        plain("status", "HTTP"),
        plain("took_ms", "Milliseconds"),
    )

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    @display(description="Batch")
    def of(self, attempt: Attempt) -> str:
        return short(attempt.batch_id)
