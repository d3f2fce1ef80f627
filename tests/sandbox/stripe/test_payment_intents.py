"""A payment intent moves as Stripe says, and refuses every other move with itself in hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import stripe as sdk

from tests.sandbox.stripe.paying import code_of, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.stripe.server import Simulator
    from tests.sandbox.stripe.paying import Till

type Maker = Callable[[Till], sdk.PaymentIntent]


def test_a_new_intent_waits_for_a_payment_method(till: Till) -> None:
    intent = till.new()
    assert (intent.status, intent.amount, intent.latest_charge) == (
        "requires_payment_method",
        1390,
        None,
    )


def test_an_intent_with_a_payment_method_waits_for_confirmation(till: Till) -> None:
    assert till.new(payment_method="pm_card_visa").status == "requires_confirmation"


def test_a_manual_confirmation_holds_the_amount_without_taking_it(till: Till) -> None:
    intent = till.confirm(till.new(payment_method="pm_card_visa"))
    charge = till.charge(intent)
    assert (intent.status, intent.amount_capturable, intent.amount_received) == (
        "requires_capture",
        1390,
        0,
    )
    assert (charge.captured, charge.amount_captured, charge.balance_transaction) == (False, 0, None)


def test_a_capture_takes_what_was_held(till: Till) -> None:
    intent = till.capture(till.held())
    charge = till.charge(intent)
    assert (intent.status, intent.amount_capturable, intent.amount_received) == (
        "succeeded",
        0,
        1390,
    )
    assert (charge.captured, charge.amount_captured, charge.amount_refunded) == (True, 1390, 0)


def test_an_automatic_intent_is_paid_by_its_confirmation(till: Till) -> None:
    intent = till.paid()
    assert (intent.status, intent.amount_received) == ("succeeded", 1390)
    assert till.charge(intent).balance_transaction


def test_without_a_word_on_capture_an_intent_is_paid_at_once(till: Till) -> None:
    intent = till.client.v1.payment_intents.create(
        {"amount": 500, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
    )
    assert (intent.status, intent.capture_method) == ("succeeded", "automatic_async")


def test_a_cancelled_intent_lets_go_of_its_hold(till: Till) -> None:
    intent = till.cancel(till.held(), cancellation_reason="abandoned")
    assert (intent.status, intent.amount_capturable, intent.cancellation_reason) == (
        "canceled",
        0,
        "abandoned",
    )
    assert till.charge(intent).captured is False


def new(till: Till) -> sdk.PaymentIntent:
    return till.new()


def attached(till: Till) -> sdk.PaymentIntent:
    return till.new(payment_method="pm_card_visa")


def held(till: Till) -> sdk.PaymentIntent:
    return till.held()


def paid(till: Till) -> sdk.PaymentIntent:
    return till.paid()


def cancelled(till: Till) -> sdk.PaymentIntent:
    return till.cancel(till.held())


def waiting_for_the_customer(till: Till) -> sdk.PaymentIntent:
    return till.held("pm_card_authenticationRequired")


@pytest.mark.parametrize(
    ("make", "verb", "params"),
    [
        (new, "capture", {}),
        (attached, "capture", {}),
        (waiting_for_the_customer, "capture", {}),
        (paid, "capture", {}),
        (cancelled, "capture", {}),
        (new, "confirm", {}),
        (held, "confirm", {"payment_method": "pm_card_visa"}),
        (paid, "confirm", {"payment_method": "pm_card_visa"}),
        (cancelled, "confirm", {"payment_method": "pm_card_visa"}),
        (paid, "cancel", {}),
        (cancelled, "cancel", {}),
        (held, "update", {"amount": 1500}),
        (paid, "update", {"amount": 1500}),
        (cancelled, "update", {"payment_method": "pm_card_visa"}),
    ],
)
def test_an_illegal_move_is_refused_with_the_whole_intent_and_changes_nothing(
    till: Till, make: Maker, verb: str, params: dict[str, Any]
) -> None:
    before = make(till)
    move = getattr(till.client.v1.payment_intents, verb)
    error = refused(sdk.InvalidRequestError, lambda: move(before.id, params))
    assert (error.http_status, error.code) == (400, "payment_intent_unexpected_state")
    assert error.error
    assert error.error.payment_intent
    assert error.error.payment_intent.id == before.id
    assert till.get(before).to_dict() == before.to_dict()


@pytest.mark.parametrize("make", [new, attached, held, waiting_for_the_customer])
def test_an_intent_can_be_cancelled_until_it_is_paid(till: Till, make: Maker) -> None:
    assert till.cancel(make(till)).status == "canceled"


def test_a_tip_is_added_before_the_confirmation(till: Till) -> None:
    intent = till.new(payment_method="pm_card_visa")
    tipped = till.update(intent, amount=1590, metadata={"tip": "200"})
    assert (tipped.amount, tipped.status) == (1590, "requires_confirmation")
    assert till.confirm(intent).amount_capturable == 1590


def test_a_confirmation_of_another_amount_is_refused(till: Till) -> None:
    intent = till.new(payment_method="pm_card_visa")
    error = refused(sdk.InvalidRequestError, lambda: till.confirm(intent, amount_to_confirm=1391))
    assert error.param == "amount_to_confirm"


def test_words_may_still_be_changed_once_it_is_paid(till: Till) -> None:
    assert till.update(till.paid(), description="Two bottles").description == "Two bottles"


def test_a_customer_who_authenticates_has_paid(stripe: Simulator, till: Till) -> None:
    intent = till.held("pm_card_authenticationRequired")
    assert (intent.status, intent.next_action is not None) == ("requires_action", True)
    stripe.authenticate(intent.id)
    assert till.get(intent).status == "requires_capture"


def test_a_customer_who_fails_to_authenticate_may_try_again(stripe: Simulator, till: Till) -> None:
    intent = till.held("pm_card_authenticationRequired")
    stripe.authenticate(intent.id, is_successful=False)
    failed = till.get(intent)
    assert failed.last_payment_error
    assert (failed.status, failed.last_payment_error.code) == (
        "requires_payment_method",
        "payment_intent_authentication_failure",
    )
    assert till.confirm(intent, payment_method="pm_card_visa").status == "requires_capture"


def test_authentication_of_an_absent_customer_is_a_decline(till: Till) -> None:
    error = refused(
        sdk.CardError, lambda: till.held("pm_card_authenticationRequired", off_session=True)
    )
    assert error.code == "authentication_required"


def test_a_card_typed_in_does_not_pay_what_only_a_reader_may_take(till: Till) -> None:
    error = refused(
        sdk.InvalidRequestError,
        lambda: till.held(allowed_payment_method_types=["card_present"]),
    )
    assert error.code == "payment_intent_incompatible_payment_method"


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        (0, "parameter_invalid_integer"),
        (-5, "parameter_invalid_integer"),
        (49, "amount_too_small"),
        (100_000_000, "amount_too_large"),
    ],
)
def test_an_amount_that_nobody_may_charge_is_refused(till: Till, amount: int, code: str) -> None:
    error = refused(sdk.InvalidRequestError, lambda: till.new(amount=amount))
    assert (code_of(error), error.param, till.count()) == (code, "amount", 0)


def test_an_intent_that_nobody_made_is_not_found(till: Till) -> None:
    error = refused(
        sdk.InvalidRequestError, lambda: till.client.v1.payment_intents.retrieve("pi_nobody")
    )
    assert (error.http_status, error.code, error.param) == (404, "resource_missing", "intent")


def test_the_way_of_an_intent_is_told_by_its_events(till: Till) -> None:
    till.capture(till.held())
    kinds = [event.type for event in till.client.v1.events.list({"limit": 100}).data]
    assert kinds[::-1] == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.amount_capturable_updated",
        "charge.captured",
        "payment_intent.succeeded",
    ]
