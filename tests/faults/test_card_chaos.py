"""Hundreds of card sales while Stripe fails and processes die: in the end both books agree."""

from __future__ import annotations

import contextlib
import random
from collections import Counter as Tally
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from apps.core.errors import DomainError
from apps.core.ledgers import find_faults
from apps.orders.models import Order
from apps.payments.models import Attempt, Difference, Payment, Refund, Tender
from apps.payments.services.reconciling import reconcile
from apps.payments.services.settling import FORGOTTEN_AFTER
from sandbox.stripe.faults import every_fault
from tests.faults.card_shop import CardShop
from tests.payments.conftest import stripe

if TYPE_CHECKING:
    from sandbox.stripe.server import Simulator

__all__ = ["stripe"]
# Half a minute on a quiet machine; the limit is for one that does something else as well.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]

CUSTOMERS = 330
SEED = 20261122
FAULTY = 0.25  # of the calls


@pytest.fixture(params=[True, False], ids=["released as a refund", "released silently"])
def shop(stripe: Simulator, request: pytest.FixtureRequest) -> CardShop:
    stripe.world.settings.partial_capture_makes_refund = request.param
    return CardShop(stripe, random.Random(SEED))  # noqa: S311 - repeatable on purpose


def trade(shop: CardShop) -> None:
    """A day's customers, with the worker's runs in between."""
    for number in range(CUSTOMERS):
        with contextlib.suppress(DomainError):  # a refusal is an answer
            shop.customer()
        if number % 30 == 29:
            shop.look_after()


def held_by_intent(shop: CardShop) -> dict[str, int]:
    """What Stripe's own ledger holds of each payment intent, before its fees, in cents."""
    v1 = shop.stripe.client().v1
    intent_of = {
        thing.id: str(thing.payment_intent)
        for kind in (v1.charges, v1.refunds)
        for thing in kind.list({"limit": 100}).auto_paging_iter()
    }
    held: dict[str, int] = Tally()
    for entry in v1.balance_transactions.list({"limit": 100}).auto_paging_iter():
        held[intent_of[str(entry.source)]] += entry.amount
    return held


def charges_by_order(shop: CardShop) -> Tally[str]:
    """How many intents of each order have reached a card with success."""
    listed = shop.stripe.client().v1.payment_intents.list({"limit": 100}).auto_paging_iter()
    reached = {"requires_capture", "succeeded", "canceled"}
    good = [intent for intent in listed if intent.status in reached]
    return Tally(str(intent.to_dict()["metadata"]["tillhouse_order"]) for intent in good)


def test_after_hundreds_of_sales_with_faults_and_deaths_both_books_agree(
    shop: CardShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.payments.bulkhead.SILENCES_UNTIL_OPEN", 10 * CUSTOMERS)
    faults = shop.stripe.world.faults
    faults.at_random(FAULTY, seed=SEED, choices=every_fault(seconds=0.01))
    opened = shop.counter.now
    trade(shop)
    assert len(faults.picked) > CUSTOMERS / 3
    assert shop.deaths > CUSTOMERS / 15
    shop.settle_down()
    assert Payment.objects.count() >= 300
    assert_nothing_is_open()
    assert max(charges_by_order(shop).values()) == 1
    assert_money_follows_orders(shop)
    assert not list(find_faults())
    shop.stripe.world.clock.advance(int(2 * FORGOTTEN_AFTER.total_seconds()))
    reconcile(since=opened - timedelta(minutes=1), now=shop.counter.now)
    assert not [(row.kind, row.detail) for row in Difference.objects.all()]


def assert_nothing_is_open() -> None:
    assert not Payment.objects.filter(status__in=["UNKNOWN", "PENDING", "AUTHORIZED"]).exists()
    assert not Refund.objects.exclude(status="SUCCEEDED").exists()
    assert not Attempt.objects.filter(state__in=["SENT", "UNANSWERED"]).exists()


def assert_money_follows_orders(shop: CardShop) -> None:
    """Of each order Stripe holds what its tenders say; of each payment, what our books say."""
    held = held_by_intent(shop)
    for payment in Payment.objects.all():
        ours = payment.captured_cents - payment.refunded_cents
        assert held.get(payment.intent_id or "", 0) == ours
    assert Order.objects.count() > CUSTOMERS / 2
    for order in Order.objects.all():
        tendered = sum(t.amount_cents for t in Tender.objects.filter(order=order))
        paid = Payment.objects.get(order_id=order.pk)
        assert paid.captured_cents - paid.refunded_cents == tendered
