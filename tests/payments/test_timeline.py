"""The timeline of a payment: everything that happened to it, in order and in plain words."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.models import AuditEntry
from apps.payments.models import Attempt, Difference, Payment, StripeEvent
from apps.payments.timeline import History, compose_timeline, read_history
from apps.stores.models import Store, Terminal
from sandbox.stripe.faults import Fault, Kind
from tests.conftest import NOON

from .books import make_difference, make_dispute, make_event
from .cards import CAPTURE, CREATE, REFUND
from .rows import make_attempt, make_payment, make_refund

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

    from apps.payments.timeline import Moment

    from .cards import Counter

SECOND = timedelta(seconds=1)


def payment_of(**fields: Any) -> Payment:
    """A payment that is in no database."""
    store = Store(name="Broward Liquors", code="BRW")
    values = {
        "id": uuid4(),
        "store": store,
        "terminal": Terminal(name="Till 1", store=store),
        "cashier_name": "Ana",
        "amount_cents": 2139,
        "created_at": NOON,
    }
    return Payment(**{**values, **fields})


def attempt_of(**fields: Any) -> Attempt:
    """A capture that is in no database."""
    values = {
        "operation": "CAPTURE",
        "key": "0b9f4c1e-aaaa:capture:2",
        "parameters": {"amount_to_capture": 2139},
        "state": "ANSWERED",
        "answer": "pi_1 succeeded",
        "first_sent_at": NOON,
        "sent_at": NOON,
        "answered_at": NOON + 2 * SECOND,
    }
    return Attempt(**{**values, **fields})


def told_of(**rows: Any) -> Moment:
    """What one row, beside the payment itself, adds to the timeline."""
    _made, moment = compose_timeline(payment_of(), History(**rows))
    return moment


def titles(payment: Payment) -> list[str]:
    fresh = Payment.objects.get(pk=payment.pk)
    return [moment.title for moment in compose_timeline(fresh, read_history(fresh))]


# --- The story of a sale --------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_sale_and_a_refund_read_as_they_happened(counter: Counter) -> None:
    payment = counter.authorize()
    counter.stripe.world.clock.advance(5)
    counter.capture(payment)
    counter.stripe.world.clock.advance(60)
    counter.refund(payment, 500)
    assert titles(payment) == [
        "Ana asked a card for $21.39",
        "Stripe was asked to hold $21.39 on the card",
        "$21.39 is held on the card",
        "Stripe was asked to take $21.39",
        "$21.39 was taken",
        "Ana asked for a refund of $5.00",
        "Stripe was asked to send $5.00 back",
        "A refund has gone out",
    ]


@pytest.mark.django_db
def test_a_call_is_told_with_the_time_it_really_took(counter: Counter) -> None:
    counter.strike("POST", CREATE, Fault(Kind.SLOW, seconds=0.06))
    payment = counter.authorize()
    attempt = payment.attempts.get()
    assert attempt.answered_at is not None
    assert attempt.answered_at - attempt.sent_at >= timedelta(seconds=0.06)
    _made, asked, held = compose_timeline(payment, read_history(payment))
    assert "took 0." in asked.detail
    assert asked.at == held.at == attempt.answered_at  # what it brought came with its answer


@pytest.mark.django_db
def test_a_card_that_was_declined_ends_with_its_failure(counter: Counter) -> None:
    payment = counter.authorize(card="pm_card_chargeDeclined")
    assert titles(payment)[1:] == [
        "Stripe was asked to hold $21.39 on the card",
        "It failed; nothing was taken",
    ]


@pytest.mark.django_db
def test_every_row_about_a_payment_is_told_and_no_other() -> None:
    payment, other = make_payment(captured_cents=2139, status="CAPTURED"), make_payment()
    for each in (payment, other):
        make_attempt(each, refund=make_refund(each), operation="REFUND")
        make_event(payment=each)
        make_dispute(payment=each)
        make_difference(payment=each, subject=str(each.pk))
    told = compose_timeline(payment, read_history(payment))
    assert len(told) == 6
    assert not any(str(other.pk) in moment.detail for moment in told)


@pytest.mark.django_db
def test_a_longer_history_takes_no_more_statements(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    payment = make_payment(captured_cents=2139, status="CAPTURED")
    for number in range(3):
        make_attempt(payment, refund=make_refund(payment), operation="REFUND")
        make_event(payment=payment)
        make_dispute(payment=payment)
        make_difference(payment=payment, subject=str(number))
    with django_assert_num_queries(6):
        history = read_history(payment)
    assert len(history.refunds) == 3


# --- Each line ------------------------------------------------------------------------------------


@given(st.permutations(range(6)))
def test_whatever_order_the_rows_come_in_the_timeline_is_the_order_of_time(
    order: list[int],
) -> None:
    attempts = [
        attempt_of(first_sent_at=NOON + n * SECOND, sent_at=NOON + n * SECOND) for n in order
    ]
    told = compose_timeline(payment_of(), History(attempts=attempts))
    assert [moment.at for moment in told] == sorted(moment.at for moment in told)


def test_in_one_instant_the_wish_comes_before_the_call_and_the_call_before_what_it_did() -> None:
    moved = AuditEntry(at=NOON, action="payment.captured", subject="payment:1", facts={})
    event = StripeEvent(
        id="evt_1", type="x", state="DONE", created_at=NOON, received_at=NOON, note=""
    )
    history = History(attempts=[attempt_of(answered_at=NOON)], events=[event], audit=[moved])
    assert [moment.rank for moment in compose_timeline(payment_of(), history)] == [0, 1, 2, 3]


def test_a_call_tells_its_key_in_short_how_long_it_took_and_what_came_of_it() -> None:
    told = told_of(attempts=[attempt_of()])
    assert told.title == "Stripe was asked to take $21.39"
    assert told.note == "Answered: succeeded"
    assert told.detail == "asked at 17:00:00, took 2.0 s, key 0b9f4c1e...:capture:2, pi_1"


@pytest.mark.parametrize(
    ("fields", "note", "tone"),
    [
        ({"state": "SENT", "answered_at": None}, "Nothing has been heard of it yet", "warn"),
        (
            {"state": "UNANSWERED", "silence": "NETWORK"},
            "No answer: the network failed. It is asked again",
            "bad",
        ),
        (
            {"state": "REFUSED", "answer": "card_declined: No."},
            "Refused: card_declined: No.",
            "bad",
        ),
        (
            {"state": "ABANDONED", "answer": "500 Sorry"},
            "It did nothing, so it was asked anew: 500 Sorry",
            "warn",
        ),
    ],
)
def test_a_call_without_a_good_end_says_so(fields: dict[str, Any], note: str, tone: str) -> None:
    told = told_of(attempts=[attempt_of(**fields)])
    assert (told.note, told.tone) == (note, tone)


def test_what_a_person_did_bears_their_name() -> None:
    entry = AuditEntry(
        at=NOON,
        actor_kind="USER",
        actor_name="Maria",
        action="payment.refund_asked",
        subject="payment:1",
        facts={"amount_cents": 500},
    )
    told = told_of(audit=[entry])
    assert (told.title, told.note) == ("Refund asked", "by Maria, $5.00")


def test_a_dispute_is_told_with_every_turn_it_takes() -> None:
    entry = AuditEntry(
        at=NOON,
        actor_kind="SYSTEM",
        action="dispute.under_review",
        subject="dispute:dp_1",
        facts={},
    )
    told = told_of(audit=[entry])
    assert (told.title, told.note) == ("Dispute: under review", "")


def test_a_difference_is_told_when_it_is_found_and_when_it_is_closed() -> None:
    row = Difference(kind="NO_ORDER", detail="Nothing was sold.", found_at=NOON)
    assert told_of(differences=[row]).tone == "bad"
    row.closed_at, row.closed_by, row.note = NOON + SECOND, "Maria", "Refunded."
    _made, found, closed = compose_timeline(payment_of(), History(differences=[row]))
    assert (found.title, found.tone) == ("Stripe's books differ: no order", "")
    assert (closed.title, closed.note) == ("Maria closed the difference", "Refunded.")


def test_an_event_that_came_late_says_how_late() -> None:
    event = StripeEvent(
        id="evt_1",
        type="charge.refunded",
        state="UNMATCHED",
        created_at=NOON,
        received_at=NOON + timedelta(hours=3),
        note="",
    )
    told = told_of(events=[event])
    assert told.note == "About nothing that we know of"
    assert told.detail == "event evt_1, 3 h after it happened"


# --- When Stripe fails ----------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("path", [CAPTURE, REFUND])
def test_a_silence_stays_in_the_story_after_it_was_resolved(counter: Counter, path: str) -> None:
    payment = counter.authorize() if path == CAPTURE else counter.paid()
    counter.strike("POST", path, Fault(Kind.DROP))
    counter.capture(payment) if path == CAPTURE else counter.refund(payment, 500)
    assert "not known" in titles(payment)[-1]
    counter.resolve()
    assert any("not known" in title for title in titles(payment))
    assert titles(payment)[-1] in {"$21.39 was taken", "A refund has gone out"}
