"""A reader takes a card when one is presented, and tells the outcome afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.stripe.counter import Counter, open_counter

if TYPE_CHECKING:
    from sandbox.stripe.server import Simulator
    from tests.sandbox.stripe.paying import Till

MASTERCARD = "5555555555554444"
DAY = 24 * 60 * 60


@pytest.fixture
def counter(stripe: Simulator, till: Till) -> Counter:
    return open_counter(stripe, till)


def test_a_payment_is_in_progress_until_a_card_is_presented(counter: Counter) -> None:
    intent = counter.sale()
    asked = counter.process(intent, enable_customer_cancellation=True)
    assert asked.action is not None
    assert (asked.action.type, asked.action.status) == ("process_payment_intent", "in_progress")
    assert counter.till.get(intent).status == "requires_payment_method"
    assert counter.told() == []


def test_a_presented_card_holds_the_amount_and_the_reader_tells(counter: Counter) -> None:
    intent = counter.sale()
    counter.process(intent)
    counter.present()
    held = counter.till.get(intent)
    assert (held.status, held.amount_capturable) == ("requires_capture", 1390)
    assert (counter.action().status, counter.told()) == ("succeeded", ["action_succeeded"])
    assert counter.till.capture(intent).status == "succeeded"


@pytest.mark.parametrize(("number", "days"), [(MASTERCARD, 2), ("4242424242424242", 5)])
def test_a_hold_at_a_reader_lapses_after_days_that_depend_on_the_card(
    counter: Counter, number: str, days: int
) -> None:
    intent = counter.sale()
    counter.process(intent)
    counter.present(number)
    details = counter.till.charge(intent).payment_method_details
    assert details is not None
    assert details.card_present is not None
    assert details.card_present.capture_before == counter.simulator.world.now() + days * DAY
    counter.simulator.world.clock.advance(days * DAY)
    assert counter.till.get(intent).status == "canceled"


def test_a_tip_on_the_reader_is_part_of_the_amount(counter: Counter) -> None:
    intent = counter.sale()
    counter.process(intent)
    counter.present(amount_tip=210)
    held = counter.till.get(intent)
    assert (held.amount, held.amount_capturable) == (1600, 1600)
    assert held.amount_details is not None
    assert held.amount_details.tip is not None
    assert held.amount_details.tip.amount == 210


def test_a_card_can_be_read_first_and_charged_afterwards(counter: Counter) -> None:
    intent = counter.sale()
    params: Any = {"payment_intent": intent.id}
    counter.readers.collect_payment_method(counter.reader_id, params)
    counter.present(MASTERCARD)
    collected = counter.action().collect_payment_method
    assert collected is not None
    assert collected.payment_method is not None
    assert collected.payment_method.type == "card_present"
    assert counter.till.get(intent).status == "requires_payment_method"
    asked = counter.readers.confirm_payment_intent(counter.reader_id, params)
    assert asked.action is not None
    assert asked.action.status == "in_progress"
    counter.simulator.world.clock.advance(1)
    assert counter.till.get(intent).status == "requires_capture"
    assert counter.told() == ["action_succeeded", "action_succeeded"]


def test_a_refund_goes_to_the_card_that_is_presented(counter: Counter) -> None:
    intent = counter.till.paid()
    counter.readers.refund_payment(
        counter.reader_id, {"payment_intent": intent.id, "amount": 390, "metadata": {"r": "1"}}
    )
    assert counter.till.charge(intent).amount_refunded == 0
    counter.present()
    [refund] = counter.till.client.v1.refunds.list().data
    told = counter.action().refund_payment
    assert told is not None
    assert (refund.amount, refund.id) == (390, told.refund)
    counter.simulator.world.ledger.check()


def test_a_cart_is_shown_without_anybodys_card(counter: Counter) -> None:
    line: Any = {"description": "Rum", "amount": 1300, "quantity": 1}
    counter.readers.set_reader_display(
        counter.reader_id,
        {
            "type": "cart",
            "cart": {"line_items": [line], "total": 1390, "tax": 90, "currency": "usd"},
        },
    )
    counter.simulator.world.clock.advance(1)
    shown = counter.action().set_reader_display
    assert shown is not None
    assert shown.cart is not None
    assert (counter.action().status, shown.cart.total) == ("succeeded", 1390)


def test_a_cancelled_action_leaves_the_intent_to_be_paid_again(counter: Counter) -> None:
    intent = counter.sale()
    counter.process(intent)
    assert counter.readers.cancel_action(counter.reader_id).action is None
    counter.process(intent)
    counter.present()
    assert counter.till.get(intent).status == "requires_capture"
