"""News that comes late, or not at all, undoes nothing that is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from apps.payments.gateway import intents
from apps.payments.models import Payment
from apps.payments.services.looking import look_at_payment
from apps.payments.types import Silence, Unanswered

if TYPE_CHECKING:
    from tests.payments.cards import Counter

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_went_back_does_not_come_again_with_late_news(counter: Counter) -> None:
    payment = counter.paid(2139)
    counter.refund(payment, 2139)
    assert look_at_payment(payment_id=payment.pk, now=counter.now)
    payment.refresh_from_db()
    assert (payment.status, payment.refunded_cents) == ("REFUNDED", 2139)


def test_silence_does_not_undo_what_was_seen_meanwhile(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = intents.create_intent

    def seen_before_the_answer(parameters: Any, *, key: str) -> Any:
        create(parameters, key=key)
        look_at_payment(payment_id=Payment.objects.get().pk, now=counter.now)
        return Unanswered(Silence.NETWORK, "Read timed out.")

    monkeypatch.setattr(intents, "create_intent", seen_before_the_answer)
    payment = counter.authorize()
    assert (payment.status, payment.attempts.get().state) == ("AUTHORIZED", "ANSWERED")
