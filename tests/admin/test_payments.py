"""Card payments in the back office: what is shown of them, and what can be done, once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import time_machine

from apps.core.models import AuditEntry
from apps.payments.models import Payment, Refund
from sandbox.stripe.faults import Fault, Kind
from tests.conftest import NOON
from tests.orders.rows import make_order
from tests.orders.test_receipt_text import LETTERHEAD
from tests.payments.books import make_balance_entry, make_difference, make_dispute
from tests.payments.cards import CAPTURE, REFUND
from tests.payments.conftest import counter, stripe
from tests.payments.rows import make_payment, make_refund, make_tender

from .office import form_on, said, send, text_of, url, url_of

if TYPE_CHECKING:
    from django.test import Client
    from django.test.client import _MonkeyPatchedWSGIResponse as Page

    from apps.stores.models import Store
    from tests.payments.cards import Counter

__all__ = ["counter", "stripe"]  # fixtures

pytestmark = pytest.mark.django_db


def act(client: Client, payment: Payment, action: str, **typed: Any) -> Page:
    """Open the page that asks, type, and confirm."""
    address = url(f"payments_payment_{action}", payment.pk)
    return send(client, address, {**form_on(client, address), **typed})


def noted(payment: Payment) -> list[tuple[str, str]]:
    """What stands in the audit of what people wanted."""
    wishes = AuditEntry.objects.filter(subject=f"payment:{payment.pk}", actor_kind="USER")
    return list(wishes.order_by("pk").values_list("action", "actor_name"))


def offered(client: Client, payment: Payment) -> set[str]:
    """The buttons above a payment."""
    buttons = client.get(url_of(payment)).context["actions_detail"]
    return {str(button["title"]) for button in buttons}


# --- The page -------------------------------------------------------------------------------------


def test_a_payment_shows_in_words_and_figures_where_its_money_stands(manager: Client) -> None:
    payment = make_payment(
        status="PARTIALLY_REFUNDED", captured_cents=2000, refunded_cents=500, card_last4="4242"
    )
    make_refund(payment, amount_cents=500, reason="Broken seal")
    make_balance_entry(payment=payment, amount_cents=2000, fee_cents=88, net_cents=1912)
    page = text_of(manager.get(url_of(payment)))
    assert "$20.00 was taken from the card; $5.00 of it went back." in page
    assert "$15.00 taken and kept $5.00 sent back $1.39 let go" in page
    assert "May still go back $15.00 Stripe keeps $0.88" in page
    assert "a card ending in 4242" in page
    assert "Ana asked for a refund of $1" not in page
    assert "Ana asked for a refund of $5.00 Broken seal" in page


def test_a_payment_leads_to_its_order_and_the_order_to_it(manager: Client, store: Store) -> None:
    order = make_order(store, letterhead=LETTERHEAD)
    payment = make_payment(order_id=order.pk, tendered_at=NOON, tendered_cents=1070)
    make_tender(order, kind="CARD", amount_cents=1070, payment_id=payment.pk)
    assert f"Order {order.number}" in text_of(manager.get(url_of(payment)))
    page = manager.get(url_of(order))
    assert url_of(payment) in page.content.decode()
    assert "not paid: the money of a card is not all here" in text_of(page)
    assert "Card held, not taken yet" in text_of(page)
    Payment.objects.update(status="CAPTURED", captured_cents=1070)
    page = manager.get(url_of(order))
    assert "Completed paid" in text_of(page)
    assert "Card taken" in text_of(page)


def test_a_held_payment_shows_when_it_expires(manager: Client) -> None:
    payment = make_payment(capture_before=NOON + timedelta(hours=9))
    with time_machine.travel(NOON, tick=False):
        assert "Expires Nov 22, 2026 21:00:00" in text_of(manager.get(url_of(payment)))
    with time_machine.travel(NOON + timedelta(hours=10), tick=False):
        assert "Expired Nov 22, 2026 21:00:00" in text_of(manager.get(url_of(payment)))


def test_a_dispute_and_a_difference_stand_on_top_until_they_are_over(manager: Client) -> None:
    payment = make_payment(status="CAPTURED", captured_cents=2139)
    dispute = make_dispute(payment=payment, evidence_due_at=NOON + timedelta(days=9))
    difference = make_difference(payment=payment, kind="AMOUNT_DIFFERS")
    page = text_of(manager.get(url_of(payment)))
    assert "disputes $21.39 (fraudulent). Answer it at Stripe before Dec 1, 2026 12:00." in page
    assert "Stripe's amount is not ours." in page
    dispute.status, difference.closed_at = "WON", NOON
    dispute.save()
    difference.save()
    page = text_of(manager.get(url_of(payment)))
    assert "Answer it at Stripe" not in page
    assert "Stripe's amount is not ours." not in page


@pytest.mark.parametrize(
    ("fields", "buttons"),
    [
        ({}, {"Capture", "Let go", "Ask Stripe now"}),
        ({"tendered_at": NOON, "tendered_cents": 2139}, {"Capture", "Ask Stripe now"}),
        ({"status": "CAPTURED", "captured_cents": 2139}, {"Refund", "Ask Stripe now"}),
        ({"status": "PROCESSING", "authorized_cents": 0}, {"Let go", "Ask Stripe now"}),
        ({"status": "FAILED", "authorized_cents": 0}, {"Ask Stripe now"}),
    ],
)
def test_only_what_is_of_use_is_offered(
    manager: Client, fields: dict[str, Any], buttons: set[str]
) -> None:
    assert offered(manager, make_payment(**fields)) == buttons


# --- Sending money back ---------------------------------------------------------------------------


def test_a_refund_asks_first_then_sends_the_money_back(manager: Client, counter: Counter) -> None:
    payment = counter.paid()
    asked = text_of(manager.get(url("payments_payment_refund", payment.pk)))
    assert "Of $21.39 taken from Visa ending in 4242, $21.39 may still go back." in asked
    assert counter.sent_back() == 0
    page = act(manager, payment, "refund", amount="5.00", reason="Broken seal")
    assert said(page) == ["$5.00 went back to the card."]
    refund = Refund.objects.get()
    assert (refund.amount_cents, refund.reason, refund.actor_name) == (
        500,
        "Broken seal",
        "manager",
    )
    assert counter.sent_back() == 500
    assert noted(payment) == [("payment.refund_asked", "manager")]
    assert "Refund asked by manager, $5.00" in text_of(page)


def test_a_refund_confirmed_twice_is_made_and_noted_once(manager: Client, counter: Counter) -> None:
    payment = counter.paid()
    address = url("payments_payment_refund", payment.pk)
    form = {**form_on(manager, address), "amount": "5.00", "reason": "Broken seal"}
    for _ in range(2):
        assert said(send(manager, address, form)) == ["$5.00 went back to the card."]
    assert counter.sent_back() == 500
    assert len(noted(payment)) == 1


def test_a_page_that_was_used_refunds_no_other_amount(manager: Client, counter: Counter) -> None:
    payment = counter.paid()
    address = url("payments_payment_refund", payment.pk)
    form = {**form_on(manager, address), "amount": "5.00", "reason": "Broken seal"}
    send(manager, address, form)
    page = send(manager, address, {**form, "amount": "7.00"})
    assert "This id belongs to another refund." in text_of(page)
    assert counter.sent_back() == 500


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ({"amount": "21.40"}, "$21.39 may still go back to this card."),
        ({"amount": "99999999999999999999.99"}, "Type an amount from $0.01 to $999,999.99."),
        ({"amount": "0"}, "Type an amount from $0.01 to $999,999.99."),
        ({"amount": "-1"}, "Type an amount such as 12.50."),
        ({"amount": "five"}, "Type an amount such as 12.50."),
        ({"amount": ""}, "This field is required."),
        ({"amount": "5", "reason": " "}, "This field is required."),
        ({"amount": "5", "token": "forged"}, "Open this page anew."),
    ],
)
def test_what_cannot_go_back_is_said_above_the_form_and_nothing_moves(
    manager: Client, counter: Counter, typed: dict[str, str], answer: str
) -> None:
    payment = counter.paid()
    page = act(manager, payment, "refund", **{"reason": "Broken seal", **typed})
    assert answer in text_of(page)
    assert counter.sent_back() == 0
    assert not Refund.objects.exists()


def test_a_refund_that_stripe_does_not_answer_is_said_to_be_unknown(
    manager: Client, counter: Counter
) -> None:
    payment = counter.paid()
    counter.strike("POST", REFUND, Fault(Kind.DROP))
    (sentence,) = said(act(manager, payment, "refund", amount="5", reason="Broken seal"))
    assert "whether $5.00 went back is not known yet" in sentence
    assert "Do not refund it a second time." in sentence


# --- Taking and letting go ------------------------------------------------------------------------


def test_what_is_held_is_taken_or_less_of_it(manager: Client, counter: Counter) -> None:
    payment = counter.authorize()
    page = act(manager, payment, "capture", amount="20.00")
    assert said(page) == ["$20.00 was taken from the card."]
    assert counter.taken_cents() == 2000
    assert noted(payment) == [("payment.capture_asked", "manager")]


def test_of_a_payment_that_an_order_names_just_that_is_taken(
    manager: Client, counter: Counter
) -> None:
    payment = counter.authorize()
    Payment.objects.filter(pk=payment.pk).update(tendered_at=counter.now, tendered_cents=2000)
    page = act(manager, payment, "capture", amount="1.00")
    assert said(page) == ["$20.00 was taken from the card."]


def test_more_than_is_held_is_not_taken(manager: Client, counter: Counter) -> None:
    payment = counter.authorize()
    page = text_of(act(manager, payment, "capture", amount="21.40"))
    assert "$21.39 is authorised, not $21.40." in page
    assert counter.taken_cents() == 0


def test_a_capture_that_stripe_does_not_answer_is_said_to_be_unknown(
    manager: Client, counter: Counter
) -> None:
    payment = counter.authorize()
    counter.strike("POST", CAPTURE, Fault(Kind.DROP))
    (sentence,) = said(act(manager, payment, "capture"))
    assert "did not answer: the money may have moved or not" in sentence


def test_a_hold_is_let_go_once(manager: Client, counter: Counter) -> None:
    payment = counter.authorize()
    address = url("payments_payment_let_go", payment.pk)
    form = form_on(manager, address)
    for _ in range(2):
        page = send(manager, address, form)
        assert said(page) == ["Nothing was taken: the hold on the card was let go."]
    assert noted(payment) == [("payment.cancel_asked", "manager")]
    assert [intent.status for intent in counter.intents()] == ["canceled"]


def test_a_hold_that_an_order_rests_on_is_not_let_go(manager: Client, counter: Counter) -> None:
    payment = counter.authorize()
    Payment.objects.filter(pk=payment.pk).update(tendered_at=counter.now, tendered_cents=2139)
    page = text_of(act(manager, payment, "let_go"))
    assert "An order rests on it: void the order." in page
    assert [intent.status for intent in counter.intents()] == ["requires_capture"]


# --- Asking Stripe --------------------------------------------------------------------------------


def test_stripe_is_asked_at_once_what_became_of_a_payment(
    manager: Client, counter: Counter
) -> None:
    payment = counter.paid()
    Payment.objects.filter(pk=payment.pk).update(status="UNKNOWN", captured_cents=0)
    assert said(act(manager, payment, "ask")) == ["$21.39 was taken from the card."]


def test_a_stripe_that_does_not_answer_is_said_not_to(manager: Client, counter: Counter) -> None:
    payment = counter.authorize()
    counter.strike("GET", "/v1/payment_intents/*", Fault(Kind.DROP))
    (sentence,) = said(act(manager, payment, "ask"))
    assert sentence == "Stripe did not answer, or not to our key. It is asked again."


def test_without_a_key_nothing_is_asked_and_the_page_says_why(manager: Client) -> None:
    payment = make_payment()
    page = text_of(act(manager, payment, "ask"))
    assert "No key of Stripe's is configured" in page


# --- Who may --------------------------------------------------------------------------------------

ACTIONS = ("capture", "let_go", "refund", "refund_again", "ask")


@pytest.mark.parametrize("action", ACTIONS)
def test_an_auditor_moves_no_money_and_sees_no_button_for_it(auditor: Client, action: str) -> None:
    payment = make_payment(status="CAPTURED", captured_cents=2139)
    address = url(f"payments_payment_{action}", payment.pk)
    form = {"amount": "5.00", "reason": "Mine", "token": str(uuid4())}
    assert auditor.get(address).status_code == 403
    assert auditor.post(address, form).status_code == 403
    assert offered(auditor, payment) == set()
    assert not Refund.objects.exists()


@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_on_a_payment_that_does_not_exist_is_not_found(root: Client, action: str) -> None:
    for key in ("nonsense", uuid4()):
        assert root.get(url(f"payments_payment_{action}", key)).status_code == 404
