"""What was sent back by hand and failed days later is owed: the customer was promised it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest
from django_subatomic.db import transaction
from structlog.testing import capture_logs

from apps.payments.gateway.calling import demand
from apps.payments.gateway.refunds import retrieve_refund
from apps.payments.models import Refund
from apps.payments.services.booking import apply_refund
from apps.payments.services.settling import settle_payments
from sandbox.stripe.refunds import rearm
from tests.orders.test_card_returns import BAG
from tests.orders.test_failed_refunds import BOTH, FailingDesk
from tests.payments.api.test_cards import later
from tests.payments.conftest import stripe

if TYPE_CHECKING:
    from sandbox.stripe.server import Simulator

__all__ = ["stripe"]
pytestmark = pytest.mark.django_db(transaction=True)


class PromisingDesk(FailingDesk):
    """A terminal whose refunds by hand a bank may send back days later."""

    def send_back(self, cents: int) -> None:
        body: dict[str, Any] = {"id": str(uuid.uuid4()), "amount_cents": cents, "reason": "Gift"}
        assert self.act(self.payment_id, "refunds", **body).status_code == 201

    def fail(self, *refunds: Refund) -> None:
        """Their banks send these refunds back after all, and we hear of it."""
        world = self.stripe.world
        for refund in refunds:
            shown = world.storage.find(refund.stripe_id or "", "refund")
            assert shown
            shown["_becomes"] = "failed"
        rearm(world)
        world.clock.advance(world.settings.refund_seconds)
        for refund in refunds:
            with transaction():
                seen = demand(retrieve_refund(refund.stripe_id or ""))
                assert apply_refund(refund, seen, now=later())


@pytest.fixture
def desk(stripe: Simulator) -> PromisingDesk:
    desk = PromisingDesk(stripe)
    desk.settle()
    return desk


@pytest.fixture
def promised(desk: PromisingDesk) -> PromisingDesk:
    """A bag's worth was refunded by hand; days later the card's bank sent it back."""
    desk.send_back(BAG)
    desk.fail(Refund.objects.get())
    return desk


def test_a_refund_by_hand_that_fails_later_is_owed_until_it_is_made_again(
    promised: PromisingDesk,
) -> None:
    assert promised.owed_cents() == BAG
    assert promised.differences() == [("MISSING_REFUND", BAG)]
    assert promised.refund_again().status == "SUCCEEDED"
    assert promised.differences() == []
    assert (promised.owed_cents(), promised.held_cents()) == (0, BAG)


def test_a_refund_by_hand_that_fails_later_twice_is_owed_once(promised: PromisingDesk) -> None:
    promised.refund_again()
    promised.fail(Refund.objects.latest("created_at"))
    assert promised.owed_cents() == BAG
    assert promised.refund_again().status == "SUCCEEDED"
    assert promised.owed_cents() == 0


def test_a_refund_by_hand_that_fails_later_is_owed_until_it_is_seen_to(
    promised: PromisingDesk,
) -> None:
    promised.close_with_a_note()
    assert promised.owed_cents() == 0
    assert promised.differences() == []


def test_goods_that_come_back_take_the_place_of_what_was_promised(promised: PromisingDesk) -> None:
    promised.bring_back(1)
    assert (promised.owed_cents(), promised.held_cents()) == (0, BAG)


def test_a_promise_is_owed_beside_a_return_before_it(desk: PromisingDesk) -> None:
    desk.send_back(50)
    desk.bring_back(1)
    desk.fail(Refund.objects.earliest("created_at"))
    assert desk.owed_cents() == 50
    assert desk.refund_again().amount_cents == 50
    assert desk.owed_cents() == 0


def test_the_schedule_leaves_alone_what_it_cannot_send_after_a_void(desk: PromisingDesk) -> None:
    desk.send_back(50)
    desk.void()
    desk.fail(*Refund.objects.order_by("-created_at"))
    assert desk.owed_cents() == BOTH
    with capture_logs() as logs:
        assert settle_payments(now=later()) == 0
    assert not [line for line in logs if line["event"] == "payment_not_settled"]
    assert desk.refund_again().amount_cents == BOTH
    assert (desk.owed_cents(), desk.held_cents()) == (0, 0)
