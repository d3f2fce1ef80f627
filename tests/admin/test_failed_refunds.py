"""A refund that failed stands on its payment's page, and is made again with one button, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apps.payments.models import Payment, Refund
from sandbox.stripe.faults import Fault, Kind
from tests.orders.rows import make_order
from tests.payments.at_readers import ReaderCounter
from tests.payments.books import make_difference
from tests.payments.cards import REFUND
from tests.payments.conftest import counter, stripe
from tests.payments.rows import make_refund, make_tender

from .office import form_on, said, send, text_of, url, url_of

if TYPE_CHECKING:
    from django.test import Client

    from sandbox.stripe.server import Simulator
    from tests.payments.cards import Counter

__all__ = ["counter", "stripe"]  # fixtures

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def payment(counter: Counter) -> Payment:
    """Of $21.39, $5.00 came back as goods; the refund of that failed."""
    paid = counter.paid()
    Payment.objects.filter(pk=paid.pk).update(tendered_at=counter.now, tendered_cents=2139)
    order = make_order(paid.store, pk=paid.order_id)
    for cents in (2139, -500):
        make_tender(order, kind="CARD", amount_cents=cents, payment_id=paid.pk)
    make_refund(paid, status="FAILED", amount_cents=500, reason="corked")
    return paid


def has_button(client: Client, payment: Payment) -> bool:
    buttons = client.get(url_of(payment)).context["actions_detail"]
    return "Refund again" in {str(button["title"]) for button in buttons}


def test_a_refund_that_failed_is_said_and_made_again(
    manager: Client, counter: Counter, payment: Payment
) -> None:
    page = text_of(manager.get(url_of(payment)))
    assert "$5.00 that was to go back never came to the card." in page
    assert has_button(manager, payment)
    address = url("payments_payment_refund_again", payment.pk)
    assert "A refund failed. $5.00 is owed to Visa ending in 4242." in text_of(manager.get(address))
    assert counter.sent_back() == 0
    form = form_on(manager, address)
    for _ in range(2):
        assert said(send(manager, address, form)) == ["$5.00 went back to the card."]
    assert counter.sent_back() == 500
    again = Refund.objects.get(status="SUCCEEDED")
    assert (again.reason, again.actor_name) == ("corked", "manager")
    assert not has_button(manager, payment)
    assert "never came to the card" not in text_of(manager.get(url_of(payment)))


def test_two_managers_who_press_it_refund_once(
    manager: Client, root: Client, counter: Counter, payment: Payment
) -> None:
    address = url("payments_payment_refund_again", payment.pk)
    forms = [(client, form_on(client, address)) for client in (manager, root)]
    for client, form in forms:
        assert said(send(client, address, form)) == ["$5.00 went back to the card."]
    assert counter.sent_back() == 500


def test_a_page_that_is_opened_late_owes_nothing(
    manager: Client, counter: Counter, payment: Payment
) -> None:
    address = url("payments_payment_refund_again", payment.pk)
    send(manager, address, form_on(manager, address))
    assert "Nothing is owed to Visa ending in 4242." in text_of(manager.get(address))
    page = send(manager, address, form_on(manager, address))
    assert "Nothing is owed to this card any more." in text_of(page)
    assert counter.sent_back() == 500


def test_a_refund_that_fails_again_is_said_to_have_failed(
    manager: Client, counter: Counter, payment: Payment
) -> None:
    counter.strike("POST", REFUND, Fault(Kind.ERROR, status=400))
    address = url("payments_payment_refund_again", payment.pk)
    page = send(manager, address, form_on(manager, address))
    assert said(page) == ["Stripe refused: nothing went back."]
    assert has_button(manager, payment)


def test_where_nothing_is_owed_there_is_no_button_to_press(
    manager: Client, payment: Payment
) -> None:
    address = url("payments_payment_refund_again", payment.pk)
    assert "Send it back" in text_of(manager.get(address))
    send(manager, address, form_on(manager, address))
    assert "Send it back" not in text_of(manager.get(address))


def test_a_refund_made_again_is_not_called_missing_until_the_next_comparison(
    manager: Client, payment: Payment
) -> None:
    make_difference(kind="MISSING_REFUND", subject=str(payment.pk), payment=payment)
    said_of_it = "The customer may be without their money."
    assert said_of_it in text_of(manager.get(url_of(payment)))
    address = url("payments_payment_refund_again", payment.pk)
    assert said_of_it not in text_of(send(manager, address, form_on(manager, address)))


def test_what_somebody_noted_of_a_difference_stands_on_its_payment(
    manager: Client, payment: Payment
) -> None:
    fields = {"subject": str(payment.pk), "payment": payment, "closed_at": payment.created_at}
    make_difference(closed_by="Ana", note="Gave $5.00 in cash.", **fields)
    make_difference(closed_by="reconciliation", note="Both books agree again.", **fields)
    notes = manager.get(url_of(payment)).context["notes"]
    assert [row.note for row in notes] == ["Gave $5.00 in cash."]
    page = text_of(manager.get(url_of(payment)))
    top = page.partition("What happened")[0]
    assert "Ana saw to a difference" in top
    assert "Gave $5.00 in cash." in top


def test_a_payment_that_a_reader_works_on_is_let_go(manager: Client, stripe: Simulator) -> None:
    at_reader = ReaderCounter(stripe)
    payment = at_reader.ask()
    address = url("payments_payment_let_go", payment.pk)
    assert "A reader is taking the card, and is told to stop." in text_of(manager.get(address))
    page = send(manager, address, form_on(manager, address))
    assert said(page) == ["Nothing was taken: the hold on the card was let go."]
    assert at_reader.intent().status == "canceled"
