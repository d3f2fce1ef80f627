"""Each movement of money is in the books once, and the books balance."""

from __future__ import annotations

from typing import Any

import pytest
import stripe as sdk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.stripe.disputes import close_dispute, open_dispute
from sandbox.stripe.ledger import LedgerBroken, fee_of
from sandbox.stripe.payouts import fail_payout, pay_out_available
from sandbox.stripe.server import Simulator
from sandbox.stripe.world import World
from tests.sandbox.stripe.paying import Till

DAY = 24 * 60 * 60


def entries(till: Till, **filters: Any) -> list[sdk.BalanceTransaction]:
    params: Any = {"limit": 100} | filters
    return list(till.client.v1.balance_transactions.list(params).data)


def test_a_charge_is_booked_with_its_fee(till: Till) -> None:
    charge = till.charge(till.paid())
    [entry] = entries(till, source=charge.id)
    assert (entry.type, entry.amount, entry.fee, entry.net) == ("charge", 1390, 70, 1320)
    assert charge.balance_transaction == entry.id
    assert sum(detail.amount for detail in entry.fee_details) == 70


@given(amount=st.integers(min_value=50, max_value=99_999_999))
def test_a_fee_is_rounded_half_up_once(amount: int) -> None:
    exact_tenths = amount * 29 + 30 * 1000
    assert abs(fee_of(World(), amount) * 1000 - exact_tenths) <= 500


def test_a_partial_capture_is_booked_as_captured(stripe: Simulator, till: Till) -> None:
    charge = till.charge(till.capture(till.held(), 1000))
    assert [entry.amount for entry in entries(till)] == [1000]
    assert charge.amount_captured == 1000
    stripe.world.ledger.check()


def test_a_hold_that_is_let_go_is_in_no_book(till: Till) -> None:
    till.cancel(till.held())
    assert entries(till) == []


def test_a_refund_is_booked_without_giving_the_fee_back(till: Till) -> None:
    refund = till.refund(till.paid(), 390)
    [entry] = entries(till, type="refund")
    assert (entry.amount, entry.fee, entry.net) == (-390, 0, -390)
    assert (entry.source, refund.balance_transaction) == (refund.id, entry.id)


def test_a_refund_that_fails_is_booked_back(stripe: Simulator, till: Till) -> None:
    refund = till.refund(till.paid("pm_card_refundFail"))
    stripe.world.clock.advance(DAY)
    failed = till.client.v1.refunds.retrieve(refund.id)
    [entry] = entries(till, type="refund_failure")
    assert (entry.net, failed.failure_balance_transaction) == (1390, entry.id)
    assert stripe.world.ledger.balance() == 1320
    stripe.world.ledger.check()


def test_money_is_pending_for_two_days(stripe: Simulator, till: Till) -> None:
    till.paid()
    balance = till.client.v1.balance
    assert (balance.retrieve().pending[0].amount, balance.retrieve().available[0].amount) == (
        1320,
        0,
    )
    [entry] = entries(till)
    stripe.world.clock.advance(entry.available_on - stripe.world.now())
    assert (balance.retrieve().pending[0].amount, balance.retrieve().available[0].amount) == (
        0,
        1320,
    )
    assert entries(till)[0].status == "available"


def test_entries_are_found_by_source_and_type(till: Till) -> None:
    charge = till.charge(till.paid())
    till.refund(till.paid(amount=2000))
    assert [entry.amount for entry in entries(till, source=charge.id)] == [1390]
    assert [entry.amount for entry in entries(till, type="charge")] == [2000, 1390]


def test_an_entry_can_show_its_source(till: Till) -> None:
    till.paid()
    [entry] = entries(till, expand=["data.source"])
    assert isinstance(entry.source, sdk.Charge)


@pytest.mark.parametrize(
    ("kind", "field"),
    [("balance_transaction", "net"), ("balance_transaction", "fee"), ("charge", "amount_captured")],
)
def test_a_cent_that_appears_from_nowhere_is_found(
    stripe: Simulator, till: Till, kind: str, field: str
) -> None:
    till.paid()
    stripe.world.ledger.check()
    next(iter(stripe.world.storage.newest_first(kind)))[field] += 1
    with pytest.raises(LedgerBroken):
        stripe.world.ledger.check()


STEPS = st.lists(
    st.tuples(st.sampled_from(["pay", "part", "refund", "dispute", "day", "payout", "fail"]),
              st.integers(min_value=50, max_value=5000)),
    max_size=12,
)  # fmt: skip


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS)
def test_the_books_balance_whatever_happens(steps: list[tuple[str, int]]) -> None:
    with Simulator(seed=1) as simulator:
        till = Till(simulator, simulator.client())
        for step, amount in steps:
            take(till, step, amount)
            simulator.world.ledger.check()


def take(till: Till, step: str, amount: int) -> None:
    """Do one thing that moves money, if there is something to do it to."""
    world = till.simulator.world
    match step:
        case "pay":
            till.paid(amount=amount)
        case "part":
            till.capture(till.held(amount=amount + 50), amount)
        case "payout":
            pay_out_available(world)
        case "day":
            world.clock.advance(DAY)
        case _:
            take_back(till, step, is_won=amount % 2 == 0)


def take_back(till: Till, step: str, *, is_won: bool) -> None:
    world = till.simulator.world
    charges = [c for c in world.storage.newest_first("charge") if not c["disputed"]]
    sent = [p for p in world.storage.newest_first("payout") if p["status"] != "failed"]
    if step == "refund" and charges:
        till.client.v1.refunds.create({"charge": charges[0]["id"], "amount": 1})
    elif step == "dispute" and charges:
        close_dispute(world, open_dispute(world, charges[0]["id"])["id"], is_won=is_won)
    elif step == "fail" and sent:
        fail_payout(world, sent[0]["id"])
