"""The letter that brings a receipt: as text, as a page, and as a PDF to keep."""

from __future__ import annotations

from email.utils import formataddr, parseaddr
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django_subatomic.db import transaction

from apps.orders.locks import lock_order
from apps.orders.paper.rendering import mark
from apps.orders.selectors import get_order
from apps.orders.services.printing import body_of, keep_receipt
from apps.orders.types import ReceiptFormat

if TYPE_CHECKING:
    from datetime import datetime

    from apps.orders.models import Order, ReceiptEmail

_FORMATS = (ReceiptFormat.TEXT, ReceiptFormat.HTML, ReceiptFormat.PDF)


def write_letter(email: ReceiptEmail, *, now: datetime) -> EmailMultiAlternatives:
    """The letter for a row of the queue; the same one whenever it is written.

    Its Message-ID is the row's, so that a mailbox which got it twice can tell.
    """
    order, bodies = _read(email, now)
    shop = " ".join(str(order.letterhead["name"]).split())
    name, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
    letter = EmailMultiAlternatives(
        subject=f"Your receipt from {shop}",
        body=bodies[ReceiptFormat.TEXT].decode(),
        from_email=formataddr((name or shop, sender)),
        to=[email.address],
        headers={
            "Message-ID": f"<receipt.{email.pk}@{sender.rpartition('@')[2]}>",
            "Auto-Submitted": "auto-generated",  # RFC 3834: no vacation notices, please
        },
    )
    letter.attach_alternative(bodies[ReceiptFormat.HTML].decode(), ReceiptFormat.HTML.value)
    letter.attach(f"receipt-{order.number}.pdf", bodies[ReceiptFormat.PDF], ReceiptFormat.PDF.value)
    return letter


@transaction
def _read(email: ReceiptEmail, now: datetime) -> tuple[Order, dict[ReceiptFormat, bytes]]:
    store_id = email.order.store_id
    lock_order(store_id=store_id, order_id=email.order_id)
    order = get_order(store_id=store_id, order_id=email.order_id)
    is_voided = order.voided_at is not None
    bodies = {}
    for form in _FORMATS:
        body = body_of(keep_receipt(order=order, form=form, now=now))
        is_marked = email.copies or is_voided
        bodies[form] = mark(body, form, is_voided=is_voided) if is_marked else body
    return order, bodies
