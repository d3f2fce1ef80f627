"""The orders that approvals are about, on their list and on their pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from unfold.decorators import display

from apps.core.admin.base import ReadOnlyAdmin
from apps.core.money import format_cents
from apps.stores.approval_orders import find_orders
from apps.stores.types import ApprovalAction

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from apps.stores.models import Approval


# Approvals of these name the movement of cash or the return itself, which nobody need look up.
WITHOUT_ORDER = frozenset({ApprovalAction.PAY_OUT, ApprovalAction.BLIND_RETURN})


class AboutOrders(ReadOnlyAdmin):
    """A list whose rows know the order they are about."""

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Every row is told its order, with one question for all of them."""
        answer = super().changelist_view(request, extra_context)
        if isinstance(answer, TemplateResponse) and "cl" in (answer.context_data or {}):
            rows = answer.context_data["cl"].result_list  # type: ignore[index]  # asked above
            orders = find_orders(order_ids={row.order_id for row in rows if row.order_id})
            for row in rows:
                row.about = orders.get(row.order_id)
        return answer

    @display(description="Order")
    def order(self, approval: Any) -> str:
        """Its number, or where it stands if nobody has placed it yet."""
        if approval.about is None:
            return "not sold yet" if _order_of(approval) else ""
        address = reverse("admin:orders_order_change", args=[approval.order_id])
        return format_html(
            '<a class="tillhouse-link" href="{}">{}</a>', address, approval.about.number
        )


def tell_about(approval: Approval) -> dict[str, Any]:
    """For the templates: the approval in a sentence, and its order if there is one yet."""
    asked = _order_of(approval)
    found = find_orders(order_ids=[asked] if asked else [])
    return {
        "approval": approval,
        "text": _say(approval),
        "is_about_order": asked is not None,
        "order": next(iter(found.values()), None),
    }


def _order_of(approval: Approval) -> UUID | None:
    return None if approval.action in WITHOUT_ORDER else approval.order_id


def _say(approval: Approval) -> str:
    cents = approval.amount_cents
    amount = "" if cents is None else f" for up to {format_cents(cents)}"
    reason = f" Their reason: {approval.reason}" if approval.reason else ""
    where = f"{approval.terminal} in {approval.store.name}"
    return f"{approval.wording}{amount}, by {approval.cashier.name} at {where}.{reason}"
