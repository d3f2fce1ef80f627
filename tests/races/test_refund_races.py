"""Tills that give back the same money at the same instant."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from apps.core.errors import IdempotencyKeyInUse
from apps.payments import bulkhead
from apps.payments.errors import PaymentStateConflict, RefundExceedsCaptured
from apps.payments.models import Payment
from apps.payments.selectors import find_payment_drift
from tests.payments.conftest import counter, stripe

if TYPE_CHECKING:
    from tests.payments.cards import Counter

__all__ = ["counter", "stripe"]
pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
TILLS = 8


@pytest.fixture(autouse=True)
def wide_bulkhead(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every thread of this test may speak to Stripe at once."""
    monkeypatch.setattr(bulkhead, "bulkhead", bulkhead.Bulkhead(TILLS))


def at_once(act: object) -> list[str]:
    start = Barrier(TILLS)

    def run(_: int) -> str:
        start.wait()
        try:
            return act()  # type: ignore[operator,no-any-return]
        except (RefundExceedsCaptured, PaymentStateConflict):
            return "refused"
        except IdempotencyKeyInUse:
            return "in flight"
        finally:
            connection.close()

    with ThreadPoolExecutor(TILLS) as pool:
        return list(pool.map(run, range(TILLS)))


def test_refunds_at_once_never_come_to_more_than_was_taken(counter: Counter) -> None:
    payment = counter.paid(1000)
    outcomes = at_once(lambda: counter.refund(payment, 400).status)
    assert outcomes.count("SUCCEEDED") == 2
    assert outcomes.count("refused") == TILLS - 2
    assert counter.sent_back() == Payment.objects.get().refunded_cents == 800
    assert not list(find_payment_drift())


def test_a_capture_and_a_cancellation_at_once_are_one_of_them(counter: Counter) -> None:
    payment = counter.authorize(1000)
    acts = iter([counter.capture, counter.cancel] * TILLS)
    at_once(lambda: next(acts)(payment).status)
    payment.refresh_from_db()
    assert counter.taken_cents() == payment.captured_cents
    assert payment.attempts.exclude(operation="AUTHORIZE").count() == 1
