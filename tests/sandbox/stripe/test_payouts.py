"""A payout collects what is available, arrives by the clock, and can come back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import stripe as sdk

from sandbox.stripe.payouts import begin_daily_payouts, fail_payout, pay_out_available
from tests.sandbox.stripe.paying import code_of, refused

if TYPE_CHECKING:
    from sandbox.stripe.server import Simulator
    from tests.sandbox.stripe.paying import Till

DAY = 24 * 60 * 60


def paid_out(stripe: Simulator, till: Till) -> dict[str, Any]:
    """A payout of two sales and a refund, just sent."""
    till.paid(amount=2000)
    till.refund(till.paid(), 390)
    stripe.world.clock.advance(3 * DAY)
    payout = pay_out_available(stripe.world)
    assert payout is not None
    return payout


def test_a_payout_is_the_sum_of_what_it_collected(stripe: Simulator, till: Till) -> None:
    payout = paid_out(stripe, till)
    listed = till.client.v1.balance_transactions.list({"payout": payout["id"]}).data
    collected = [entry.net for entry in listed if entry.type != "payout"]
    assert payout["amount"] == sum(collected) == (2000 - 88) + (1390 - 70) - 390
    assert sum(entry.net for entry in listed) == 0
    stripe.world.ledger.check()


def test_what_was_paid_out_is_not_paid_out_again(stripe: Simulator, till: Till) -> None:
    paid_out(stripe, till)
    assert pay_out_available(stripe.world) is None
    assert till.client.v1.balance.retrieve().available[0].amount == 0


def test_money_that_is_still_pending_waits_for_a_later_payout(
    stripe: Simulator, till: Till
) -> None:
    till.paid()
    assert pay_out_available(stripe.world) is None
    stripe.world.clock.advance(3 * DAY)
    till.paid(amount=5000)
    payout = pay_out_available(stripe.world)
    assert payout is not None
    assert payout["amount"] == 1320


def test_a_payout_arrives_and_can_be_reconciled(stripe: Simulator, till: Till) -> None:
    payout_id = paid_out(stripe, till)["id"]
    payouts = till.client.v1.payouts
    before = payouts.retrieve(payout_id)
    assert (before.status, before.reconciliation_status) == ("in_transit", "in_progress")
    stripe.world.clock.advance(DAY)
    after = payouts.retrieve(payout_id)
    assert (after.status, after.reconciliation_status) == ("paid", "completed")
    kinds = [event.type for event in till.client.v1.events.list({"limit": 3}).data]
    assert kinds == ["payout.reconciliation_completed", "payout.paid", "payout.created"]


@pytest.mark.parametrize("days", [0, 2], ids=["under way", "after it arrived"])
def test_a_payout_that_fails_brings_the_money_back(
    stripe: Simulator, till: Till, days: int
) -> None:
    payout = paid_out(stripe, till)
    stripe.world.clock.advance(days * DAY)
    fail_payout(stripe.world, payout["id"], "account_closed")
    failed = till.client.v1.payouts.retrieve(payout["id"])
    assert (failed.status, failed.failure_code) == ("failed", "account_closed")
    assert till.client.v1.balance.retrieve().available[0].amount == payout["amount"]
    assert len(till.events("payout.failed")) == 1
    stripe.world.ledger.check()


def test_a_failed_payout_is_paid_with_the_next_one(stripe: Simulator, till: Till) -> None:
    payout = paid_out(stripe, till)
    fail_payout(stripe.world, payout["id"])
    again = pay_out_available(stripe.world)
    assert again is not None
    assert again["amount"] == payout["amount"]
    stripe.world.ledger.check()


def test_a_payout_that_failed_on_its_way_never_arrives(stripe: Simulator, till: Till) -> None:
    payout = paid_out(stripe, till)
    fail_payout(stripe.world, payout["id"])
    stripe.world.clock.advance(3 * DAY)
    assert till.client.v1.payouts.retrieve(payout["id"]).status == "failed"
    assert till.events("payout.paid") == []


def test_daily_payouts_come_by_themselves(stripe: Simulator, till: Till) -> None:
    begin_daily_payouts(stripe.world)
    till.paid()
    stripe.world.clock.advance(DAY)
    till.paid(amount=2000)
    stripe.world.clock.advance(4 * DAY)
    payouts = till.client.v1.payouts.list({"status": "paid"}).data
    assert [payout.amount for payout in payouts] == [1912, 1320]
    assert all(payout.automatic for payout in payouts)
    stripe.world.ledger.check()


def test_a_payout_by_hand_takes_no_more_than_there_is(stripe: Simulator, till: Till) -> None:
    till.paid()
    stripe.world.clock.advance(3 * DAY)
    payouts = till.client.v1.payouts
    error = refused(
        sdk.InvalidRequestError, lambda: payouts.create({"amount": 1321, "currency": "usd"})
    )
    assert code_of(error) == "balance_insufficient"
    payout = payouts.create({"amount": 1000, "currency": "usd"})
    assert (payout.automatic, payout.reconciliation_status) == (False, "not_applicable")
    stripe.world.ledger.check()


def test_a_payout_by_hand_can_be_called_back_until_it_arrives(
    stripe: Simulator, till: Till
) -> None:
    till.paid()
    stripe.world.clock.advance(3 * DAY)
    payouts = till.client.v1.payouts
    payout = payouts.create({"amount": 1000, "currency": "usd"})
    assert payouts.cancel(payout.id).status == "canceled"
    assert stripe.world.ledger.balance() == 1320
    stripe.world.ledger.check()
    second = payouts.create({"amount": 1000, "currency": "usd"})
    stripe.world.clock.advance(DAY)
    refused(sdk.InvalidRequestError, lambda: payouts.cancel(second.id))
