"""What can be done with the receipt of an order: send it, print it, keep it as a PDF."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django_subatomic.db import transaction
from unfold.decorators import action

from apps.core.admin.base import ReadOnlyAdmin, actor_of, get_row
from apps.orders.admin.mail import say_mail
from apps.orders.receipt_forms import AddressForm
from apps.orders.services.mailing.asking import ask_email
from apps.orders.services.printing import hand_out
from apps.orders.types import Paper, ReceiptFormat
from apps.payments.admin.asking import confirm
from apps.payments.forms import AskForm

if TYPE_CHECKING:
    from django.http import HttpRequest

    from apps.orders.models import Order
    from apps.payments.admin.asking import Said

_COUNTS = "It counts as a print: from the second one on a receipt says that it is a copy."


class ReceiptActions(ReadOnlyAdmin):
    """The buttons above an order. Each asks first; who pressed it is in the audit."""

    def has_receipt_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Unfold asks this for everything that counts as a print."""
        return request.user.has_perm("orders.add_receiptemail")

    @action(description="E-mail receipt", icon="mail", permissions=["receipt"])
    def email_receipt(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send the receipt to a customer."""
        order: Order = get_row(self, request, object_id)
        question = {
            "title": "Send the receipt?",
            "text": f"The receipt of {order.number} goes out as text, as a page and as a PDF.",
            "hint": f"{_COUNTS} {say_mail()}",
            "confirm": "Send it" if settings.MAIL_IS_SET_UP else "",
        }

        def do(given: dict[str, Any]) -> Said:
            with transaction():
                email = ask_email(
                    actor=actor_of(request),
                    paper=Paper(order.store_id),
                    order_id=order.pk,
                    address=given["email"],
                    now=timezone.now(),
                )
            return messages.SUCCESS, f"It is on its way to {email.masked}."

        form = AddressForm(request.POST or None)
        return confirm(self, request, form, question | back_to(order), do)

    @action(description="Download PDF", icon="picture_as_pdf", permissions=["receipt"])
    def download_receipt(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The receipt as a PDF, counted as a print."""
        order: Order = get_row(self, request, object_id)
        if request.method == "POST":
            with transaction():
                pdf = hand_out(
                    actor=actor_of(request),
                    paper=Paper(order.store_id),
                    order_id=order.pk,
                    form=ReceiptFormat.PDF,
                    now=timezone.now(),
                )
            headers = {"Content-Disposition": f'attachment; filename="receipt-{order.number}.pdf"'}
            return HttpResponse(pdf, content_type=ReceiptFormat.PDF.value, headers=headers)
        question = {
            "title": "Download the receipt?",
            "text": f"The receipt of {order.number} as a PDF.",
            "hint": _COUNTS,
            "confirm": "Download",
        }
        return confirm(self, request, AskForm(), question | back_to(order), _nothing)


def back_to(order: Order) -> dict[str, str]:
    """Where a question about an order leads when it is answered."""
    return {"back": reverse("admin:orders_order_change", args=[order.pk])}


def _nothing(given: dict[str, Any]) -> Said:
    return messages.SUCCESS, ""
