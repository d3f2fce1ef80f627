"""Printing receipts: the first print is kept, every later one is the same with a mark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F, Sum
from django.template.loader import render_to_string
from django_subatomic.db import transaction_required

from apps.core import audit
from apps.orders.locks import lock_order
from apps.orders.models import Exchange, PrintedReceipt
from apps.orders.receipts import compose, mark_copy, render_text
from apps.orders.selectors import get_order
from apps.orders.types import ReceiptFormat
from apps.payments.selectors import list_tenders
from apps.payments.stored_value_selectors import list_loads

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from apps.core.types import JSON
    from apps.orders.models import Order
    from apps.stores.types import Till


@transaction_required
def print_receipt(*, till: Till, order_id: UUID, form: ReceiptFormat, now: datetime) -> str:
    """The receipt of an order. Only its first print, in whatever format, has no mark of a copy.

    Raises:
        OrderUnknown: the store has no such order.
    """
    lock_order(store_id=till.store.id, order_id=order_id)  # before the terminal's audit chain
    order = get_order(store_id=till.store.id, order_id=order_id)
    printed, _ = PrintedReceipt.objects.get_or_create(
        order=order,
        format=form.value,
        defaults={"body": render(order, form), "first_printed_at": now},
    )
    count = _count_print(printed)
    if count == 1:
        return printed.body
    facts: dict[str, JSON] = {"format": form.value, "copy": count - 1}
    fact = audit.AuditFact(now, till.actor, "receipt.reprinted", f"order:{order_id}", facts)
    audit.record(fact)
    return mark_copy(printed.body, is_voided=order.voided_at is not None)


def _count_print(printed: PrintedReceipt) -> int:
    """Count one more print; how often the order was printed by now, in all formats."""
    PrintedReceipt.objects.filter(pk=printed.pk).update(printed_count=F("printed_count") + 1)
    every = PrintedReceipt.objects.filter(order=printed.order_id)
    total: int = every.aggregate(total=Sum("printed_count"))["total"]
    return total


def render(order: Order, form: ReceiptFormat) -> str:
    """An order's receipt in a format, as it would be printed now."""
    loads = list_loads(order_ids=[order.pk]) if order.gift_cards_cents else {}
    tenders = list_tenders(order_ids=[order.pk])[order.pk]
    swap = Exchange.objects.select_related("given__order").filter(order=order).first()
    receipt = compose(order, tenders, loads.get(order.pk, ()), swap)
    if form is ReceiptFormat.HTML:
        return render_to_string("orders/receipt.html", {"receipt": receipt})
    return render_text(receipt)
