"""What is held is captured once, in full or in part, before the hold runs out."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, cast

import pytest
import stripe as sdk

from sandbox.stripe.paying import attach_and_confirm
from sandbox.stripe.payment_methods import make_payment_method
from sandbox.stripe.world import Settings
from tests.sandbox.stripe.paying import Till, code_of, refused

if TYPE_CHECKING:
    from sandbox.stripe.server import Simulator

DAY = 24 * 60 * 60
READER = "card_present"
BOTH_WAYS = pytest.mark.parametrize("release", ["refund", "smaller capture"])


def test_a_partial_capture_releases_the_rest_as_a_refund_that_is_in_no_book(
    till: Till,
) -> None:
    intent = till.capture(till.held(), 1000)
    charge = till.charge(intent)
    refunds = till.client.v1.refunds.list({"charge": charge.id}).data
    assert (intent.amount, intent.amount_received, intent.amount_capturable) == (1390, 1000, 0)
    assert (charge.amount_captured, charge.amount_refunded, charge.refunded) == (1000, 390, False)
    assert [(refund.amount, refund.balance_transaction) for refund in refunds] == [(390, None)]


def test_a_partial_capture_only_captures_less_where_the_world_says_so(
    stripe: Simulator, till: Till
) -> None:
    stripe.world.settings.partial_capture_makes_refund = False
    charge = till.charge(till.capture(till.held(), 1000))
    assert (charge.amount_captured, charge.amount_refunded) == (1000, 0)
    assert till.client.v1.refunds.list().data == []


@BOTH_WAYS
def test_after_a_partial_capture_exactly_the_captured_part_can_be_refunded(
    stripe: Simulator, till: Till, release: str
) -> None:
    stripe.world.settings.partial_capture_makes_refund = release == "refund"
    intent = till.capture(till.held(), 1000)
    refused(sdk.InvalidRequestError, lambda: till.refund(intent, 1001))
    assert till.refund(intent, 1000).amount == 1000
    assert till.charge(intent).refunded is True
    error = refused(sdk.InvalidRequestError, lambda: till.refund(intent, 1))
    assert code_of(error) == "charge_already_refunded"


@BOTH_WAYS
def test_the_book_holds_what_was_captured_and_nothing_else(
    stripe: Simulator, till: Till, release: str
) -> None:
    stripe.world.settings.partial_capture_makes_refund = release == "refund"
    till.capture(till.held(), 1000)
    entries = till.client.v1.balance_transactions.list().data
    assert [(entry.type, entry.amount) for entry in entries] == [("charge", 1000)]
    stripe.world.ledger.check()


@pytest.mark.parametrize(("amount", "code"), [(1391, "amount_too_large"), (10, "amount_too_small")])
def test_a_capture_that_does_not_fit_is_refused_and_the_hold_stays(
    till: Till, amount: int, code: str
) -> None:
    intent = till.held()
    error = refused(sdk.InvalidRequestError, lambda: till.capture(intent, amount))
    assert (error.code, error.param) == (code, "amount_to_capture")
    assert till.get(intent).amount_capturable == 1390


def test_bad_metadata_stops_a_capture_before_money_moves(till: Till) -> None:
    intent = till.held()
    refused(
        sdk.InvalidRequestError,
        lambda: till.client.v1.payment_intents.capture(intent.id, {"metadata": {"k" * 41: "v"}}),
    )
    assert till.get(intent).status == "requires_capture"


def test_a_capture_in_several_parts_is_refused(till: Till) -> None:
    intent = till.held()
    error = refused(
        sdk.InvalidRequestError,
        lambda: till.client.v1.payment_intents.capture(intent.id, {"final_capture": False}),
    )
    assert error.param == "final_capture"


def capture_before(charge: sdk.Charge) -> int:
    details = charge.payment_method_details
    assert details
    assert details.card
    return cast(int, details.card.capture_before)


def test_a_hold_names_its_end_and_is_cancelled_when_the_clock_gets_there(
    stripe: Simulator, till: Till
) -> None:
    intent = till.held()
    assert capture_before(till.charge(intent)) == stripe.world.now() + 7 * DAY
    stripe.world.clock.advance(7 * DAY - 1)
    assert till.get(intent).status == "requires_capture"
    stripe.world.clock.advance(1)
    expired = till.get(intent)
    assert (expired.status, expired.cancellation_reason) == ("canceled", "automatic")


@pytest.mark.parametrize(
    ("card", "days"), [("pm_card_visa", 5), ("pm_card_mastercard", 2), ("pm_card_amex", 2)]
)
def test_a_hold_of_a_card_at_a_reader_is_shorter(
    stripe: Simulator, till: Till, card: str, days: int
) -> None:
    intent = till.new(allowed_payment_method_types=["card_present"])
    with stripe.world.turn():
        stored = stripe.world.storage.find(intent.id) or {}
        attach_and_confirm(stripe.world, stored, make_payment_method(stripe.world, card, READER))
    stripe.world.clock.advance(days * DAY - 1)
    assert till.get(intent).status == "requires_capture"
    stripe.world.clock.advance(1)
    assert till.get(intent).status == "canceled"


def test_an_expiry_is_told_by_events_of_the_intent_and_the_charge(
    stripe: Simulator, till: Till
) -> None:
    intent = till.held()
    stripe.world.clock.advance(30 * DAY)
    (cancelled,) = till.events("payment_intent.canceled")
    assert cancelled.created == intent.created + 7 * DAY
    assert len(till.events("charge.expired")) == 1


def test_what_was_captured_in_time_does_not_expire(stripe: Simulator, till: Till) -> None:
    intent = till.capture(till.held())
    stripe.world.clock.advance(30 * DAY)
    assert till.get(intent).status == "succeeded"


def test_a_capture_after_the_end_of_the_hold_is_refused(stripe: Simulator, till: Till) -> None:
    intent = till.held()
    stripe.world.clock.advance(7 * DAY)
    error = refused(sdk.InvalidRequestError, lambda: till.capture(intent))
    assert error.code == "payment_intent_unexpected_state"


class Dawdling(Settings):
    """Takes a while between looking at an intent and taking its money, so that a race is one."""

    def __getattribute__(self, name: str) -> object:
        if name == "minimum_amount":
            time.sleep(0.01)
        return super().__getattribute__(name)


def test_eight_tills_that_capture_one_intent_at_once_take_its_money_once(
    stripe: Simulator, till: Till
) -> None:
    intent = till.held()
    stripe.world.settings = Dawdling()
    tills = [Till(stripe, stripe.client()) for _ in range(8)]

    def capture(each: Till) -> str:
        try:
            return each.capture(intent).status
        except sdk.InvalidRequestError as error:
            return str(error.code)

    with ThreadPoolExecutor(8) as pool:
        outcomes = sorted(pool.map(capture, tills))
    assert outcomes == ["payment_intent_unexpected_state"] * 7 + ["succeeded"]
    assert len(till.client.v1.balance_transactions.list().data) == 1
    assert len(till.events("payment_intent.succeeded")) == 1
