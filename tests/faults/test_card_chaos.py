"""Hundreds of card sales while Stripe fails at random: in the end both ledgers say the same."""

from __future__ import annotations

import contextlib
import random
from collections import Counter as Tally
from typing import TYPE_CHECKING, Any

import pytest

from apps.core.errors import DomainError
from apps.core.ledgers import find_faults
from apps.payments.models import Attempt, Payment, Refund
from apps.payments.services.resolving import DEAD_AFTER, resolve_attempts
from sandbox.stripe.faults import every_fault
from tests.payments.conftest import counter, stripe

if TYPE_CHECKING:
    from tests.payments.cards import Counter

__all__ = ["counter", "stripe"]
pytestmark = pytest.mark.django_db(transaction=True)

SALES = 300
SEED = 20261122
CARDS = ["pm_card_visa"] * 8 + ["pm_card_chargeDeclined", "pm_card_mastercard"]


class Customer:
    """Somebody who pays by card and now and then changes their mind."""

    def __init__(self, counter: Counter, dice: random.Random) -> None:
        self.counter, self.dice = counter, dice

    def visit(self) -> None:
        payment = self.counter.authorize(self.dice.randint(50, 50_000), self.dice.choice(CARDS))
        then = self.dice.random()
        if then < 0.1:
            self.counter.cancel(payment)
        elif then < 0.3:
            self.counter.capture(payment, self.dice.randint(1, payment.amount_cents))
        else:
            self.counter.capture(payment)
        if self.dice.random() < 0.3:
            payment.refresh_from_db()
            for _ in range(2):
                self.counter.refund(payment, self.dice.randint(1, payment.amount_cents))


def settle_down(counter: Counter) -> None:
    """Stripe is well again: everything open is found out."""
    counter.stripe.world.faults.clear()
    for _ in range(3):
        counter.stripe.world.clock.advance(int(DEAD_AFTER.total_seconds()) + 1)
        resolve_attempts(now=counter.now)


def of_stripe(counter: Counter, payment: Payment) -> int:
    """What Stripe's ledger holds of one payment, in cents."""
    if payment.intent_id is None:
        return 0
    v1 = counter.stripe.client().v1
    held = 0
    for charge in v1.charges.list({"payment_intent": payment.intent_id}).data:
        refunds = v1.refunds.list({"charge": charge.id, "limit": 100}).data
        sources = [charge.id, *(refund.id for refund in refunds)]
        for source in sources:
            booked: Any = v1.balance_transactions.list({"source": source}).data
            held += sum(entry.amount for entry in booked)
    return held


def charged_twice(counter: Counter) -> list[str]:
    """Our payments behind which more than one card authorisation or charge of Stripe's stands."""
    listed = counter.stripe.client().v1.payment_intents.list({"limit": 100})
    reached = {"requires_capture", "succeeded", "canceled"}
    good = [
        intent.metadata["tillhouse_payment"]
        for intent in listed.auto_paging_iter()
        if intent.status in reached and intent.metadata is not None
    ]
    return [name for name, times in Tally(good).items() if times > 1]


def trade(counter: Counter) -> None:
    """A day's customers, with the resolver's runs in between."""
    dice = random.Random(SEED)  # noqa: S311 - repeatable on purpose
    for number in range(SALES):
        with contextlib.suppress(DomainError):  # a refusal is an answer
            Customer(counter, dice).visit()
        if number % 50 == 49:
            counter.stripe.world.clock.advance(60)
            resolve_attempts(now=counter.now)


def test_after_three_hundred_sales_with_faults_both_ledgers_agree(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.payments.bulkhead.SILENCES_UNTIL_OPEN", SALES)
    faults = counter.stripe.world.faults
    faults.at_random(0.3, seed=SEED, choices=every_fault(seconds=0.01))
    trade(counter)
    assert len(faults.picked) > SALES / 4
    settle_down(counter)
    assert not Payment.objects.filter(status__in=["UNKNOWN", "PENDING"]).exists()
    assert not Refund.objects.filter(status="UNKNOWN").exists()
    assert not Attempt.objects.filter(state__in=["SENT", "UNANSWERED"]).exists()
    assert not charged_twice(counter)
    for payment in Payment.objects.all():
        assert of_stripe(counter, payment) == payment.captured_cents - payment.refunded_cents
    assert not list(find_faults())
