"""An order and a cancellation that come to one payment at once: one of them gets it."""

from __future__ import annotations

import uuid
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from apps.orders.models import Order
from apps.payments.models import Payment
from apps.payments.services.settling import settle_order
from sandbox.stripe.faults import Fault, Kind
from tests.orders.crowd import all_at_once
from tests.payments.api.test_cards import Desk, card, desk, later
from tests.payments.cards import CANCEL, CAPTURE
from tests.payments.conftest import stripe

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["desk", "stripe"]
pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
ROUNDS = 6


def status(ask: Callable[..., Any], *given: Any, **named: Any) -> int:
    code: int = ask(*given, **named).status_code
    return code


@pytest.mark.parametrize(
    ("what", "path", "body"),
    [("cancel", CANCEL, {}), ("capture", CAPTURE, {"amount_cents": 100})],
)
def test_an_order_never_rests_on_money_that_is_let_go_or_cut_short(
    desk: Desk, what: str, path: str, body: dict[str, int]
) -> None:
    desk.stripe.world.faults.add("POST", path, Fault(Kind.SLOW, seconds=0.2), times=None)
    for _ in range(ROUNDS):
        payment = desk.pay().json()
        order_id = payment["order_id"]
        answers = all_at_once(
            [
                partial(status, desk.act, payment["id"], what, **body),
                partial(status, desk.sell, order_id, card(payment["id"])),
            ]
        )
        assert set(map(str, answers)) in ({"200", "409"}, {"201", "409"})
        settle_order(order_id=uuid.UUID(order_id), now=later())
    for order in Order.objects.all():
        assert Payment.objects.get(order_id=order.pk).captured_cents == order.total_cents
