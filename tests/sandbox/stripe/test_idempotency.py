"""The first answer to a key is its only answer for a day, errors of the endpoint included."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
import stripe as sdk

from sandbox.stripe.faults import Fault, Kind, When
from sandbox.stripe.storage import Storage
from tests.sandbox.stripe.paying import Till, code_of, refused, wait_until

if TYPE_CHECKING:
    from sandbox.stripe.server import Simulator
    from sandbox.stripe.storage import StripeObject

DAY = 24 * 60 * 60
INTENTS = "/v1/payment_intents"


def headers_of(answer: sdk.StripeObject | sdk.StripeError) -> dict[str, str]:
    if isinstance(answer, sdk.StripeError):
        return dict(answer.headers or {})
    assert answer.last_response
    return dict(answer.last_response.headers)


def test_a_replay_gets_the_first_answer_and_makes_nothing(till: Till) -> None:
    first, second = till.new(key="sale-1"), till.new(key="sale-1")
    assert (second.to_dict(), till.count()) == (first.to_dict(), 1)


def test_a_replay_says_so_and_names_the_first_request(till: Till) -> None:
    first, second = headers_of(till.new(key="sale-1")), headers_of(till.new(key="sale-1"))
    assert "Idempotent-Replayed" not in first
    assert second["Idempotent-Replayed"] == "true"
    assert second["Original-Request"] == first["Original-Request"] == first["Request-Id"]
    assert second["Request-Id"] != first["Request-Id"]


def test_a_replay_tells_how_things_were_and_not_how_they_are(till: Till) -> None:
    intent = till.held(key="sale-1")
    till.capture(intent)
    assert till.held(key="sale-1").status == "requires_capture"


def test_a_replayed_decline_is_the_same_decline(till: Till) -> None:
    def pay() -> sdk.PaymentIntent:
        return till.held("pm_card_chargeDeclined", key="sale-1")

    first, second = refused(sdk.CardError, pay), refused(sdk.CardError, pay)
    assert second.json_body == first.json_body
    assert headers_of(second)["Idempotent-Replayed"] == "true"
    assert (till.count(), len(till.client.v1.charges.list().data)) == (1, 1)


def test_a_replayed_500_stays_a_500_although_the_money_was_taken(
    stripe: Simulator, till: Till
) -> None:
    intent = till.held()
    stripe.world.faults.add(
        "POST", f"{INTENTS}/*/capture", Fault(Kind.ERROR, When.AFTER, is_stored=True)
    )
    for _ in range(3):
        error = refused(sdk.APIError, lambda: till.capture(intent, key="capture-1"))
        assert error.http_status == 500
    assert till.get(intent).status == "succeeded"
    refused(sdk.InvalidRequestError, lambda: till.capture(intent, key="capture-2"))


def test_a_stored_500_without_effect_leaves_the_way_to_a_new_key(
    stripe: Simulator, till: Till
) -> None:
    intent = till.held()
    stripe.world.faults.add("POST", f"{INTENTS}/*/capture", Fault(Kind.ERROR, is_stored=True))
    for _ in range(2):
        refused(sdk.APIError, lambda: till.capture(intent, key="capture-1"))
    assert till.get(intent).status == "requires_capture"
    assert till.capture(intent, key="capture-2").status == "succeeded"


def test_a_refused_move_is_kept_too(till: Till) -> None:
    intent = till.new(payment_method="pm_card_visa")
    refused(sdk.InvalidRequestError, lambda: till.capture(intent, key="capture-1"))
    till.confirm(intent)
    error = refused(sdk.InvalidRequestError, lambda: till.capture(intent, key="capture-1"))
    assert headers_of(error)["Idempotent-Replayed"] == "true"
    assert till.capture(intent, key="capture-2").status == "succeeded"


@pytest.mark.parametrize("wrong", [{"amount": 10}, {"nonsense": "1"}, {"currency": "xxx"}])
def test_a_validation_error_does_not_use_up_its_key(till: Till, wrong: dict[str, object]) -> None:
    refused(sdk.InvalidRequestError, lambda: till.new(key="sale-1", **wrong))
    assert till.new(key="sale-1").amount == 1390


@pytest.mark.parametrize("kind", [Kind.RATE_LIMIT, Kind.LOCK_TIMEOUT, Kind.CONFLICT, Kind.ERROR])
def test_what_the_edge_refused_does_not_use_up_its_key(
    stripe: Simulator, till: Till, kind: Kind
) -> None:
    stripe.world.faults.add("POST", INTENTS, Fault(kind))
    refused(sdk.StripeError, lambda: till.new(key="sale-1"))
    assert "Idempotent-Replayed" not in headers_of(till.new(key="sale-1"))


def test_a_key_with_other_parameters_is_refused_and_does_nothing(till: Till) -> None:
    till.new(key="sale-1")
    error = refused(sdk.IdempotencyError, lambda: till.new(key="sale-1", amount=1500))
    assert error.error
    assert (error.http_status, error.error.type) == (400, "idempotency_error")
    assert till.count() == 1


def test_a_key_on_another_path_is_refused(till: Till) -> None:
    intent = till.held(key="sale-1")
    refused(sdk.IdempotencyError, lambda: till.capture(intent, key="sale-1"))
    assert till.get(intent).status == "requires_capture"


def test_a_key_in_flight_is_a_conflict_that_invites_a_retry(stripe: Simulator, till: Till) -> None:
    fault = Fault(Kind.SLOW, When.BEFORE, seconds=1.0)
    stripe.world.faults.add("POST", INTENTS, fault)
    other = Till(stripe, stripe.client())
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(other.new, key="sale-1")
        wait_until(stripe.world.idempotency.in_flight)
        error = refused(sdk.APIError, lambda: till.new(key="sale-1"))
        assert (error.http_status, code_of(error)) == (409, "idempotency_key_in_use")
        assert headers_of(error)["Stripe-Should-Retry"] == "true"
        first = slow.result()
    assert till.new(key="sale-1").id == first.id


class Dawdling(Storage):
    """Takes a while to look a key up, so that a race between two requests is one."""

    def find(self, wanted: str, kind: str | None = None) -> StripeObject | None:
        found = super().find(wanted, kind)
        time.sleep(0.01)
        return found


def test_eight_requests_with_one_key_have_one_effect(stripe: Simulator, till: Till) -> None:
    stripe.world.storage = Dawdling()
    tills = [Till(stripe, stripe.client()) for _ in range(8)]

    def pay(each: Till) -> str:
        try:
            return each.paid(key="sale-1").id
        except sdk.APIError as error:
            return str(code_of(error))

    with ThreadPoolExecutor(8) as pool:
        outcomes = set(pool.map(pay, tills))
    assert len(outcomes - {"idempotency_key_in_use"}) == 1
    assert (till.count(), len(till.client.v1.charges.list().data)) == (1, 1)


def test_a_key_protects_for_a_day_and_then_executes_again(stripe: Simulator, till: Till) -> None:
    first = till.new(key="sale-1")
    stripe.world.clock.advance(DAY - 1)
    assert till.new(key="sale-1").id == first.id
    stripe.world.clock.advance(1)
    assert till.new(key="sale-1").id != first.id
    assert till.count() == 2


def test_an_old_key_may_be_used_for_something_else(stripe: Simulator, till: Till) -> None:
    till.new(key="sale-1")
    stripe.world.clock.advance(DAY)
    assert till.new(key="sale-1", amount=1500).amount == 1500


def test_a_key_has_at_most_255_characters(till: Till) -> None:
    assert till.new(key="k" * 255).amount == 1390
    error = refused(sdk.InvalidRequestError, lambda: till.new(key="k" * 256))
    assert (error.http_status, till.count()) == (400, 1)


def test_a_key_among_the_parameters_is_an_unknown_parameter(till: Till) -> None:
    error = refused(sdk.InvalidRequestError, lambda: till.new(idempotency_key="sale-1"))
    assert (code_of(error), error.param) == ("parameter_unknown", "idempotency_key")


def test_an_event_names_the_key_that_caused_it(till: Till) -> None:
    till.new(key="sale-1")
    (event,) = till.events("payment_intent.created")
    assert event.request
    assert event.request.idempotency_key == "sale-1"
