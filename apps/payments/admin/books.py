"""Stripe's books: what it booked, paid out, and when the two sides were compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.db.models import Count, Sum

from apps.core.admin.fields import dollars
from apps.core.admin.filters import LatelyFilter
from apps.payments.admin.columns import MoneyBook, its_payment, moment, state_of
from apps.payments.models import BalanceEntry, Payout, Reconciliation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponse


SHOWN = 25  # lines of a payout, on its page


@dataclass(frozen=True, slots=True)
class Kind:
    """The lines of one kind that a payout holds, in cents."""

    name: str
    count: int
    amount_cents: int
    fee_cents: int
    net_cents: int


def break_down(payout: Payout) -> list[Kind]:
    """What a payout holds: charges, refunds, disputes, fees, each with its sums."""
    sums = (
        payout.entries.values("kind")
        .annotate(
            count=Count("pk"),
            amount=Sum("amount_cents"),
            fee=Sum("fee_cents"),
            net=Sum("net_cents"),
        )
        .order_by("-amount", "kind")
    )
    return [
        Kind(
            row["kind"].replace("_", " ").capitalize(),
            row["count"],
            row["amount"],
            row["fee"],
            row["net"],
        )
        for row in sums
    ]


@admin.register(Payout)
class PayoutAdmin(MoneyBook):
    """What went to the bank, newest first."""

    keyset = ("created_at", "pk")
    list_display = (
        moment("created_at", "Made"),
        "state",
        dollars("amount_cents", "Amount"),
        "arrival_date",
        moment("matched_at", "Matched"),
    )
    list_filter = ("status",)
    change_form_after_template = "payments/admin/payout.html"
    state = state_of("status")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return []  # the template below shows it as people read it

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        payout: Payout = context["original"]
        kinds = break_down(payout)
        context |= {
            "payout": payout,
            "kinds": kinds,
            "held_cents": sum(kind.net_cents for kind in kinds),
            "entries": payout.entries.order_by("-booked_at", "-pk")[:SHOWN],
            "hidden": max(0, sum(kind.count for kind in kinds) - SHOWN),
        }
        return super().render_change_form(request, context, *args, **kwargs)


@admin.register(BalanceEntry)
class BalanceEntryAdmin(MoneyBook):
    """Stripe's own ledger, newest first."""

    keyset = ("booked_at", "pk")
    list_display = (
        moment("booked_at", "Booked"),
        "kind",
        dollars("amount_cents", "Amount"),
        dollars("fee_cents", "Fee"),
        dollars("net_cents", "Net"),
        its_payment,
        "payout",
    )
    list_select_related = ("payout",)
    list_filter = (("kind", LatelyFilter),)
    search_keys: ClassVar[Mapping[str, str]] = {"txn_": "pk", "pi_": "payment__intent_id"}
    search_help_text = "Stripe's id of the entry or of its payment, whole: txn_..., pi_..."


@admin.register(Reconciliation)
class ReconciliationAdmin(MoneyBook):
    """Comparisons of Stripe's books with ours, newest first."""

    list_display = (
        moment("started_at", "Started"),
        moment("finished_at", "Finished"),
        "payments_read",
        "intents_read",
        "entries_read",
        "differences_found",
    )
