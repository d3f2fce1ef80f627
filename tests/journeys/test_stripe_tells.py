"""Cards at a counter whose back office hears of them from Stripe itself, over the wire."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from apps.core.ledgers import find_faults
from apps.core.outbox import relay
from apps.payments.models import Payment, StripeEvent
from apps.payments.services.resolving import resolve_attempts
from config import celery_app
from sandbox.stripe.disputes import close_dispute, open_dispute
from sandbox.stripe.faults import Fault, Kind, When
from tests.payments.cards import CAPTURE
from tests.payments.conftest import stripe
from tests.payments.hearing import Ears, ears, events

from .counter import Refused, TillProgram, basket_of, read

if TYPE_CHECKING:
    from apps.catalog.models import Product

__all__ = ["ears", "stripe"]
pytestmark = pytest.mark.django_db(transaction=True)
SALES, SEED = 40, 20261122
TREATMENTS: list[dict[str, Any]] = [
    {"copies": 2},
    {"behind": 3},
    {"delay_seconds": 90},
    {"is_before_answer": True},
    {"is_dropped": True},
    {"is_wrongly_signed": True},
    {"stale_seconds": 600},
    {},
]


def swipe(till: TillProgram, basket: dict[str, Any], cents: int) -> str:
    """Set the price of a basket aside on a card; the payment's id."""
    body = {
        "id": str(uuid4()),
        "order_id": basket["id"],
        "amount_cents": cents,
        "method": "card",
        "payment_method": "pm_card_visa",
    }
    return str(read(till.api.post("payments", body, key=str(uuid4())))["id"])


def sell(till: TillProgram, *products: Product) -> str:
    """Sell by card; the payment's id. The money is taken by the tasks after it."""
    basket = basket_of(*products)
    payment_id = swipe(till, basket, till.quote(basket)["total_cents"])
    body = {**basket, "tenders": [{"kind": "card", "payment_id": payment_id}]}
    read(till.api.post("orders", body, key=str(uuid4())))
    return payment_id


def refund(till: TillProgram, payment_id: str) -> dict[str, Any]:
    body = {"id": str(uuid4()), "amount_cents": 199, "reason": "stale"}
    return read(till.api.post(f"payments/{payment_id}/refunds", body, key=str(uuid4())))


def state_of(till: TillProgram, payment_id: str) -> str:
    return str(read(till.api.get(f"payments/{payment_id}"))["status"])


def run_tasks(ears: Ears) -> None:
    """Hand what has happened to its tasks, as the relay and a worker do."""
    celery_app.loader.import_default_modules()
    relay(now=ears.now, send=lambda name, event_id: celery_app.tasks[name](str(event_id)))


def charge_of(ears: Ears, payment_id: str) -> str:
    intent_id = str(Payment.objects.get(pk=payment_id).intent_id)
    return str(ears.stripe.client().v1.payment_intents.retrieve(intent_id).latest_charge)


def test_a_capture_whose_answer_was_lost_is_settled_by_the_webhook_alone(
    ears: Ears, till: TillProgram, chips: Product
) -> None:
    ears.disturb(times=None, delay_seconds=60)
    payment_id = sell(till, chips)
    ears.stripe.world.faults.add("POST", CAPTURE, Fault(Kind.DROP, When.AFTER))
    run_tasks(ears)
    assert state_of(till, payment_id) == "unknown"
    ears.wait(60)
    ears.hear()
    run_tasks(ears)
    assert state_of(till, payment_id) == "captured"
    assert not list(find_faults())


def test_money_that_somebody_else_took_ends_unmatched(
    ears: Ears, till: TillProgram, chips: Product
) -> None:
    sell(till, chips)
    run_tasks(ears)
    theirs: Any = {
        "amount": 777, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True
    }  # fmt: skip
    intent = ears.stripe.client().v1.payment_intents.create(theirs)
    ears.hear()
    run_tasks(ears)
    assert events(intent_id=intent.id) == {
        ("payment_intent.created", "IGNORED"),
        ("charge.succeeded", "UNMATCHED"),
        ("payment_intent.succeeded", "UNMATCHED"),
    }
    assert Payment.objects.get().status == "CAPTURED"


def test_a_dispute_blocks_a_refund_until_it_is_won(
    ears: Ears, till: TillProgram, chips: Product
) -> None:
    till.log_in("lea")
    payment_id = sell(till, chips)
    run_tasks(ears)
    opened = open_dispute(ears.stripe.world, charge_of(ears, payment_id))
    ears.hear()
    run_tasks(ears)
    with pytest.raises(Refused) as refused:
        refund(till, payment_id)
    assert refused.value.code == "payment-state-conflict"
    with pytest.raises(Refused) as refused:
        till.void({"id": str(Payment.objects.get().order_id)})
    assert refused.value.code == "payment-state-conflict"
    close_dispute(ears.stripe.world, opened["id"], is_won=True)
    ears.hear()
    run_tasks(ears)
    assert refund(till, payment_id)["status"] == "succeeded"


def test_a_secret_is_rotated_while_the_shop_sells(
    ears: Ears, till: TillProgram, chips: Product, settings: Any
) -> None:
    old = ears.secret
    new = ears.stripe.world.webhooks.rotate_secret(ears.endpoint_id, keep_seconds=3_600)
    for secrets in ([old], [new, old], [new]):
        settings.STRIPE_WEBHOOK_SECRETS = secrets
        sell(till, chips)
        run_tasks(ears)
        ears.hear()
    assert set(ears.answers()) == {200}
    ears.wait(3_601)
    till.log_in("ana")
    sell(till, chips)
    ears.hear()
    assert set(ears.answers()) == {200}


def test_whatever_befalls_the_news_both_ledgers_say_the_same(
    ears: Ears, till: TillProgram, chips: Product
) -> None:
    till.log_in("lea")
    trade(ears, till, chips)
    settle_down(ears)
    assert set(Payment.objects.values_list("status", flat=True)) <= {
        "CAPTURED",
        "REFUNDED",
    }
    assert ours() == theirs(ears) > 0
    assert not StripeEvent.objects.filter(state="WAITING").exists()
    assert set(ears.answers()) == {200, 400}
    assert Payment.objects.count() == SALES
    assert not list(find_faults())


def trade(ears: Ears, till: TillProgram, chips: Product) -> None:
    """A day's customers."""
    dice = random.Random(SEED)  # noqa: S311 - repeatable on purpose
    for number in range(SALES):
        trade_disturbed(ears, till, chips, dice)
        if number % 8 == 7:
            run_tasks(ears)
            ears.wait(30)


def trade_disturbed(ears: Ears, till: TillProgram, chips: Product, dice: random.Random) -> None:
    """A sale, perhaps with a refund, of which Stripe tells in disorder; now and then it is deaf."""
    for _ in range(4):
        ears.disturb(**dice.choice(TREATMENTS))
    if dice.random() < 0.25:
        ears.stripe.world.faults.add("POST", CAPTURE, Fault(Kind.DROP, When.AFTER))
    payment_id = sell(till, chips)
    if dice.random() < 0.2:
        ears.stripe.world.webhooks.emit_foreign(
            "payment_intent.succeeded",
            next(iter(ears.stripe.world.storage.newest_first("payment_intent"))),
        )
    run_tasks(ears)
    if dice.random() < 0.3 and state_of(till, payment_id) == "captured":
        refund(till, payment_id)


def settle_down(ears: Ears) -> None:
    """The news that can still come has come; what was dropped is found out without it."""
    ears.stripe.world.webhooks.disturbances.clear()
    for _ in range(4):
        ears.hear()
        run_tasks(ears)
        ears.work()
        resolve_attempts(now=ears.now)
        ears.wait(120)


def ours() -> int:
    """What our books say we hold of cards, in cents."""
    return sum(payment.captured_cents - payment.refunded_cents for payment in Payment.objects.all())


def theirs(ears: Ears) -> int:
    """What Stripe's ledger says it holds for us, in cents, before its fees."""
    booked = ears.stripe.client().v1.balance_transactions.list({"limit": 100})
    return sum(entry.amount for entry in booked.auto_paging_iter())
