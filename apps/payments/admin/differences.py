"""Where Stripe's books and ours do not agree, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.urls import reverse
from django.utils import timezone
from unfold.decorators import action, display

from apps.core.admin.base import actor_of, get_row
from apps.core.admin.fields import dollars
from apps.payments.admin.asking import confirm
from apps.payments.admin.columns import (
    COLOURS,
    ORDER_NUMBER,
    MoneyBook,
    its_order,
    its_payment,
    moment,
)
from apps.payments.attention import get_attention
from apps.payments.forms import NoteForm
from apps.payments.models import Difference
from apps.payments.selectors import find_last_reconciliation
from apps.payments.services.differing import close_difference
from apps.payments.types import DifferenceKind
from apps.payments.wording import DIFFERENCES, say_compared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from apps.payments.admin.asking import Said


class OpenFilter(admin.SimpleListFilter):
    """Whether somebody has still to look; that is what is shown unless one asks for more."""

    title = "State"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("closed", "Closed"), ("all", "All")]

    def choices(self, changelist: Any) -> Iterator[Any]:
        everything, *others = super().choices(changelist)
        return iter([{**everything, "display": "Open"}, *others])

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Difference]
    ) -> QuerySet[Difference]:
        if self.value() == "all":
            return queryset
        return queryset.filter(closed_at__isnull=self.value() != "closed")


@admin.register(Difference)
class DifferenceAdmin(MoneyBook):
    """Differences, newest first; above them when the books were compared last."""

    keyset = ("found_at", "pk")
    list_display = (
        moment("found_at", "Found"),
        "state",
        "what",
        dollars("ours_cents", "Ours"),
        dollars("theirs_cents", "Stripe's"),
        "store",
        its_order,
        its_payment,
    )
    list_select_related = ("payment__store",)
    list_filter = (OpenFilter, "kind")
    list_before_template = "payments/admin/comparison.html"
    change_form_after_template = "payments/admin/difference.html"
    actions_detail = ("close",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Difference]:
        return super().get_queryset(request).annotate(order_number=ORDER_NUMBER)

    def has_close_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Unfold asks this for closing one."""
        return request.user.has_perm("payments.change_difference")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        now = timezone.now()
        found = {
            "attention": get_attention(now=now),
            "compared": say_compared(find_last_reconciliation(), now=now),
        }
        return super().changelist_view(request, {**(extra_context or {}), **found})

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        row = self.get_object(request, str(object_id))
        if isinstance(row, Difference) and row.closed_at:
            return []
        return super().get_actions_detail(request, object_id)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return []  # the template below shows it as people read it

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row: Difference = context["original"]
        meaning, remedy = DIFFERENCES[DifferenceKind(row.kind)]
        context |= {"difference": row, "meaning": meaning, "remedy": remedy}
        return super().render_change_form(request, context, *args, **kwargs)

    @display(description="State", label=COLOURS)
    def state(self, row: Difference) -> str:
        return "closed" if row.closed_at else "open"

    @display(description="What differs")
    def what(self, row: Difference) -> str:
        return DIFFERENCES[DifferenceKind(row.kind)][0]

    @display(description="Store")
    def store(self, row: Difference) -> str:
        return str(row.payment.store) if row.payment else ""

    @action(description="Close with a note", icon="check", permissions=["close"], url_path="close")
    def close(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say what was done about it."""
        row = get_row(self, request, object_id)
        meaning, remedy = DIFFERENCES[DifferenceKind(row.kind)]
        question = {
            "title": "Close the difference?",
            "text": meaning,
            "hint": f"{remedy} It stays closed for as long as the amounts stay as they are.",
            "confirm": "Close it",
            "back": reverse("admin:payments_difference_change", args=[row.pk]),
        }

        def do(given: dict[str, Any]) -> Said:
            close_difference(
                actor=actor_of(request),
                difference_id=row.pk,
                note=given["note"],
                now=timezone.now(),
            )
            return messages.SUCCESS, "The difference is closed."

        return confirm(self, request, NoteForm(request.POST or None), question, do)
