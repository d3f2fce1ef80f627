"""A sale or a void and the booking of what Stripe says never wait for each other in a circle."""

from __future__ import annotations

import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.http import HttpResponse
from django_subatomic.db import transaction

from apps.core import audit
from apps.core.types import Actor, ActorKind
from apps.payments.locks import lock_payment
from apps.payments.services.attempting import settle
from apps.payments.types import Refused
from tests.conftest import NOON
from tests.payments.api.test_cards import Desk, card
from tests.payments.conftest import stripe
from tests.payments.rows import make_attempt, make_payment, make_refund

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from django.test.client import _MonkeyPatchedWSGIResponse as ApiResponse

    from apps.payments.models import Payment
    from sandbox.stripe.server import Simulator

__all__ = ["stripe"]
pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


def wait_until_somebody_waits() -> None:
    deadline = time.monotonic() + 10
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(WAITING)
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)
    pytest.fail("The other transaction did not come to the payment.")


def act_while_a_booking_holds(
    payment_id: str, act: Callable[[], HttpResponse | ApiResponse]
) -> int:
    """Status of `act` when it meets a booking that has the payment and then wants the chain."""

    def run() -> int:
        try:
            return act().status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction():
            payment: Payment = lock_payment(uuid.UUID(payment_id))
            acting: Future[int] = pool.submit(run)
            wait_until_somebody_waits()
            chain = f"terminal:{payment.terminal_id}"
            actor = Actor(ActorKind.SYSTEM, "stripe", "Stripe", chain)
            fact = audit.AuditFact(payment.created_at, actor, "payment.seen", "payment:1", {})
            audit.record(fact)
        return acting.result(timeout=10)


def test_a_sale_waits_for_its_payment_before_it_takes_the_audit_chain(stripe: Simulator) -> None:
    desk = Desk(stripe)
    desk.sold()  # so that the till has its chain
    payment = desk.pay().json()
    sell = lambda: desk.sell(payment["order_id"], card(payment["id"]))  # noqa: E731
    assert act_while_a_booking_holds(payment["id"], sell) == 201


def test_a_void_waits_for_its_payment_before_it_takes_the_audit_chain(stripe: Simulator) -> None:
    desk = Desk(stripe)
    order_id, payment_id = desk.sold()
    void = lambda: desk.api.post(f"orders/{order_id}/void", {"reason": "wrong"}, key="v")  # noqa: E731
    assert act_while_a_booking_holds(payment_id, void) == 200


def test_a_refund_that_fails_waits_for_its_payment_before_it_takes_the_audit_chain() -> None:
    payment = make_payment(status="REFUNDED", captured_cents=2139, refunded_cents=2139)
    refund = make_refund(payment, amount_cents=2139, status="PENDING")
    attempt = make_attempt(payment, refund=refund, operation="REFUND", state="SENT")

    def fail() -> HttpResponse:
        settle(attempt, Refused("charge_disputed", "No."), now=NOON)
        return HttpResponse()

    assert act_while_a_booking_holds(str(payment.pk), fail) == 200
    payment.refresh_from_db()
    assert (payment.status, payment.refunded_cents) == ("CAPTURED", 0)
