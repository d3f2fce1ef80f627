"""Money that a card brought or had back is told once, when Stripe has confirmed it."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Any

import pytest
from django_subatomic.db import transaction

from apps.core.models import OutboxEvent
from apps.payments.errors import PaymentStateConflict, RefundExceedsCaptured
from apps.payments.services.booking import apply_intent, apply_refund
from apps.payments.services.looking import look_at_payment
from apps.payments.services.settling import settle_payments
from apps.payments.types import Intent, StripeRefund
from sandbox.stripe.faults import Fault, Kind, When
from tests.facts import forget, texts_in, told, told_once
from tests.payments.cards import CAPTURE, REFUND

if TYPE_CHECKING:
    from apps.payments.models import Payment, Refund
    from tests.payments.cards import Counter

pytestmark = pytest.mark.django_db(transaction=True)

CAPTURED, REFUNDED = "payment.captured", "payment.refunded"
SILENT = Fault(Kind.DROP, When.AFTER)  # Stripe does it, and nobody hears of it
CARD_NUMBER = re.compile(r"[0-9]{12,19}")


def of(payment: Payment, **fields: Any) -> dict[str, Any]:
    """What both facts say of a card payment of $21.39 at store FTL1, but for the fields named."""
    usual = {"captured_cents": 2139, "amount_cents": 2139, "refunded_cents": 0}
    card = {"currency": "USD", "card_brand": "visa", "card_last4": "4242"}
    names = {"payment_id": str(payment.pk), "order_id": str(payment.order_id)}
    return {**usual, **card, **names, "store": payment.store.code, **fields}


# --- Captured -------------------------------------------------------------------------------------


def test_a_capture_is_told_once_however_often_it_is_asked_for(counter: Counter) -> None:
    payment = counter.authorize()
    assert not told(CAPTURED)  # set aside is not taken
    for _ in range(2):
        counter.capture(payment)
    fact = told_once(CAPTURED)
    assert fact.aggregate == f"payment:{payment.pk}"
    assert fact.payload == of(payment, method="CARD", tip_cents=0)


def test_of_a_part_that_is_captured_that_part_is_told(counter: Counter) -> None:
    payment = counter.capture(counter.authorize(), 1500)
    assert told_once(CAPTURED).payload == of(
        payment, method="CARD", tip_cents=0, captured_cents=1500
    )


def test_a_capture_that_was_found_out_later_is_told_once(counter: Counter) -> None:
    payment = counter.authorize()
    counter.strike("POST", CAPTURE, SILENT, times=None)
    counter.capture(payment)
    assert not told(CAPTURED)
    counter.stripe.world.faults.clear()
    counter.resolve()
    look_at_payment(payment_id=payment.pk, now=counter.now)
    settle_payments(now=counter.now)
    assert told_once(CAPTURED).payload["captured_cents"] == 2139


def test_what_is_let_go_is_not_told(counter: Counter) -> None:
    counter.cancel(counter.authorize())
    assert not OutboxEvent.objects.exists()


def test_a_capture_that_is_rolled_back_is_not_told(counter: Counter) -> None:
    payment = counter.authorize()
    with contextlib.suppress(ZeroDivisionError), transaction():
        assert apply_intent(payment.pk, shown(payment), now=counter.now)
        raise ZeroDivisionError
    assert not told(CAPTURED)


def shown(payment: Payment) -> Intent:
    """The intent of a payment as Stripe shows it once its money is taken."""
    return Intent(
        id=str(payment.intent_id), status="succeeded", amount_cents=2139, currency="USD",
        capturable_cents=0, received_cents=2139, created_at=payment.created_at,
        card_brand="visa", card_last4="4242",
    )  # fmt: skip


# --- Refunded -------------------------------------------------------------------------------------


def test_each_refund_is_told_once_with_what_has_gone_back_so_far(counter: Counter) -> None:
    payment = counter.paid()
    refunds = [counter.refund(payment, cents) for cents in (300, 500)]
    counter.refund(payment, 500, refund_id=refunds[1].pk)  # asked for again
    with pytest.raises(RefundExceedsCaptured):
        counter.refund(payment, 2000)
    facts = sorted(told(REFUNDED), key=lambda fact: fact.payload["refunded_cents"])
    assert [fact.payload for fact in facts] == [
        of(
            payment,
            refund_id=str(refund.pk),
            amount_cents=refund.amount_cents,
            refunded_cents=sofar,
            is_undone=False,
        )
        for refund, sofar in zip(refunds, (300, 800), strict=True)
    ]
    assert {fact.aggregate for fact in facts} == {f"payment:{payment.pk}"}


def test_a_refund_is_told_when_its_outcome_is_known_and_not_before(counter: Counter) -> None:
    payment = counter.paid()
    counter.strike("POST", REFUND, SILENT, times=None)
    assert counter.refund(payment, 300).status == "UNKNOWN"
    assert not told(REFUNDED)
    counter.stripe.world.faults.clear()
    counter.resolve()
    assert told_once(REFUNDED).payload["refunded_cents"] == 300


def test_a_refund_that_the_bank_returns_is_told_as_undone(counter: Counter) -> None:
    payment = counter.paid()
    counter.refund(payment, 300)
    refund = counter.refund(payment, 500)
    forget()
    for _ in range(2):
        book(refund, "failed", counter)
    payload = told_once(REFUNDED).payload
    assert (payload["is_undone"], payload["amount_cents"]) == (True, 500)
    assert payload["refunded_cents"] == 300
    assert not told(CAPTURED)  # though what is left of it is as it was when it was captured


def test_a_refund_that_never_arrived_is_not_told(counter: Counter) -> None:
    payment = counter.paid()
    counter.strike("POST", REFUND, SILENT, times=None)
    refund = counter.refund(payment, 2139)
    book(refund, "failed", counter)
    payment.refresh_from_db()
    assert (payment.status, payment.refunded_cents) == ("CAPTURED", 0)
    assert not told(REFUNDED)
    told_once(CAPTURED)


def test_a_refused_refund_and_one_rolled_back_are_not_told(counter: Counter) -> None:
    with pytest.raises(PaymentStateConflict):
        counter.refund(counter.authorize(), 100)
    counter.strike("POST", REFUND, SILENT, times=None)
    refund = counter.refund(counter.paid(), 300)
    with contextlib.suppress(ZeroDivisionError), transaction():
        assert apply_refund(refund, seen(refund, "succeeded"), now=counter.now)
        raise ZeroDivisionError
    assert not told(REFUNDED)


def book(refund: Refund, status: str, counter: Counter) -> None:
    """Book what Stripe shows of a refund now."""
    with transaction():
        apply_refund(refund, seen(refund, status), now=counter.now)


def seen(refund: Refund, status: str) -> StripeRefund:
    return StripeRefund(
        id=refund.stripe_id or "re_1", status=status, amount_cents=refund.amount_cents,
        intent_id=str(refund.payment.intent_id), created_at=refund.created_at,
    )  # fmt: skip


# --- Cards ----------------------------------------------------------------------------------------


def test_no_fact_holds_the_number_of_a_card(counter: Counter) -> None:
    counter.refund(counter.paid(), 2139)
    facts = [*told(CAPTURED), *told(REFUNDED)]
    assert len(facts) == 2
    texts = [text.replace("-", "x") for fact in facts for text in texts_in(fact.payload)]
    assert {text for text in texts if CARD_NUMBER.search(text.replace(" ", ""))} == set()
