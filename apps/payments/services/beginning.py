"""The row that stands on file before Stripe is called."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django_subatomic.db import transaction_required

from apps.core.errors import IdempotencyKeyInUse
from apps.core.rows import add_row
from apps.core.sql import Batch
from apps.payments.models import Attempt
from apps.payments.types import AttemptState, Operation

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from apps.core.types import JSON
    from apps.payments.models import Refund


@transaction_required
def begin(
    payment_id: UUID,
    operation: Operation,
    parameters: dict[str, JSON],
    *,
    now: datetime,
    refund: Refund | None = None,
    batch: Batch | None = None,
) -> Attempt:
    """Write down what is about to be asked, under a key of its own; after what `batch` holds.

    Raises:
        django.db.IntegrityError: the same is being asked already.
    """
    subject = refund.pk if refund else payment_id
    attempt = Attempt(
        payment_id=payment_id,
        refund=refund,
        operation=operation.value,
        key=f"{subject}:{operation.value.lower()}:{uuid.uuid4().hex[:8]}",
        parameters=parameters,
        state=AttemptState.SENT.value,
        first_sent_at=now,
        sent_at=now,
    )
    batch = batch or Batch()
    written = add_row(batch, attempt)
    batch.run()
    ((attempt.pk,),) = written.rows
    return attempt


def refuse_in_flight(asked: QuerySet[Attempt]) -> None:
    """Let whoever asks for the same at the same time ask again, rather than answer half-way.

    Raises:
        IdempotencyKeyInUse: one of these calls has no answer yet.
    """
    if asked.filter(state=AttemptState.SENT.value).exists():
        raise IdempotencyKeyInUse(
            "Stripe is being asked for the very same. Send it again shortly.", retry_after=1
        )
