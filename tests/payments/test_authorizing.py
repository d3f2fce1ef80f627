"""Setting money aside on a card: what the till is told is what Stripe knows."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest

from apps.payments.errors import CardsBusy, CardsNotTaken, PaymentExists
from apps.payments.gateway import calling
from apps.payments.models import Attempt, Payment
from apps.payments.services.authorizing import authorize_payment
from apps.payments.types import Method, PaymentRequest
from sandbox.stripe.faults import Fault, Kind, When
from tests.conftest import NOON
from tests.factories import open_till
from tests.payments.cards import CREATE

if TYPE_CHECKING:
    from pytest_django import Settings

    from tests.payments.cards import Counter

pytestmark = pytest.mark.django_db(transaction=True)
NO_ANSWER = [
    Fault(Kind.HANG, seconds=0.05),
    Fault(Kind.DROP),
    Fault(Kind.TRUNCATE),
    Fault(Kind.ERROR),
]


def test_a_good_card_is_authorized_and_nothing_is_taken(counter: Counter) -> None:
    payment = counter.authorize(2139)
    assert (payment.status, payment.authorized_cents, payment.captured_cents) == (
        "AUTHORIZED",
        2139,
        0,
    )
    assert (payment.card_brand, payment.card_last4) == ("visa", "4242")
    assert payment.capture_before is not None
    assert payment.capture_before > counter.now
    assert counter.taken_cents() == 0


def test_stripe_knows_for_which_payment_and_order_it_is(counter: Counter) -> None:
    payment = counter.authorize()
    (intent,) = counter.intents()
    assert intent.metadata["tillhouse_payment"] == str(payment.pk)
    assert intent.metadata["tillhouse_order"] == str(payment.order_id)


@pytest.mark.parametrize(
    ("card", "code"),
    [
        ("pm_card_chargeDeclined", "generic_decline"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card"),
    ],
)
def test_a_declined_card_fails_and_says_why(counter: Counter, card: str, code: str) -> None:
    payment = counter.authorize(card=card)
    assert (payment.status, payment.decline_code) == ("FAILED", code)
    assert payment.authorized_cents == 0


def test_a_bank_that_wants_to_see_its_customer_declines_at_a_counter(counter: Counter) -> None:
    assert counter.authorize(card="pm_card_authenticationRequired").status == "FAILED"


def test_a_card_that_stripe_does_not_know_fails(counter: Counter) -> None:
    assert counter.authorize(card="pm_nobody").status == "FAILED"


@pytest.mark.parametrize("fault", NO_ANSWER, ids=lambda fault: fault.kind.value)
@pytest.mark.parametrize("when", When)
def test_without_an_answer_the_payment_is_unknown(
    counter: Counter, fault: Fault, when: When
) -> None:
    counter.strike("POST", CREATE, Fault(fault.kind, when, seconds=fault.seconds))
    assert counter.authorize().status == "UNKNOWN"


def test_a_stripe_that_hangs_is_given_up_on(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "READ_SECONDS", 0.3)
    calling.forget_client()
    counter.strike("POST", CREATE, Fault(Kind.HANG, seconds=60))
    assert counter.authorize().status == "UNKNOWN"


def test_a_till_waits_for_stripe_for_less_than_twenty_seconds() -> None:
    assert calling.CONNECT_SECONDS + calling.READ_SECONDS < 20


def test_the_attempt_is_on_file_before_the_call(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Died(BaseException):
        pass

    def die(*_: object, **__: object) -> None:
        raise Died

    monkeypatch.setattr("apps.payments.gateway.intents.create_intent", die)
    with pytest.raises(Died):
        counter.authorize()
    assert Payment.objects.get().status == "PENDING"
    assert Attempt.objects.get().state == "SENT"


def test_the_same_payment_asked_for_again_is_asked_of_stripe_once(counter: Counter) -> None:
    payment_id = uuid.uuid4()
    order_id = uuid.uuid4()
    request = PaymentRequest(payment_id, order_id, 500, Method.CARD, payment_method="pm_card_visa")
    answers = [
        authorize_payment(till=counter.till, request=request, now=counter.now) for _ in range(2)
    ]
    assert [answer.status for answer in answers] == ["AUTHORIZED", "AUTHORIZED"]
    assert len(counter.intents()) == 1


def test_another_payment_under_the_same_id_is_refused(counter: Counter) -> None:
    payment = counter.authorize(500)
    with pytest.raises(PaymentExists):
        counter.authorize(600, payment_id=payment.pk)


def test_without_a_key_cards_are_not_taken(settings: Settings) -> None:
    settings.STRIPE_SECRET_KEY = ""
    till, _ = open_till(now=NOON)
    request = PaymentRequest(uuid.uuid4(), uuid.uuid4(), 500, Method.CARD)
    with pytest.raises(CardsNotTaken):
        authorize_payment(till=till, request=request, now=NOON)
    assert not Payment.objects.exists()


def test_after_three_silences_nobody_waits_for_stripe(counter: Counter) -> None:
    counter.strike("POST", CREATE, Fault(Kind.DROP), times=None)
    for _ in range(3):
        counter.authorize()
    asked = Attempt.objects.count()
    with pytest.raises(CardsBusy):
        counter.authorize()
    assert Attempt.objects.count() == asked


@pytest.mark.parametrize("level", ["DEBUG", "INFO"])
def test_what_is_sent_to_stripe_stays_out_of_the_log(
    counter: Counter, caplog: pytest.LogCaptureFixture, level: str
) -> None:
    caplog.set_level(level)
    counter.authorize(card="pm_card_mastercard")
    said = " ".join(record.getMessage() for record in caplog.records)
    assert "pm_card_mastercard" not in said
    assert "sk_test" not in said
