"""A counter with a card reader, in the words of a test."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from apps.payments.reader_types import Address, NewReader
from apps.payments.services.authorizing import authorize_payment
from apps.payments.services.looking import find_out, look_at_payment
from apps.payments.services.readers import register_reader
from apps.payments.services.resolving import DEAD_AFTER, resolve_attempts, resolve_waiting
from apps.payments.types import Method, PaymentRequest
from sandbox.stripe import terminal
from tests.factories import MANAGER
from tests.payments.cards import Counter

if TYPE_CHECKING:
    from apps.payments.models import Payment, Reader
    from sandbox.stripe.server import Simulator

PROCESS = "/v1/terminal/readers/*/process_payment_intent"
FREE = "/v1/terminal/readers/*/cancel_action"
READER, INTENT = "/v1/terminal/readers/*", "/v1/payment_intents/*"
DECLINED = "4000000000000002"
MAIN_STREET = Address("1 Main Street", "Fort Lauderdale", "FL", "33301")


def new_reader(store_id: int, label: str = "Counter 1", code: str = "simulated-wpe") -> NewReader:
    """What a manager types to register a reader."""
    return NewReader(store_id, code, label, MAIN_STREET)


class ReaderCounter(Counter):
    """A till with a reader beside it."""

    def __init__(self, stripe: Simulator) -> None:
        super().__init__(stripe)
        self.reader = self.register()

    @property
    def world(self) -> Any:
        return self.stripe.world

    def register(self, label: str = "Counter 1") -> Reader:
        new = new_reader(self.till.store.id, label)
        return register_reader(actor=MANAGER, new=new, now=self.now)

    def ask(
        self, cents: int = 2139, *, reader_id: str | None = None, payment_id: Any = None
    ) -> Payment:
        """Send an amount to the reader; the order is named after the payment."""
        payment_id = payment_id or uuid.uuid4()
        request = PaymentRequest(
            payment_id,
            uuid.uuid5(payment_id, "order"),
            cents,
            Method.CARD_PRESENT,
            reader_id=self.reader.stripe_id if reader_id is None else reader_id,
        )
        return authorize_payment(till=self.till, request=request, now=self.now)

    def tap(self, number: str = terminal.USUAL_CARD, *, tip: int = 0) -> None:
        """Somebody holds a card to the reader."""
        terminal.present_card(self.world, self.reader.stripe_id, number, tip=tip)

    def lose_outcome(self) -> None:
        """Let the next approval be reported as a failure by the reader."""
        terminal.lose_next_outcome(self.world, self.reader.stripe_id)

    def poll(self, payment: Payment) -> Payment:
        """The till asks where a payment stands."""
        return find_out(store_id=self.till.store.id, payment_id=payment.pk, now=self.now)

    def look(self, payment: Payment) -> bool:
        return look_at_payment(payment_id=payment.pk, now=self.now)

    def settle_down(self, payment: Payment) -> Payment:
        """Where a payment stands when the worker has had two rounds."""
        for _ in range(2):
            self.world.clock.advance(int(DEAD_AFTER.total_seconds()) + 1)
            resolve_attempts(now=self.now)
            resolve_waiting(now=self.now)
        payment.refresh_from_db()
        return payment

    def action(self) -> Any:
        """What the reader is doing, as Stripe shows it."""
        return self.stripe.client().v1.terminal.readers.retrieve(self.reader.stripe_id).action

    def intent(self) -> Any:
        """The only intent that Stripe has on file."""
        (found,) = self.intents()
        return found
