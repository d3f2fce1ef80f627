"""Card payments: where the money stands, everything that happened, and what can be done."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.utils import timezone
from unfold.decorators import display

from apps.core.admin.fields import dollars
from apps.payments.admin.columns import MoneyBook, moment, state_of
from apps.payments.admin.doing import PaymentActions
from apps.payments.admin.showing import show_payment
from apps.payments.attention import (
    get_attention,
    list_disputes_to_answer,
    list_payments_unknown,
    list_payments_waiting,
)
from apps.payments.models import Payment, Tender
from apps.payments.owing import list_refunds_owed

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse


class LookFilter(admin.SimpleListFilter):
    """What somebody has to look at."""

    title = "Needs a look"
    parameter_name = "look"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("any", "Needs a look"),
            ("unknown", "Outcome not known"),
            ("waiting", "Money has not followed"),
            ("owing", "Refund failed"),
            ("disputed", "Dispute to answer"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Payment]) -> QuerySet[Payment]:
        wanted = self.value()
        disputed = list_disputes_to_answer().values("payment")
        lists = {
            "unknown": list_payments_unknown().values("pk"),
            "waiting": list_payments_waiting(now=timezone.now()).values("pk"),
            "owing": list_refunds_owed().values("pk"),
            "disputed": disputed,
        }
        if wanted in lists:
            return queryset.filter(pk__in=lists[wanted])
        if wanted == "any":
            first, *others = lists.values()
            return queryset.filter(pk__in=first.union(*others))
        return queryset


@admin.register(Payment)
class PaymentAdmin(PaymentActions, MoneyBook):
    """Every card payment, newest first; above them what needs a look."""

    keyset = ("created_at", "pk")
    list_display = (
        moment("created_at", "Asked for"),
        dollars("amount_cents", "Amount"),
        "state",
        dollars("captured_cents", "Taken"),
        dollars("refunded_cents", "Sent back"),
        "card",
        "store",
        "cashier_name",
    )
    list_select_related = ("store",)
    list_filter = (LookFilter, "status", "store", "method")
    search_fields = ("card_last4",)
    search_help_text = "The number of the order, the last four digits of the card, or pi_..."
    list_before_template = "payments/admin/strip.html"
    change_form_after_template = "payments/admin/payment.html"
    state = state_of("status")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        found = {"attention": get_attention(now=timezone.now())}
        return super().changelist_view(request, {**(extra_context or {}), **found})

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Payment], search_term: str
    ) -> tuple[QuerySet[Payment], bool]:
        """By what is printed on a receipt, or by Stripe's name; each is found by an index."""
        term = search_term.strip()
        if not term:
            return queryset, False
        if term.startswith("pi_"):
            return queryset.filter(intent_id=term), False
        if re.fullmatch("[0-9]{4}", term):
            return queryset.filter(card_last4=term), False
        orders = Tender.objects.filter(order__number=term.upper()).values("order_id")
        return queryset.filter(order_id__in=orders), False

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return []  # the template below shows the payment as people read one

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context |= show_payment(context["original"], now=timezone.now())
        return super().render_change_form(request, context, *args, **kwargs)

    @display(description="Card")
    def card(self, payment: Payment) -> str:
        return f"{payment.card_brand.capitalize()} {payment.card_last4}".strip()
