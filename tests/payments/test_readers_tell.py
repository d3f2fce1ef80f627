"""A reader's say is where to look, not what is true: the payment intent is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.stripe.terminal import customer_cancels
from tests.payments.at_readers import DECLINED, ReaderCounter
from tests.payments.hearing import Ears, ears, events

if TYPE_CHECKING:
    from apps.payments.models import Payment

__all__ = ["ears"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def till(ears: Ears) -> ReaderCounter:
    """A till with a reader beside it, on a site that hears what becomes of it."""
    return ReaderCounter(ears.stripe)


def heard(ears: Ears, payment: Payment) -> tuple[str, str]:
    """Where a payment stands once all news was worked on, and why not better."""
    for _ in range(2):  # the first round may close an intent, which is news again
        ears.work()
    payment.refresh_from_db()
    assert not events(state="WAITING")
    return payment.status, payment.decline_code


def test_a_card_held_to_a_reader_is_authorized_without_anybody_asking(
    ears: Ears, till: ReaderCounter
) -> None:
    payment = till.ask()
    till.tap()
    assert heard(ears, payment) == ("AUTHORIZED", "")
    assert ("terminal.reader.action_succeeded", "DONE") in events(payment=payment)


def test_a_card_that_was_approved_is_authorized_whatever_the_reader_says(
    ears: Ears, till: ReaderCounter
) -> None:
    till.lose_outcome()
    payment = till.ask()
    till.tap()
    assert heard(ears, payment) == ("AUTHORIZED", "")
    assert ("terminal.reader.action_failed", "DONE") in events(payment=payment)


def test_a_card_that_was_declined_fails_its_payment(ears: Ears, till: ReaderCounter) -> None:
    payment = till.ask()
    till.tap(DECLINED)
    status, why = heard(ears, payment)
    assert (status, bool(why)) == ("FAILED", True)


def test_a_customer_who_presses_the_red_key_fails_the_payment(
    ears: Ears, till: ReaderCounter
) -> None:
    payment = till.ask()
    customer_cancels(till.world, till.reader.stripe_id)
    status, why = heard(ears, payment)
    assert (status, bool(why)) == ("FAILED", True)
