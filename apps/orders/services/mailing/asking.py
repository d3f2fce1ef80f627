"""A customer wants the receipt by e-mail: it is written down, and sent by a worker soon after."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import F
from django_subatomic.db import transaction_required

from apps.core import audit, outbox
from apps.orders.errors import EmailAddressForgotten, EmailNotFailed, EmailNotSetUp
from apps.orders.events import ReceiptEmailAsked
from apps.orders.locks import lock_order
from apps.orders.models import ReceiptEmail
from apps.orders.privacy import mask_address
from apps.orders.selectors import get_order
from apps.orders.services.printing import count_print, keep_receipt
from apps.orders.types import EmailState, ReceiptFormat

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from apps.core.types import Actor
    from apps.orders.types import Paper

ATTEMPTS = 3


@transaction_required
def ask_email(
    *, actor: Actor, paper: Paper, order_id: UUID, address: str, now: datetime
) -> ReceiptEmail:
    """Put a receipt in the queue for a mailbox. It counts as a print from now on.

    Raises:
        EmailNotSetUp: this installation has no mail server.
        OrderUnknown: the store has no such order.
    """
    refuse_without_server()
    lock_order(store_id=paper.store_id, order_id=order_id)
    order = get_order(store_id=paper.store_id, order_id=order_id)
    masked = mask_address(address)
    page = keep_receipt(order=order, form=ReceiptFormat.HTML, columns=paper.columns, now=now)
    email = ReceiptEmail.objects.create(
        order=order,
        address=address,
        masked=masked,
        copies=count_print(actor=actor, printed=page, to=masked, now=now),
        state=EmailState.QUEUED.value,
        attempts_allowed=ATTEMPTS,
        asked_by=actor.name,
        asked_at=now,
        due_at=now,
    )
    _tell(actor, email, "receipt.emailed", now)
    return email


@transaction_required
def send_again(*, actor: Actor, email_id: UUID, now: datetime) -> ReceiptEmail:
    """Put a receipt that failed in the queue once more, for as many attempts as at first.

    Raises:
        EmailNotSetUp: this installation has no mail server.
        EmailNotFailed: it is waiting, or has arrived.
        EmailAddressForgotten: nobody knows any more where it was to go.
    """
    refuse_without_server()
    email = ReceiptEmail.objects.select_related("order").get(pk=email_id)
    if not email.address:
        raise EmailAddressForgotten("Ask the customer, and send the receipt from its order's page.")
    failed = ReceiptEmail.objects.filter(pk=email_id, state=EmailState.FAILED.value)
    is_mine = failed.exclude(address="").update(
        state=EmailState.QUEUED.value,
        due_at=now,
        ended_at=None,
        attempts_allowed=F("attempts") + ATTEMPTS,
    )
    if not is_mine:
        raise EmailNotFailed("Only what has failed is sent again. Look at its state.")
    _tell(actor, email, "receipt.sent_again", now)
    return email


@transaction_required
def forget_addresses(*, now: datetime) -> int:
    """Forget the addresses of receipts that were sent or failed long ago; how many."""
    before = now - timedelta(days=settings.RECEIPT_ADDRESS_DAYS)
    old = ReceiptEmail.objects.filter(ended_at__lt=before).exclude(address="")
    return old.update(address="")


def refuse_without_server() -> None:
    """Refuse where no mail can be sent.

    Raises:
        EmailNotSetUp: this installation has no mail server.
    """
    if not settings.MAIL_IS_SET_UP:
        raise EmailNotSetUp("Print the receipt. To send it, whoever runs this sets EMAIL_URL.")


def _tell(actor: Actor, email: ReceiptEmail, action: str, now: datetime) -> None:
    subject, store_id = f"order:{email.order_id}", email.order.store_id
    facts = {"to": email.masked, "email": str(email.pk)}
    audit.record(audit.AuditFact(now, actor, action, subject, facts))
    outbox.publish(
        ReceiptEmailAsked(
            aggregate=f"receipt-email:{email.pk}",
            occurred_at=now,
            store_id=store_id,
            order_id=str(email.order_id),
        )
    )
