"""Row locks of payments, ordered by key. Orders are locked before payments, stock after them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django_subatomic.db import transaction_required

from apps.core.sql import Batch
from apps.payments.errors import PaymentUnknown
from apps.payments.models import Payment
from apps.payments.types import OPEN_STATES, Method, Operation, PaymentStatus

if TYPE_CHECKING:
    from uuid import UUID

    from apps.core.sql import Statement


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
        raise _unknown(payment_id)
    return payment


@dataclass(frozen=True, slots=True)
class Held:
    """Where a locked payment stands, for whoever is to move it: what a till waits for reads this.

    `asked` are the calls to Stripe about it that are open.
    """

    id: UUID
    status: PaymentStatus
    method: Method
    store_id: int
    terminal_id: int
    currency: str
    amount_cents: int
    authorized_cents: int
    captured_cents: int
    refunded_cents: int
    tendered_cents: int | None
    intent_id: str | None
    is_released: bool
    asked: frozenset[Operation]


_LOCK = (
    "SELECT status, method, store_id, terminal_id, currency, amount_cents, authorized_cents,"
    " captured_cents, refunded_cents, tendered_cents, intent_id, released_at IS NOT NULL"
    " FROM payments_payment WHERE id = %s"
)
# A statement of its own, after the lock: one that waited for it would not see what came meanwhile.
_LOOK = "SELECT operation FROM payments_attempt WHERE payment_id = %s AND state IN (%s, %s)"


@transaction_required
def hold_payment(payment_id: UUID) -> Held:
    """As `lock_payment`, in one round trip.

    Raises:
        PaymentUnknown: there is none of that id.
    """
    batch = Batch()
    locking = Locking(batch, payment_id)
    batch.run()
    return locking.held


class Locking:
    """The locking of a payment, queued in a batch; `held` is there once the batch has run."""

    def __init__(self, batch: Batch, payment_id: UUID) -> None:
        self._id = payment_id
        self._row: Statement = batch.add(
            _LOCK + (" FOR UPDATE" if batch.is_postgres else ""), [payment_id]
        )
        self._asked: Statement = batch.add(_LOOK, [payment_id, *OPEN_STATES])

    @property
    def held(self) -> Held:
        """The payment as it stands.

        Raises:
            PaymentUnknown: there is none of that id.
        """
        row = self._row.one()
        if row is None:
            raise _unknown(self._id)
        columns: tuple[Any, ...] = (
            PaymentStatus(row[0]),
            Method(row[1]),
            *row[2:-1],
            bool(row[-1]),
            frozenset(Operation(operation) for (operation,) in self._asked.rows),
        )
        return Held(self._id, *columns)


def _unknown(payment_id: UUID) -> PaymentUnknown:
    return PaymentUnknown("No payment of this store has this id.", id=str(payment_id))
