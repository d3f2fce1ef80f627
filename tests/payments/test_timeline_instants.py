"""The timeline of a payment says when things were so, not when somebody began to ask for them."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.utils import timezone

from apps.core.models import AuditEntry
from apps.payments.errors import RefundExceedsCaptured
from apps.payments.models import Payment, Refund
from apps.payments.services.by_hand import Wish, refund_by_hand
from apps.payments.timeline import History, Moment, compose_timeline, read_history
from sandbox.stripe.faults import Fault, Kind
from tests.conftest import NOON
from tests.factories import MANAGER

from .cards import CAPTURE, REFUND
from .test_timeline import SECOND, attempt_of, payment_of, titles, told_of

if TYPE_CHECKING:
    from .cards import Counter


def moved(action: str, at: Any = NOON, **fields: Any) -> AuditEntry:
    """An entry of the audit that is in no database."""
    values = {"subject": "payment:1", "actor_kind": "SYSTEM", "facts": {}, **fields}
    return AuditEntry(at=at, action=action, **values)


def asked(operation: str, at: Any = NOON, took: int = 1, **fields: Any) -> Any:
    """A call that was answered after some seconds."""
    values = {"operation": operation, "first_sent_at": at, "sent_at": at, **fields}
    return attempt_of(answered_at=at + took * SECOND, parameters={}, **values)


def story(moments: list[Moment]) -> list[tuple[str, float]]:
    """The titles, each with its second."""
    return [(moment.title, (moment.at - NOON) / SECOND) for moment in moments]


# --- Calls ----------------------------------------------------------------------------------------


def test_a_call_and_what_it_brought_stand_at_the_instant_of_its_answer() -> None:
    payment = payment_of(tendered_at=NOON + SECOND, tendered_cents=2139, order_id=uuid4())
    history = History(attempts=[asked("CANCEL", took=3)], audit=[moved("payment.canceled")])
    assert story(compose_timeline(payment, history)[1:]) == [
        ("The order was placed", 1),
        ("Stripe was asked to let the hold go", 3),
        ("The hold on the card was let go", 3),
    ]


def test_calls_that_bear_one_instant_are_told_one_after_the_other() -> None:
    attempts = [asked("AUTHORIZE", took=3), asked("PRESENT", took=1)]
    history = History(attempts=attempts, audit=[moved("payment.processing")])
    assert story(compose_timeline(payment_of(), history)[1:]) == [
        ("Stripe was asked to hold $0.00 on the card", 3),
        ("Stripe was asked to let a reader take the card", 4),
        ("A reader is taking the card", 4),
    ]


def test_what_no_call_brought_stands_where_it_was_booked() -> None:
    history = History(attempts=[asked("CAPTURE")], audit=[moved("payment.canceled")])
    assert ("The hold on the card was let go", 0) in story(compose_timeline(payment_of(), history))


def test_a_refund_comes_with_the_answer_to_its_own_call() -> None:
    mine, other = (Refund(pk=uuid4(), amount_cents=100, created_at=NOON) for _ in range(2))
    attempts = [asked("REFUND", took=2, refund=mine), asked("REFUND", took=5, refund=other)]
    entry = moved("refund.succeeded", subject=f"refund:{mine.pk}")
    history = History(attempts=attempts, refunds=[mine, other], audit=[entry])
    assert ("A refund has gone out", 2) in story(compose_timeline(payment_of(), history))


@pytest.mark.parametrize(
    "answered_at", [None, NOON + SECOND], ids=["nothing was heard", "the first call was silent"]
)
def test_a_call_that_is_open_stands_where_it_was_sent_last(answered_at: Any) -> None:
    again = NOON + 45 * SECOND
    told = told_of(
        attempts=[attempt_of(state="UNANSWERED", sent_at=again, answered_at=answered_at)]
    )
    assert told.at == again
    assert "took" not in told.detail


@pytest.mark.parametrize(
    ("later", "said"),
    [
        (45 * SECOND, "asked at 17:00:00, again at 17:00:45, took 2.0 s"),
        (timedelta(hours=23), "asked at Nov 22, 17:00:00, again at 16:00:00, took 2.0 s"),
    ],
)
def test_a_call_that_was_sent_again_says_both_instants(later: timedelta, said: str) -> None:
    sent = NOON + later
    told = told_of(attempts=[attempt_of(sent_at=sent, answered_at=sent + 2 * SECOND)])
    assert told.detail.startswith(said)


# --- Not known ------------------------------------------------------------------------------------


def test_a_time_when_nobody_knew_keeps_its_beginning_and_its_end() -> None:
    again = NOON + 45 * SECOND
    attempt = attempt_of(sent_at=again, answered_at=again + 2 * SECOND)
    history = History(
        attempts=[attempt],
        audit=[moved("payment.unknown"), moved("payment.captured", again)],
    )
    _made, unknown, call, taken = compose_timeline(payment_of(), history)
    assert story([unknown, call, taken]) == [
        ("What became of it is not known", 0),
        ("Stripe was asked to take $21.39", 47),
        ("$0.00 was taken", 47),
    ]
    assert unknown.note == "Asked at 17:00:00, and known at 17:00:47"


def test_what_is_still_not_known_stands_where_the_silence_was_noticed() -> None:
    attempt = attempt_of(state="UNANSWERED", answered_at=NOON + 15 * SECOND)
    history = History(attempts=[attempt], audit=[moved("payment.unknown")])
    *_, unknown = compose_timeline(payment_of(), history)
    assert story([unknown]) == [("What became of it is not known", 15)]
    assert unknown.note == ""


def test_what_was_learned_without_an_answer_is_not_told_as_a_long_call() -> None:
    attempt = attempt_of(answer="Seen at Stripe: captured.", answered_at=NOON + 47 * SECOND)
    told = told_of(attempts=[attempt])
    assert told.note == "No answer. Seen at Stripe: captured"
    assert "took" not in told.detail


@pytest.mark.django_db
@pytest.mark.parametrize("path", [CAPTURE, REFUND])
def test_the_instants_of_a_silence_are_told_after_it_was_resolved(
    counter: Counter, path: str
) -> None:
    payment = counter.authorize() if path == CAPTURE else counter.paid()
    counter.strike("POST", path, Fault(Kind.DROP))
    asked_at = counter.now
    counter.capture(payment) if path == CAPTURE else counter.refund(payment, 500)
    counter.resolve()
    fresh = Payment.objects.get(pk=payment.pk)
    told = compose_timeline(fresh, read_history(fresh))
    (unknown,) = (moment for moment in told if "not known" in moment.title)
    assert unknown.at == asked_at
    assert told[-1].at > asked_at
    assert f"and known at {timezone.localtime(told[-1].at):%H:%M:%S}" in unknown.note


# --- The order ------------------------------------------------------------------------------------


def test_the_order_is_told_when_it_is_placed_and_when_it_is_voided() -> None:
    payment = payment_of(
        order_id=uuid4(),
        tendered_at=NOON + SECOND,
        tendered_cents=2000,
        released_at=NOON + 9 * SECOND,
    )
    _made, placed, voided = compose_timeline(payment, History())
    assert story([placed, voided]) == [("The order was placed", 1), ("The order was voided", 9)]
    assert placed.note == "It takes $20.00 of this payment"
    assert str(payment.order_id) in placed.detail


# --- Refunds that were refused --------------------------------------------------------------------


def test_a_refund_that_was_refused_here_does_not_stand_as_if_it_were_made() -> None:
    facts = {"amount_cents": 9900, "wish": str(uuid4())}
    entry = moved("payment.refund_asked", actor_kind="USER", actor_name="Maria", facts=facts)
    told = told_of(audit=[entry])
    assert told.title == "Maria asked for a refund of $99.00, and was refused"
    assert (told.note, told.tone) == ("Nothing was sent back, and Stripe was not asked", "bad")


def test_a_refund_that_was_begun_is_not_called_refused() -> None:
    refund = Refund(pk=uuid4(), amount_cents=500, created_at=NOON, actor_name="Maria")
    facts = {"amount_cents": 500, "wish": str(refund.pk)}
    entry = moved("payment.refund_asked", actor_kind="USER", actor_name="Maria", facts=facts)
    told = compose_timeline(payment_of(), History(refunds=[refund], audit=[entry]))
    assert not any("refused" in moment.title for moment in told)


@pytest.mark.django_db
def test_of_two_wishes_of_the_office_just_the_refused_one_is_told_as_refused(
    counter: Counter,
) -> None:
    payment = counter.paid()
    for cents in (2000, 9900):
        wish = Wish(uuid4(), MANAGER, payment)
        with nullcontext() if cents == 2000 else pytest.raises(RefundExceedsCaptured):
            refund_by_hand(wish, amount_cents=cents, reason="Broken seal", now=counter.now)
    refused = [title for title in titles(payment) if "refused" in title]
    assert refused == [f"{MANAGER.name} asked for a refund of $99.00, and was refused"]
