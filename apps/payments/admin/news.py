"""What Stripe told us by itself: its events, and disputes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin

from apps.core.admin.fields import dollars
from apps.core.admin.filters import LatelyFilter
from apps.payments.admin.columns import MoneyBook, its_payment, moment, state_of
from apps.payments.attention import TO_ANSWER, TO_BE_ANSWERED
from apps.payments.models import Dispute, StripeEvent
from apps.payments.wording import say_complaint, say_dispute

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse


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
    change_form_after_template = "payments/admin/dispute.html"
    state = state_of("status")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return []  # the template below shows it as people read it

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        dispute: Dispute = context["original"]
        context |= {
            "dispute": dispute,
            "complaint": say_complaint(dispute.reason),
            "advice": say_dispute(dispute),
            "is_due": dispute.status in TO_BE_ANSWERED,
        }
        return super().render_change_form(request, context, *args, **kwargs)
