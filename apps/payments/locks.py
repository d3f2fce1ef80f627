"""Row locks of payments, ordered by key. Orders are locked before payments, stock after them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django_subatomic.db import transaction_required

from apps.payments.errors import PaymentUnknown
from apps.payments.models import Payment

if TYPE_CHECKING:
    from uuid import UUID


@transaction_required
def lock_payment(payment_id: UUID, *, store_id: int | None = None) -> Payment:
    """The payment, held until the transaction ends.

    Raises:
        PaymentUnknown: there is none of that id, or not in that store.
    """
    mine = Payment.objects.select_for_update().filter(pk=payment_id)
    if store_id is not None:
        mine = mine.filter(store=store_id)
    payment = mine.first()
    if payment is None:
        raise PaymentUnknown("No payment of this store has this id.", id=str(payment_id))
    return payment
