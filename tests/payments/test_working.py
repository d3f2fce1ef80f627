"""Events are worked on: the object is looked up, booked once, and what nobody knows is kept."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from apps.payments import tasks
from apps.payments.gateway import calling
from apps.payments.models import Payment, Refund, StripeEvent
from apps.payments.selectors import find_payment_drift
from apps.payments.services import working
from apps.payments.services.working import LEASE, work_event, work_waiting
from apps.payments.types import EventState
from sandbox.stripe.faults import Fault, Kind, When
from tests.conftest import NOON
from tests.payments.books import make_event
from tests.payments.cards import CAPTURE, CREATE, REFUND
from tests.payments.hearing import Shop, events, shop
from tests.payments.rows import make_payment, make_refund

if TYPE_CHECKING:
    from pytest_django import Settings

__all__ = ["shop"]
pytestmark = pytest.mark.django_db(transaction=True)
LOST = Fault(Kind.DROP, When.AFTER)
SILENT = Fault(Kind.DROP)
INTENT = "/v1/payment_intents/*"


def waiting_for(intent_id: str, **fields: Any) -> StripeEvent:
    """An event about an intent that nobody has looked at."""
    return make_event(intent_id=intent_id, object_id=intent_id, state="WAITING", **fields)


# --- What Stripe tells is booked ------------------------------------------------------------------


def test_a_capture_whose_answer_was_lost_is_booked(shop: Shop) -> None:
    payment = shop.authorize()
    shop.strike("POST", CAPTURE, LOST)
    assert shop.capture(payment).status == "UNKNOWN"
    shop.work()
    payment.refresh_from_db()
    assert (payment.status, payment.captured_cents) == ("CAPTURED", 2139)
    assert events(payment=payment, type="payment_intent.succeeded") == {
        ("payment_intent.succeeded", "DONE")
    }


def test_an_authorization_whose_answer_was_lost_is_known_by_its_metadata(shop: Shop) -> None:
    shop.strike("POST", CREATE, LOST)
    payment = shop.authorize()
    assert payment.intent_id is None
    shop.work()
    payment.refresh_from_db()
    assert (payment.status, payment.authorized_cents) == ("AUTHORIZED", 2139)
    assert payment.intent_id


def test_what_is_told_before_the_answer_is_booked_like_the_rest(shop: Shop) -> None:
    shop.disturb(times=None, is_before_answer=True)
    payment = shop.authorize()
    shop.capture(payment)
    assert shop.work() > 0
    payment.refresh_from_db()
    assert payment.status == "CAPTURED"
    assert not StripeEvent.objects.filter(state="WAITING").exists()


def test_late_news_moves_nothing_back(shop: Shop) -> None:
    shop.disturb("payment_intent.amount_capturable_updated", delay_seconds=60)
    payment = shop.paid()
    shop.work()
    shop.wait(61)
    shop.work()
    payment.refresh_from_db()
    assert payment.status == "CAPTURED"
    assert events(type="payment_intent.amount_capturable_updated") == {
        ("payment_intent.amount_capturable_updated", "DONE")
    }


def test_a_refund_whose_answer_was_lost_is_booked(shop: Shop) -> None:
    payment = shop.paid()
    shop.strike("POST", REFUND, LOST)
    refund = shop.refund(payment, 1000)
    assert refund.status == "UNKNOWN"
    shop.work()
    refund.refresh_from_db()
    assert refund.status == "SUCCEEDED"
    assert not list(find_payment_drift())


def test_a_charge_that_was_refunded_tells_of_its_refunds(shop: Shop) -> None:
    payment = shop.paid()
    shop.strike("POST", REFUND, LOST)
    refund = shop.refund(payment, 1000)
    event = waiting_for(str(payment.intent_id), type="charge.refunded")
    work_event(event_id=event.pk, now=shop.now)
    refund.refresh_from_db()
    event.refresh_from_db()
    assert (refund.status, event.note) == ("SUCCEEDED", "1 of 1 refunds were asked for here.")


def test_what_a_capture_let_go_is_no_refund_of_ours(shop: Shop) -> None:
    payment = shop.capture(shop.authorize(), 1000)
    shop.work()
    payment.refresh_from_db()
    assert (payment.captured_cents, payment.refunded_cents) == (1000, 0)
    assert not Refund.objects.exists()
    assert not StripeEvent.objects.filter(state__in=["WAITING", "UNMATCHED"]).exists()


def test_a_refund_from_the_dashboard_is_left_to_the_reconciliation(shop: Shop) -> None:
    payment = shop.paid()
    shop.stripe.client().v1.refunds.create({"payment_intent": str(payment.intent_id)})
    shop.work()
    payment.refresh_from_db()
    event = StripeEvent.objects.get(type="refund.created")
    assert (event.state, event.payment, payment.refunded_cents) == ("DONE", payment, 0)


def test_a_refund_that_only_claims_to_be_ours_is_not_booked(shop: Shop) -> None:
    payment = shop.paid()
    refund = make_refund(payment, amount_cents=500, status="PENDING")
    forged = {"tillhouse_refund": str(refund.pk)}
    shop.stripe.client().v1.refunds.create(
        {"payment_intent": str(payment.intent_id), "amount": 700, "metadata": forged}
    )
    shop.work()
    refund.refresh_from_db()
    assert refund.status == "PENDING"
    assert events(type="refund.created") == {("refund.created", "UNMATCHED")}


def test_payouts_are_left_to_the_reconciliation(shop: Shop) -> None:
    event = make_event(type="payout.paid", object_id="po_1", state="WAITING")
    assert work_event(event_id=event.pk, now=NOON) is EventState.DONE


def test_a_reader_that_only_showed_something_moves_nothing(shop: Shop) -> None:
    event = make_event(type="terminal.reader.action_succeeded", object_id="tmr_1", state="WAITING")
    assert work_event(event_id=event.pk, now=NOON) is EventState.IGNORED


# --- What we do not know --------------------------------------------------------------------------


def test_money_of_somebody_else_is_unmatched(shop: Shop) -> None:
    charge = {"amount": 500, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
    shop.stripe.client().v1.payment_intents.create(charge)  # type: ignore[arg-type]
    shop.work()
    assert ("payment_intent.succeeded", "UNMATCHED") in events()
    assert not events(state="DONE")


def test_an_intent_that_copied_our_metadata_does_not_touch_our_payment(shop: Shop) -> None:
    payment = shop.authorize(500)
    shop.work()
    copy: Any = {
        "amount": 500, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True,
        "metadata": {"tillhouse_payment": str(payment.pk)},
    }  # fmt: skip
    shop.stripe.client().v1.payment_intents.create(copy)
    shop.work()
    intent_id = payment.intent_id
    payment.refresh_from_db()
    assert (payment.status, payment.intent_id) == ("AUTHORIZED", intent_id)
    assert ("payment_intent.succeeded", "UNMATCHED") in events()


def test_an_intent_over_another_amount_is_unmatched(shop: Shop) -> None:
    shop.strike("POST", CREATE, LOST)
    payment = shop.authorize(500)
    Payment.objects.filter(pk=payment.pk).update(amount_cents=501)
    shop.work()
    payment.refresh_from_db()
    assert payment.status == "UNKNOWN"
    assert ("payment_intent.amount_capturable_updated", "UNMATCHED") in events()


def test_a_payment_that_was_restored_late_is_found(shop: Shop) -> None:
    name: Any = {
        "amount": 2139, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True,
        "capture_method": "manual", "metadata": {"tillhouse_payment": str(uuid.uuid4())},
    }  # fmt: skip
    shop.stripe.client().v1.payment_intents.create(name)
    shop.work()
    payment = make_payment(
        pk=name["metadata"]["tillhouse_payment"], status="PENDING", authorized_cents=0
    )
    shop.wait(60)
    shop.work()
    payment.refresh_from_db()
    assert payment.status == "AUTHORIZED"
    assert not events(state="UNMATCHED")


def test_what_nobody_knows_is_looked_for_during_an_hour_and_then_kept(shop: Shop) -> None:
    event = waiting_for("pi_of_nobody")
    looks = 0
    for _ in range(4 * 120):
        looks += work_waiting(now=shop.now)
        shop.wait(15)
    event.refresh_from_db()
    assert (event.state, event.due_at, event.tries) == ("UNMATCHED", None, looks)
    assert 5 < looks < 12
    assert event.worked_at is not None
    assert timedelta(minutes=59) < event.worked_at - NOON < timedelta(hours=2)


# --- Stripe is silent, a worker dies --------------------------------------------------------------


def test_while_stripe_is_silent_an_event_waits(shop: Shop) -> None:
    payment = shop.authorize()
    event = waiting_for(str(payment.intent_id))
    shop.strike("GET", INTENT, SILENT)
    assert work_event(event_id=event.pk, now=shop.now) is EventState.WAITING
    assert work_event(event_id=event.pk, now=shop.now) is None  # not due before its pause is over
    shop.wait(15)
    assert work_event(event_id=event.pk, now=shop.now) is EventState.DONE


def test_a_pause_grows_to_ten_minutes_and_no_further(shop: Shop) -> None:
    event = waiting_for("pi_1")
    shop.strike("GET", INTENT, SILENT, times=None)
    for age, pause in [(0, 15), (60, 60), (3_600, 600), (86_400, 600)]:
        now = NOON + timedelta(seconds=age)
        StripeEvent.objects.update(due_at=now)
        work_event(event_id=event.pk, now=now)
        event.refresh_from_db()
        assert (event.state, event.due_at) == ("WAITING", now + timedelta(seconds=pause))


def test_a_stripe_that_is_away_is_not_asked_for_every_event(shop: Shop) -> None:
    for number in range(3):
        waiting_for("pi_1", id=f"evt_{number}")
    shop.strike("GET", INTENT, SILENT, times=None)
    assert work_waiting(now=NOON) == 0
    assert sorted(StripeEvent.objects.values_list("tries", flat=True)) == [0, 0, 1]


def test_a_key_that_is_refused_loses_no_event(shop: Shop) -> None:
    event = waiting_for("pi_1")
    shop.strike("GET", INTENT, Fault(Kind.ERROR, status=401))
    assert work_event(event_id=event.pk, now=NOON) is EventState.WAITING


def test_without_a_key_events_wait(settings: Settings) -> None:
    settings.STRIPE_SECRET_KEY = ""
    calling.forget_client()
    event = waiting_for("pi_1")
    assert tasks.work_waiting() == 0
    event.refresh_from_db()
    assert (event.state, event.tries) == ("WAITING", 0)


def test_one_event_that_breaks_the_work_keeps_no_other_waiting(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.disturb(times=None, is_dropped=True)
    payment = shop.authorize()
    broken = make_event(type="charge.dispute.created", object_id="dp_1", state="WAITING")
    sound = waiting_for(str(payment.intent_id), due_at=NOON + timedelta(seconds=1))

    def fail(_: str) -> None:
        raise ValueError("a status of tomorrow")

    with monkeypatch.context() as patched:
        patched.setattr("apps.payments.gateway.disputes.retrieve_dispute", fail)
        assert work_waiting(now=NOON + timedelta(seconds=1)) == 1
    assert events(pk=sound.pk) == {(sound.type, "DONE")}
    assert events(pk=broken.pk) == {(broken.type, "WAITING")}


def test_what_a_dead_worker_took_is_worked_on_after_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.disturb(times=None, is_dropped=True)
    payment = shop.authorize()
    event = waiting_for(str(payment.intent_id))

    def die(*_: Any, **__: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(working, "follow", die)
        with pytest.raises(SystemExit):
            work_event(event_id=event.pk, now=NOON)
    assert work_waiting(now=NOON + LEASE - timedelta(seconds=1)) == 0
    assert work_waiting(now=NOON + LEASE) == 1
    assert events(pk=event.pk) == {(event.type, "DONE")}
