"""Printing receipts: the first print is kept, every later one is the same with a mark."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import TYPE_CHECKING

from django.db.models import F, Sum
from django_subatomic.db import transaction_required

from apps.core import audit
from apps.orders.beside import beside_of
from apps.orders.layout import COLUMNS
from apps.orders.locks import lock_order
from apps.orders.models import PrintedReceipt
from apps.orders.paper.escpos import kick_drawer
from apps.orders.paper.rendering import mark, render
from apps.orders.selectors import get_order
from apps.orders.types import Paper, ReceiptFormat
from apps.payments.selectors import list_tenders
from apps.payments.types import TenderKind

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from apps.core.types import JSON, Actor
    from apps.orders.models import Order
    from apps.stores.types import Till


@transaction_required
def print_receipt(*, till: Till, order_id: UUID, form: ReceiptFormat, now: datetime) -> bytes:
    """The receipt of an order, printed at a till. Text is UTF-8.

    Raises:
        OrderUnknown: the store has no such order.
    """
    paper = Paper(till.store.id, till.store.receipt_columns, drawer_of=till.register.id)
    return hand_out(actor=till.actor, paper=paper, order_id=order_id, form=form, now=now)


@transaction_required
def hand_out(
    *, actor: Actor, paper: Paper, order_id: UUID, form: ReceiptFormat, now: datetime
) -> bytes:
    """The receipt of an order. Only its first print, in whatever format, has no mark of a copy.

    That print alone opens the drawer, where it is printed at the till that took cash for it.

    Raises:
        OrderUnknown: the store has no such order.
    """
    lock_order(store_id=paper.store_id, order_id=order_id)  # before the terminal's audit chain
    order = get_order(store_id=paper.store_id, order_id=order_id)
    printed = keep_receipt(order=order, form=form, columns=paper.columns, now=now)
    copies = count_print(actor=actor, printed=printed, now=now)
    body = body_of(printed)
    if copies:
        return mark(body, form, is_voided=order.voided_at is not None)
    if form is ReceiptFormat.ESCPOS and _opens_drawer(order, paper):
        return kick_drawer(body)
    return body


@transaction_required
def keep_receipt(
    *, order: Order, form: ReceiptFormat, columns: int = COLUMNS, now: datetime
) -> PrintedReceipt:
    """An order's receipt in one format as it was first printed, or as it is from now on."""
    known = PrintedReceipt.objects.filter(order=order, format=form.value).first()
    if known is not None:
        return known
    tenders = list_tenders(order_ids=[order.pk])[order.pk]
    body = render(order, tenders, form, columns, beside_of(order, tenders))
    text = body.decode() if form.is_text else b64encode(body).decode()
    return PrintedReceipt.objects.create(
        order=order, format=form.value, body=text, first_printed_at=now
    )


@transaction_required
def count_print(*, actor: Actor, printed: PrintedReceipt, now: datetime, to: str = "") -> int:
    """Count one more print of an order whose lock is held; how many came before it.

    Every one that is a copy is in the audit, with whom it went `to` where it was not printed.
    """
    PrintedReceipt.objects.filter(pk=printed.pk).update(printed_count=F("printed_count") + 1)
    every = PrintedReceipt.objects.filter(order=printed.order_id)
    copies: int = every.aggregate(total=Sum("printed_count"))["total"] - 1
    if copies:
        facts: dict[str, JSON] = {"format": printed.format, "copy": copies}
        if to:
            facts["to"] = to
        subject = f"order:{printed.order_id}"
        audit.record(audit.AuditFact(now, actor, "receipt.reprinted", subject, facts))
    return copies


def body_of(printed: PrintedReceipt) -> bytes:
    """A receipt as it was first printed, byte for byte."""
    is_text = ReceiptFormat(printed.format).is_text
    return printed.body.encode() if is_text else b64decode(printed.body)


def _opens_drawer(order: Order, paper: Paper) -> bool:
    """Whether cash of this sale goes into, or change comes out of, the drawer under the printer."""
    if order.voided_at is not None or order.terminal_id != paper.drawer_of:
        return False
    taken = list_tenders(order_ids=[order.pk])[order.pk]
    return any(tender.kind is TenderKind.CASH and tender.amount_cents for tender in taken)
