"""An order's receipt, printed at a till of its store on behalf of the back office."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.utils import timezone
from django_subatomic.db import transaction
from unfold.decorators import action

from apps.core.admin.base import ReadOnlyAdmin, actor_of, get_row
from apps.orders.admin.receipts import back_to
from apps.orders.receipt_forms import TillForm
from apps.orders.services.print_jobs.asking import ask_print_from_office
from apps.orders.types import NewPrintJob, PrintKind
from apps.payments.admin.asking import confirm
from apps.stores.selectors import list_registers

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from apps.orders.models import Order
    from apps.payments.admin.asking import Said


class PrintActions(ReadOnlyAdmin):
    """The button above an order that has it printed."""

    def has_print_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Unfold asks this for what comes out of a printer."""
        return request.user.has_perm("orders.add_printjob")

    @action(description="Print", icon="print", permissions=["print"])
    def print_receipt(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Queue the receipt for the printer of a till."""
        order: Order = get_row(self, request, object_id)
        tills = [register for _, register in list_registers(store_code=order.store.code)]
        question = {
            "title": "Print the receipt?",
            "text": f"The receipt of {order.number}, at a till of {order.store.name}.",
            "hint": (
                "From the second print on it says that it is a copy. The drawer stays shut. The"
                " till prints it when its printer next asks for work."
            ),
            "confirm": "Print it",
        }

        def do(given: dict[str, Any]) -> Said:
            wanted = NewPrintJob(given["token"], PrintKind.RECEIPT, order_id=order.pk)
            with transaction():
                ask_print_from_office(
                    actor=actor_of(request),
                    store_id=order.store_id,
                    terminal_id=given["till"],
                    request=wanted,
                    now=timezone.now(),
                )
            return (
                messages.SUCCESS,
                "It waits for the printer. Print jobs say what comes of it.",
            )

        form = TillForm(request.POST or None, tills=tills, initial={"till": order.terminal_id})
        return confirm(self, request, form, question | back_to(order), do)
