"""A counter that takes cards, in the words of a test."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from apps.payments.services.authorizing import authorize_payment
from apps.payments.services.capturing import cancel_payment, capture_payment
from apps.payments.services.refunding import refund_payment
from apps.payments.services.resolving import DEAD_AFTER, resolve_attempts
from apps.payments.types import Method, PaymentRequest, RefundRequest
from tests.factories import open_till

if TYPE_CHECKING:
    from uuid import UUID

    from apps.payments.models import Payment, Refund
    from sandbox.stripe.faults import Fault
    from sandbox.stripe.server import Simulator

CREATE, CAPTURE = "/v1/payment_intents", "/v1/payment_intents/*/capture"
CANCEL, REFUND = "/v1/payment_intents/*/cancel", "/v1/refunds"


class Counter:
    """One till; its clock goes with the simulator's."""

    def __init__(self, stripe: Simulator) -> None:
        self.stripe = stripe
        self.till, _ = open_till(now=self.now)

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self.stripe.world.clock.now(), UTC)

    def authorize(
        self,
        cents: int = 2139,
        card: str = "pm_card_visa",
        payment_id: UUID | None = None,
        order_id: UUID | None = None,
    ) -> Payment:
        request = PaymentRequest(
            payment_id or uuid.uuid4(),
            order_id or uuid.uuid4(),
            cents,
            Method.CARD,
            payment_method=card,
        )
        return authorize_payment(till=self.till, request=request, now=self.now)

    def capture(self, payment: Payment, cents: int | None = None) -> Payment:
        return capture_payment(
            store_id=self.till.store.id, payment_id=payment.pk, amount_cents=cents, now=self.now
        )

    def cancel(self, payment: Payment) -> Payment:
        return cancel_payment(store_id=self.till.store.id, payment_id=payment.pk, now=self.now)

    def refund(self, payment: Payment, cents: int, refund_id: UUID | None = None) -> Refund:
        request = RefundRequest(refund_id or uuid.uuid4(), payment.pk, cents, "Broken seal", "Ana")
        return refund_payment(store_id=self.till.store.id, request=request, now=self.now)

    def paid(self, cents: int = 2139) -> Payment:
        """A captured payment."""
        return self.capture(self.authorize(cents))

    def strike(self, method: str, path: str, fault: Fault, *, times: int | None = 1) -> None:
        self.stripe.world.faults.add(method, path, fault, times=times)

    def resolve(self) -> int:
        """The resolver's run, when everything open is due."""
        self.stripe.world.clock.advance(int(DEAD_AFTER / timedelta(seconds=1)) + 1)
        return resolve_attempts(now=self.now)

    def intents(self) -> list[Any]:
        """What Stripe itself has on file, the newest first."""
        return list(self.stripe.client().v1.payment_intents.list({"limit": 100}).data)

    def taken_cents(self) -> int:
        """What Stripe's own ledger says it holds for us, before its fees."""
        booked = self.stripe.client().v1.balance_transactions.list({"limit": 100}).data
        return sum(entry.amount for entry in booked)

    def sent_back(self) -> int:
        """What Stripe has sent back because we asked for it."""
        refunds = self.stripe.client().v1.refunds.list({"limit": 100}).data
        ours = [
            refund
            for refund in refunds
            if refund.metadata and "tillhouse_refund" in refund.metadata
        ]
        return sum(refund.amount for refund in ours if refund.status in {"succeeded", "pending"})
