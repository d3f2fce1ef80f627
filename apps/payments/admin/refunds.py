"""Refunds to cards, and the calls that payments and refunds took."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.contrib import admin

from apps.core.admin.fields import dollars
from apps.payments.admin.columns import MoneyBook, its_payment, moment, state_of
from apps.payments.models import Attempt, Refund

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest


@admin.register(Refund)
class RefundAdmin(MoneyBook):
    """Every refund to a card, newest first."""

    keyset = ("created_at", "pk")
    list_display = (
        moment("created_at", "Asked for"),
        "state",
        dollars("amount_cents", "Amount"),
        its_payment,
        "reason",
        "actor_name",
    )
    list_filter = ("status",)
    search_keys: ClassVar[Mapping[str, str]] = {"re_": "stripe_id", "pi_": "payment__intent_id"}
    search_help_text = "Stripe's id of the refund or of its payment, whole: re_..., pi_..."
    state = state_of("status")


@admin.register(Attempt)
class AttemptAdmin(MoneyBook):
    """Calls to Stripe; reached through their payment."""

    list_display = (moment("sent_at"), "operation", "state_label", its_payment, "answer")
    list_filter = ("state", "operation")
    state_label = state_of("state")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False
