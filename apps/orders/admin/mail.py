"""Receipts by e-mail: where each stands, why, and the button that sends it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import admin, messages
from django.urls import reverse
from django.utils import timezone
from django_subatomic.db import transaction
from unfold.decorators import action, display

from apps.core.admin.base import ReadOnlyAdmin, actor_of, get_row
from apps.orders.models import ReceiptEmail
from apps.orders.services.mailing.asking import send_again
from apps.orders.types import EmailState
from apps.payments.admin.asking import confirm
from apps.payments.forms import AskForm

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from apps.payments.admin.asking import Said


@admin.register(ReceiptEmail)
class ReceiptEmailAdmin(ReadOnlyAdmin):
    """Every receipt that was to go to a mailbox, newest first."""

    keyset = ("asked_at", "pk")
    list_display = ("asked_at", "order", "masked", "standing", "attempts", "reason", "asked_by")
    list_select_related = ("order",)
    list_filter = ("state",)
    search_fields = ("=order__number",)
    search_help_text = "The number of the order, whole."
    fields = (
        "order",
        "masked",
        "standing",
        "reason",
        "attempts",
        "due_at",
        "ended_at",
        "asked_by",
        "asked_at",
    )
    readonly_fields = ("standing",)
    actions_detail = ("send_again",)

    @display(
        description="State",
        label={"Queued": "info", "Sending": "info", "Sent": "success", "Failed": "danger"},
    )
    def standing(self, email: ReceiptEmail) -> str:
        return email.get_state_display()

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["title"] = f"Receipt to {context['original'].masked}"
        return super().render_change_form(request, context, *args, **kwargs)

    def has_send_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Unfold asks this for sending again."""
        return request.user.has_perm("orders.change_receiptemail")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        email = self.get_object(request, str(object_id))
        offered = super().get_actions_detail(request, object_id)
        is_failed = isinstance(email, ReceiptEmail) and email.state == EmailState.FAILED
        return offered if is_failed else []

    @action(description="Send again", icon="forward_to_inbox", permissions=["send"])
    def send_again(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Put it in the queue once more."""
        email = get_row(self, request, object_id)
        question = {
            "title": "Send it again?",
            "text": f"The receipt of {email.order} goes to {email.masked}. {email.reason}",
            "hint": say_mail(),
            "confirm": "Send again" if settings.MAIL_IS_SET_UP else "",
            "back": reverse("admin:orders_receiptemail_change", args=[email.pk]),
        }

        def do(given: dict[str, Any]) -> Said:
            with transaction():
                send_again(actor=actor_of(request), email_id=email.pk, now=timezone.now())
            return messages.SUCCESS, "It is in the queue again. This page says what comes of it."

        return confirm(self, request, AskForm(request.POST or None), question, do)


def say_mail() -> str:
    """What a person should know before a receipt is sent."""
    if settings.MAIL_IS_SET_UP:
        return "It is sent at once, and tried three times."
    return "This installation cannot send e-mail: whoever runs it sets EMAIL_URL first."
