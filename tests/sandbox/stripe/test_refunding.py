"""What was captured can be given back once, in any number of parts."""

from __future__ import annotations

import random
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
import stripe as sdk

from tests.sandbox.stripe.paying import Till, code_of, refused

if TYPE_CHECKING:
    from sandbox.stripe.server import Simulator

HOUR = 60 * 60


def test_a_refund_without_an_amount_gives_everything_back(till: Till) -> None:
    intent = till.paid()
    refund = till.refund(intent)
    charge = till.charge(intent)
    assert (refund.amount, refund.status, refund.charge) == (1390, "succeeded", charge.id)
    assert (charge.amount_refunded, charge.refunded) == (1390, True)


def test_several_refunds_share_what_was_captured(till: Till) -> None:
    intent = till.paid()
    till.refund(intent, 500)
    assert till.charge(intent).refunded is False
    assert till.refund(intent).amount == 890
    amounts = [refund.amount for refund in till.client.v1.refunds.list().data]
    assert (amounts, till.charge(intent).refunded) == ([890, 500], True)


def test_a_refund_of_more_than_is_left_is_refused_and_changes_nothing(till: Till) -> None:
    intent = till.paid()
    till.refund(intent, 1000)
    error = refused(sdk.InvalidRequestError, lambda: till.refund(intent, 391))
    assert (error.http_status, error.param) == (400, "amount")
    assert till.charge(intent).amount_refunded == 1000
    assert len(till.client.v1.refunds.list().data) == 1


def test_a_charge_that_was_given_back_is_not_given_back_again(till: Till) -> None:
    intent = till.paid()
    till.refund(intent)
    error = refused(sdk.InvalidRequestError, lambda: till.refund(intent))
    assert code_of(error) == "charge_already_refunded"


@pytest.mark.parametrize("state", ["new", "held", "cancelled"])
def test_what_was_never_captured_cannot_be_refunded(till: Till, state: str) -> None:
    intent = till.new() if state == "new" else till.held()
    if state == "cancelled":
        till.cancel(intent)
    error = refused(sdk.InvalidRequestError, lambda: till.refund(intent))
    assert code_of(error) == "charge_not_refundable"


def test_an_uncaptured_charge_cannot_be_refunded_by_its_own_id(till: Till) -> None:
    charge = till.charge(till.held())
    error = refused(
        sdk.InvalidRequestError, lambda: till.client.v1.refunds.create({"charge": charge.id})
    )
    assert code_of(error) == "charge_not_refundable"


@pytest.mark.parametrize("amount", [0, -100])
def test_a_refund_gives_at_least_a_cent(till: Till, amount: int) -> None:
    intent = till.paid()
    error = refused(sdk.InvalidRequestError, lambda: till.refund(intent, amount))
    assert error.param == "amount"


def test_a_refund_keeps_its_metadata_and_reason(till: Till) -> None:
    refund = till.refund(till.paid(), reason="requested_by_customer", metadata={"refund": "r-1"})
    again = till.client.v1.refunds.retrieve(refund.id)
    assert again.metadata
    assert (again.metadata["refund"], again.reason) == ("r-1", "requested_by_customer")


def test_a_refund_can_fail_later_and_the_money_is_ours_again(stripe: Simulator, till: Till) -> None:
    intent = till.paid("pm_card_refundFail")
    refund = till.refund(intent)
    assert refund.status == "succeeded"
    stripe.world.clock.advance(HOUR)
    failed = till.client.v1.refunds.retrieve(refund.id)
    charge = till.charge(intent)
    assert (failed.status, failed.failure_balance_transaction is not None) == ("failed", True)
    assert (charge.amount_refunded, charge.refunded) == (0, False)
    assert len(till.events("refund.failed")) == 1
    stripe.world.ledger.check()


def test_a_refund_can_wait_before_it_succeeds(stripe: Simulator, till: Till) -> None:
    refund = till.refund(till.paid("pm_card_pendingRefund"))
    assert refund.status == "pending"
    stripe.world.clock.advance(HOUR)
    assert till.client.v1.refunds.retrieve(refund.id).status == "succeeded"


def test_a_refund_of_a_card_cannot_be_cancelled(till: Till) -> None:
    refund = till.refund(till.paid())
    refused(sdk.InvalidRequestError, lambda: till.client.v1.refunds.cancel(refund.id))


def test_a_refund_is_told_with_what_the_charge_said_before(till: Till) -> None:
    till.refund(till.paid(), 500)
    (event,) = till.events("charge.refunded")
    assert event.data.previous_attributes
    assert event.data.previous_attributes.to_dict() == {"amount_refunded": 0}


class Dawdling(random.Random):
    """Takes a while to make an id, so that a race between two refunds is one."""

    def choices(self, *arguments: Any, **named: Any) -> list[Any]:
        time.sleep(0.01)
        return super().choices(*arguments, **named)


def test_eight_refunds_at_once_give_back_no_more_than_was_captured(
    stripe: Simulator, till: Till
) -> None:
    intent = till.paid()
    stripe.world.random = Dawdling(1)
    tills = [Till(stripe, stripe.client()) for _ in range(8)]

    def refund(each: Till) -> int:
        try:
            return each.refund(intent, 500).amount
        except sdk.InvalidRequestError:
            return 0

    with ThreadPoolExecutor(8) as pool:
        given = sum(pool.map(refund, tills))
    assert (given, till.charge(intent).amount_refunded) == (1000, 1000)
