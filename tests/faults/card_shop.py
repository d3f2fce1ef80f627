"""A shop whose customers pay by card, change their minds, and whose processes die on the way."""

from __future__ import annotations

import os
import signal
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connections

from apps.payments.models import Payment
from apps.payments.services.resolving import DEAD_AFTER, resolve_attempts
from apps.payments.services.settling import FORGOTTEN_AFTER, settle_order, settle_payments
from apps.stores.models import Store
from apps.stores.types import Role
from tests.factories import open_till
from tests.faults.killing import POINTS, arm
from tests.goods import basket, line_of, make_snack
from tests.orders.returns import some_of, take_back
from tests.orders.sales import read, send, voided
from tests.payments.cards import Counter

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from apps.payments.models import Payment as PaymentRow
    from sandbox.stripe.server import Simulator

CHIPS_CENTS = 199
ROOM_FOR_A_TIP = 300  # cents authorised on top, by some customers
CARDS = ["pm_card_visa"] * 8 + ["pm_card_chargeDeclined", "pm_card_mastercard"]


@dataclass
class CardShop:
    """One till, its customers, and how often somebody was killed."""

    stripe: Simulator
    dice: random.Random
    deaths: int = 0

    def __post_init__(self) -> None:
        self.counter = Counter(self.stripe)
        store = Store.objects.get()
        self.chips = make_snack(on_hand=100_000, store=store, price_cents=CHIPS_CENTS)
        lead, _ = open_till(store, Role.SHIFT_LEAD, code="lea", number=2, now=self.counter.now)
        self.counter.till = lead

    def customer(self) -> None:
        """Somebody comes with a card; most leave with chips."""
        order_id = uuid.uuid4()
        quantity = self.dice.randint(1, 40)
        tip = self.dice.choice([0, 0, ROOM_FOR_A_TIP])
        payment = self._authorize(order_id, quantity * CHIPS_CENTS + tip)
        if payment is None or payment.status != "AUTHORIZED" or self.dice.random() < 0.05:
            return  # declined, not known yet, or the customer has walked away
        if self.dice.random() < 0.05:
            self._mortal(lambda: self.counter.cancel(payment))
            return
        order = self._sell(order_id, payment, quantity)
        self._mortal(lambda: settle_order(order_id=order_id, now=self.counter.now))
        self._regret(order, quantity)
        self._mortal(lambda: settle_order(order_id=order_id, now=self.counter.now))

    def _authorize(self, order_id: uuid.UUID, cents: int) -> PaymentRow | None:
        payment_id, card = uuid.uuid4(), self.dice.choice(CARDS)
        self._mortal(
            lambda: self.counter.authorize(cents, card, payment_id=payment_id, order_id=order_id)
        )
        return Payment.objects.filter(pk=payment_id).first()

    def _sell(self, order_id: uuid.UUID, payment: PaymentRow, quantity: int) -> dict[str, Any]:
        tender = {
            "kind": "card",
            "payment_id": str(payment.pk),
            "amount_cents": quantity * CHIPS_CENTS,
        }
        body = basket(line_of(self.chips, quantity), id=str(order_id), tenders=[tender])
        return read(send(self.counter.till, body, now=self.counter.now))

    def _regret(self, order: dict[str, Any], quantity: int) -> None:
        """Some bring the chips back, some of them twice; some change their minds on the spot."""
        mind = self.dice.random()
        if mind < 0.1:
            voided(self.counter.till, order["id"], now=self.counter.now)
        elif mind < 0.3 and self._is_captured(order):
            for _ in range(self.dice.choice([1, 2])):
                self._bring_back(order, max(1, quantity // 3))

    def _is_captured(self, order: dict[str, Any]) -> bool:
        return Payment.objects.get(order_id=order["id"]).captured_cents > 0

    def _bring_back(self, order: dict[str, Any], quantity: int) -> None:
        line = some_of(order, quantity)
        (tender,) = order["tenders"]
        back = {**tender, "amount_cents": quantity * CHIPS_CENTS}
        if quantity * 2 <= order["lines"][0]["quantity"]:
            take_back(self.counter.till, order, line, now=self.counter.now, refund_to=[back])

    def _mortal(self, act: Callable[[], object]) -> None:
        """Do it; now and then in a process that is killed at a point of its first call."""
        if self.dice.random() < 0.9:
            act()
            return
        connections.close_all()
        child = os.fork()
        if child == 0:
            arm(self.dice.choice(POINTS))
            try:
                act()
            finally:
                os._exit(0)  # there was nothing to ask Stripe for
        _, status = os.waitpid(child, 0)
        self.deaths += os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        self.dice.random()

    def look_after(self) -> None:
        """What the worker does every half a minute."""
        self.stripe.world.clock.advance(int(DEAD_AFTER.total_seconds()) + 1)
        resolve_attempts(now=self.counter.now)
        settle_payments(now=self.counter.now)

    def settle_down(self) -> None:
        """Stripe is well again, and a quarter of an hour passes."""
        self.stripe.world.faults.clear()
        self.look_after()
        self.stripe.world.clock.advance(int(FORGOTTEN_AFTER.total_seconds()))
        for _ in range(3):
            self.look_after()
