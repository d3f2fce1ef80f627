"""Tenders and card payments, for whoever has to look into the money."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from unfold.admin import TabularInline
from unfold.decorators import display

from apps.core.admin.base import ReadOnlyAdmin
from apps.core.admin.fields import dollars
from apps.payments.models import Attempt, Payment, Refund, Tender

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet
    from django.http import HttpRequest

_COLOURS = {
    "Unknown": "danger",
    "Failed": "danger",
    "Authorized": "warning",
    "Pending": "warning",
    "Processing": "warning",
    "Captured": "success",
    "Succeeded": "success",
}


@admin.register(Tender)
class TenderAdmin(ReadOnlyAdmin):
    """What was taken and handed back, newest first."""

    keyset = ("pk",)
    list_display = ("at", "order", "kind", dollars("amount_cents", "Amount"))
    list_select_related = ("order",)
    list_filter = ("kind",)
    search_fields = ("order__number",)
    search_help_text = "The number of the order, whole."

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Tender], search_term: str
    ) -> tuple[QuerySet[Tender], bool]:
        """Numbers are capitals, so they are compared as they are: that is what an index can do."""
        term = search_term.strip().upper()
        return (queryset.filter(order__number=term) if term else queryset), False


class _Timeline(TabularInline):
    """Rows that tell what happened, oldest first."""

    extra = 0
    show_title = False
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class _Attempts(_Timeline):
    """What Stripe was asked, and what it said."""

    model = Attempt
    ordering = ("pk",)
    fields = ("sent_at", "operation", "state", "answer", "answered_at", "key")
    readonly_fields = fields
    verbose_name_plural = "What Stripe was asked"


class _Refunds(_Timeline):
    """What went back."""

    model = Refund
    ordering = ("created_at", "pk")
    fields = ("created_at", dollars("amount_cents", "Amount"), "status", "reason", "actor_name")
    readonly_fields = fields


@admin.register(Payment)
class PaymentAdmin(ReadOnlyAdmin):
    """Every card payment, newest first."""

    keyset = ("created_at", "pk")
    list_display = (
        "created_at",
        "state",
        dollars("amount_cents", "Amount"),
        dollars("captured_cents", "Captured"),
        dollars("refunded_cents", "Refunded"),
        "card",
        "store",
        "cashier_name",
    )
    list_select_related = ("store",)
    list_filter = ("status", "store", "method")
    fields = (
        "status",
        "amount_cents",
        "authorized_cents",
        "captured_cents",
        "refunded_cents",
        "card",
        "decline_code",
        "store",
        "terminal",
        "cashier_name",
        "order_id",
        "created_at",
        "changed_at",
        "capture_before",
        "tendered_at",
        "released_at",
        "intent_id",
    )
    readonly_fields = ("card",)
    inlines = (_Attempts, _Refunds)

    @display(description="State", label=_COLOURS)
    def state(self, payment: Payment) -> str:
        return payment.get_status_display()

    @display(description="Card")
    def card(self, payment: Payment) -> str:
        return f"{payment.card_brand} {payment.card_last4}".strip()


@admin.register(Refund)
class RefundAdmin(ReadOnlyAdmin):
    """Every refund to a card, newest first."""

    keyset = ("created_at", "pk")
    list_display = (
        "created_at",
        "state",
        dollars("amount_cents", "Amount"),
        "payment",
        "reason",
        "actor_name",
    )
    list_select_related = ("payment",)
    list_filter = ("status",)

    @display(description="State", label=_COLOURS)
    def state(self, refund: Refund) -> str:
        return refund.get_status_display()


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyAdmin):
    """Calls to Stripe; reached through their payment."""

    list_display = ("sent_at", "operation", "state", "payment", "answer")
    list_select_related = ("payment",)
    list_filter = ("state", "operation")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False
