"""Readers are busy, unplugged, silent or wrong; cards decline; payments arrive late."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import stripe as sdk

from sandbox.stripe.offline_payments import forward_stored_payment, make_intent_elsewhere
from sandbox.stripe.terminal import customer_cancels, lose_next_outcome, time_out_next_call
from sandbox.stripe.terminal_fleet import set_reader_online
from tests.sandbox.stripe.counter import Counter, open_counter
from tests.sandbox.stripe.paying import code_of, refused

if TYPE_CHECKING:
    from sandbox.stripe.server import Simulator
    from tests.sandbox.stripe.paying import Till

HOUR = 60 * 60


@pytest.fixture
def counter(stripe: Simulator, till: Till) -> Counter:
    return open_counter(stripe, till)


def test_a_busy_reader_takes_no_second_payment(counter: Counter) -> None:
    first = counter.sale()
    counter.process(first)
    error = refused(sdk.InvalidRequestError, lambda: counter.process(counter.sale()))
    assert (error.http_status, code_of(error)) == (400, "terminal_reader_busy")
    counter.present()
    assert counter.till.get(first).status == "requires_capture"


def test_a_reader_without_power_is_offline_until_it_is_back(counter: Counter) -> None:
    world, intent = counter.simulator.world, counter.sale()
    set_reader_online(world, counter.reader_id, is_online=False)
    error = refused(sdk.InvalidRequestError, lambda: counter.process(intent))
    assert (error.http_status, code_of(error)) == (400, "terminal_reader_offline")
    assert counter.reader().status == "offline"
    set_reader_online(world, counter.reader_id, is_online=True)
    assert counter.process(intent).action is not None


def test_a_reader_that_does_not_answer_times_out_once(counter: Counter) -> None:
    intent = counter.sale()
    time_out_next_call(counter.simulator.world, counter.reader_id)
    error = refused(sdk.InvalidRequestError, lambda: counter.process(intent))
    assert (error.http_status, code_of(error)) == (400, "terminal_reader_timeout")
    assert counter.reader().action is None
    counter.process(intent)


def test_a_declined_tap_fails_the_action_and_leaves_the_intent_open(counter: Counter) -> None:
    intent = counter.sale()
    counter.process(intent)
    counter.present("4000000000009995")
    action, open_intent = counter.action(), counter.till.get(intent)
    assert (action.status, action.failure_code) == ("failed", "insufficient_funds")
    assert action.api_error is not None
    assert (action.api_error.code, counter.told()) == ("card_declined", ["action_failed"])
    assert open_intent.status == "requires_payment_method"
    counter.process(intent)
    counter.present()
    assert counter.till.get(intent).status == "requires_capture"


def test_a_customer_who_cancels_pays_nothing(counter: Counter) -> None:
    intent = counter.sale()
    counter.process(intent, enable_customer_cancellation=True)
    customer_cancels(counter.simulator.world, counter.reader_id)
    assert (counter.action().status, counter.action().failure_code) == (
        "failed",
        "customer_canceled",
    )
    assert counter.till.get(intent).latest_charge is None


def test_a_payment_can_be_approved_while_the_reader_reports_a_failure(counter: Counter) -> None:
    intent = counter.sale()
    counter.process(intent)
    lose_next_outcome(counter.simulator.world, counter.reader_id)
    counter.present()
    assert (counter.action().status, counter.told()) == ("failed", ["action_failed"])
    held = counter.till.get(intent)
    assert (held.status, held.amount_capturable) == ("requires_capture", 1390)


def test_a_card_for_an_intent_that_was_cancelled_meanwhile_fails(counter: Counter) -> None:
    intent = counter.sale()
    counter.process(intent)
    counter.till.cancel(intent)
    counter.present()
    assert counter.action().failure_code == "payment_intent_unexpected_state"
    assert counter.till.get(intent).latest_charge is None


def test_a_reader_takes_no_intent_that_is_held_or_for_another_kind_of_card(
    counter: Counter,
) -> None:
    held = counter.till.held()
    error = refused(sdk.InvalidRequestError, lambda: counter.process(held))
    assert code_of(error) == "intent_invalid_state"
    typed_in = counter.till.new()
    error = refused(sdk.InvalidRequestError, lambda: counter.process(typed_in))
    assert code_of(error) == "payment_intent_invalid_parameter"


def test_a_card_that_nobody_asked_for_is_refused(counter: Counter) -> None:
    error = refused(sdk.InvalidRequestError, counter.present)
    assert error.http_status == 400


def test_a_card_that_was_not_read_cannot_be_charged(counter: Counter) -> None:
    intent = counter.sale()
    error = refused(
        sdk.InvalidRequestError,
        lambda: counter.readers.confirm_payment_intent(
            counter.reader_id, {"payment_intent": intent.id}
        ),
    )
    assert code_of(error) == "intent_invalid_state"


def test_a_stored_payment_arrives_late_and_says_when_it_was_taken(counter: Counter) -> None:
    world = counter.simulator.world
    stored_at = world.now()
    world.clock.advance(5 * HOUR)
    made = make_intent_elsewhere(world, 1390, metadata={"sale": "S-1"})
    forward_stored_payment(world, made, stored_at=stored_at)
    [intent] = counter.till.client.v1.payment_intents.list().data
    details = counter.till.charge(intent).payment_method_details
    assert (intent.status, intent.metadata["sale"]) == ("requires_capture", "S-1")
    assert details is not None
    assert details.card_present is not None
    offline = details.card_present.offline
    assert offline is not None
    assert (offline.stored_at, offline.type) == (stored_at, "deferred")


def test_a_stored_payment_may_be_declined_when_the_customer_is_gone(counter: Counter) -> None:
    world = counter.simulator.world
    made = make_intent_elsewhere(world, 1390)
    forward_stored_payment(world, made, stored_at=world.now(), card="pm_card_chargeDeclined")
    [intent] = counter.till.client.v1.payment_intents.list().data
    assert intent.status == "requires_payment_method"
    assert counter.till.charge(intent).status == "failed"
    assert len(counter.till.events("payment_intent.payment_failed")) == 1
