"""What Stripe told us by itself: its events, and disputes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin

from apps.core.admin.fields import dollars
from apps.core.admin.filters import LatelyFilter
from apps.payments.admin.columns import MoneyBook, its_payment, moment, state_of
from apps.payments.attention import TO_ANSWER
from apps.payments.models import Dispute, StripeEvent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet
    from django.http import HttpRequest


@admin.register(StripeEvent)
class StripeEventAdmin(MoneyBook):
    """Events as they came in, newest first."""

    keyset = ("received_at", "pk")
    list_display = (moment("received_at", "Received"), "type", "state_label", its_payment, "note")
    list_filter = ("state", ("type", LatelyFilter))
    search_keys: ClassVar[Mapping[str, str]] = {"evt_": "pk", "pi_": "payment__intent_id"}
    search_help_text = "Stripe's id of the event or of its payment, whole: evt_..., pi_..."
    state_label = state_of("state")


class AnswerFilter(admin.SimpleListFilter):
    """Disputes in which the bank waits for our word."""

    title = "Answer"
    parameter_name = "answer"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("due", "To be answered")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Dispute]) -> QuerySet[Dispute]:
        return queryset.filter(TO_ANSWER) if self.value() else queryset


@admin.register(Dispute)
class DisputeAdmin(MoneyBook):
    """What customers' banks want back, newest first."""

    keyset = ("opened_at", "pk")
    list_display = (
        moment("opened_at", "Opened"),
        "state",
        dollars("amount_cents", "Amount"),
        "reason",
        moment("evidence_due_at", "Answer before"),
        its_payment,
    )
    list_filter = (AnswerFilter, "status")
    search_keys: ClassVar[Mapping[str, str]] = {"pi_": "payment__intent_id", "": "pk"}
    search_help_text = "Stripe's id of the dispute or of its payment, whole: dp_..., pi_..."
    state = state_of("status")
