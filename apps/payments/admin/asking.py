"""A page that asks before something is done to money, and a message that says what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apps.core.admin import asking
from apps.core.admin.asking import Said
from apps.payments.gateway import calling

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.forms import Form
    from django.http import HttpRequest, HttpResponse

    from apps.core.admin.base import ReadOnlyAdmin

__all__ = ["Said", "cash_only", "confirm"]


def cash_only() -> dict[str, bool]:
    """What makes a page say that no card can be taken, where no key of Stripe's is configured."""
    return {"is_cash_only": not calling.takes_cards()}


def confirm(
    page: ReadOnlyAdmin,
    request: HttpRequest,
    form: Form,
    question: dict[str, Any],
    do: Callable[[dict[str, Any]], Said],
) -> HttpResponse:
    """As `apps.core.admin.asking.confirm`, under what is to be said of all money."""
    template = {"template": "payments/admin/ask.html"}
    return asking.confirm(page, request, form, template | question, do)
