"""The row that stands on file before Stripe is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django_subatomic.db import transaction_required

from apps.payments.models import Attempt
from apps.payments.types import AttemptState, Operation

if TYPE_CHECKING:
    from datetime import datetime

    from apps.core.types import JSON
    from apps.payments.models import Payment, Refund


@transaction_required
def begin(
    payment: Payment,
    operation: Operation,
    parameters: dict[str, JSON],
    *,
    now: datetime,
    refund: Refund | None = None,
) -> Attempt:
    """Write down what is about to be asked, under a key of its own.

    Raises:
        django.db.IntegrityError: the same is being asked already.
    """
    subject = refund.pk if refund else payment.pk
    asked = Attempt.objects.filter(payment=payment, refund=refund, operation=operation.value)
    number = asked.count() + 1
    return Attempt.objects.create(
        payment=payment,
        refund=refund,
        operation=operation.value,
        key=f"{subject}:{operation.value.lower()}:{number}",
        parameters=parameters,
        state=AttemptState.SENT.value,
        first_sent_at=now,
        sent_at=now,
    )
