"""Each fault strikes the call that it names, before or after the effect, as the SDK sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import stripe as sdk

from sandbox.stripe.faults import Fault, Faults, Kind, When, every_fault
from sandbox.stripe.server import Simulator
from tests.sandbox.stripe.paying import Till, code_of, refused, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

CAPTURE = "/v1/payment_intents/*/capture"
STATUS_AFTER = {When.BEFORE: "requires_capture", When.AFTER: "succeeded"}
EACH_TIME = pytest.mark.parametrize("when", list(When))


@pytest.fixture
def hasty(stripe: Simulator) -> Till:
    """A till that waits a quarter of a second for an answer."""
    return Till(stripe, stripe.client(timeout=(1, 0.25)))


@EACH_TIME
def test_a_silent_connection_is_given_up_by_the_client(
    stripe: Simulator, till: Till, hasty: Till, when: When
) -> None:
    intent = till.held()
    stripe.world.faults.add("POST", CAPTURE, Fault(Kind.HANG, when))
    refused(sdk.APIConnectionError, lambda: hasty.capture(intent))
    assert till.get(intent).status == STATUS_AFTER[when]


@EACH_TIME
@pytest.mark.parametrize("kind", [Kind.DROP, Kind.TRUNCATE])
def test_a_lost_answer_leaves_the_outcome_unknown(
    stripe: Simulator, till: Till, kind: Kind, when: When
) -> None:
    intent = till.held()
    stripe.world.faults.add("POST", CAPTURE, Fault(kind, when))
    error = refused(sdk.APIConnectionError, lambda: till.capture(intent))
    assert error.http_status is None
    assert till.get(intent).status == STATUS_AFTER[when]


def test_the_key_of_a_lost_answer_gives_the_answer(stripe: Simulator, till: Till) -> None:
    intent = till.held()
    stripe.world.faults.add("POST", CAPTURE, Fault(Kind.DROP, When.AFTER))
    refused(sdk.APIConnectionError, lambda: till.capture(intent, key="capture-1"))
    assert till.capture(intent, key="capture-1").status == "succeeded"


@EACH_TIME
@pytest.mark.parametrize(
    ("kind", "error_class", "answered"),
    [
        (Kind.RATE_LIMIT, sdk.RateLimitError, (429, "rate_limit")),
        (Kind.LOCK_TIMEOUT, sdk.RateLimitError, (429, "lock_timeout")),
        (Kind.CONFLICT, sdk.APIError, (409, "idempotency_key_in_use")),
        (Kind.ERROR, sdk.APIError, (500, None)),
    ],
)
def test_a_refusing_fault_answers_in_stripes_own_envelope(
    till: Till, when: When, kind: Kind, error_class: type[sdk.StripeError], answered: Any
) -> None:
    intent = till.held()
    till.simulator.world.faults.add("POST", CAPTURE, Fault(kind, when))
    error = refused(error_class, lambda: till.capture(intent))
    assert (error.http_status, getattr(error.error, "code", None)) == answered
    assert till.get(intent).status == STATUS_AFTER[when]


def test_an_error_may_have_another_status(stripe: Simulator, till: Till) -> None:
    stripe.world.faults.add("POST", "/v1/**", Fault(Kind.ERROR, status=503))
    assert refused(sdk.APIError, till.new).http_status == 503


@EACH_TIME
def test_a_page_of_html_is_an_error_of_the_api(stripe: Simulator, till: Till, when: When) -> None:
    intent = till.held()
    stripe.world.faults.add("POST", CAPTURE, Fault(Kind.HTML, when))
    error = refused(sdk.APIError, lambda: till.capture(intent))
    assert (error.http_status, str(error.http_body)[:6]) == (502, "<html>")
    assert till.get(intent).status == STATUS_AFTER[when]


@EACH_TIME
def test_a_slow_answer_is_right_for_those_who_wait(
    stripe: Simulator, till: Till, hasty: Till, when: When
) -> None:
    intent = till.held()
    stripe.world.faults.add("POST", CAPTURE, Fault(Kind.SLOW, when, seconds=0.4), times=2)
    refused(sdk.APIConnectionError, lambda: hasty.capture(intent, key="capture-1"))
    wait_until(lambda: not stripe.world.idempotency.in_flight())
    assert till.capture(intent, key="capture-1").status == "succeeded"


@pytest.mark.parametrize(
    "fault",
    [
        Fault(Kind.LOCK_TIMEOUT),
        Fault(Kind.LOCK_TIMEOUT, should_retry=False),
    ],
)
def test_the_sdk_does_not_retry_a_429_unless_it_is_told_to(stripe: Simulator, fault: Fault) -> None:
    till = Till(stripe, stripe.client(max_network_retries=2))
    stripe.world.faults.add("POST", "/v1/payment_intents", fault, times=2)
    assert code_of(refused(sdk.RateLimitError, till.new)) == "lock_timeout"
    assert len(stripe.world.requests) == 1


def test_the_sdk_retries_a_429_that_invites_it(stripe: Simulator) -> None:
    till = Till(stripe, stripe.client(max_network_retries=2))
    fault = Fault(Kind.LOCK_TIMEOUT, should_retry=True)
    stripe.world.faults.add("POST", "/v1/payment_intents", fault, times=2)
    assert till.new().amount == 1390
    assert len(stripe.world.requests) == 3


def test_the_sdk_does_not_retry_a_500_that_forbids_it(stripe: Simulator) -> None:
    till = Till(stripe, stripe.client(max_network_retries=2))
    stripe.world.faults.add("POST", "/v1/**", Fault(Kind.ERROR, should_retry=False))
    refused(sdk.APIError, till.new)
    assert len(stripe.world.requests) == 1


def test_a_retry_of_the_sdk_after_a_dropped_answer_pays_once(stripe: Simulator) -> None:
    till = Till(stripe, stripe.client(max_network_retries=2))
    stripe.world.faults.add("POST", "/v1/payment_intents", Fault(Kind.DROP, When.AFTER))
    assert till.paid().status == "succeeded"
    assert len(till.client.v1.charges.list().data) == 1


def test_a_fault_strikes_the_nth_call_and_so_many_after_it(stripe: Simulator, till: Till) -> None:
    stripe.world.faults.add("POST", "/v1/payment_intents", Fault(Kind.RATE_LIMIT), nth=2, times=2)
    assert [is_struck(till.new) for _ in range(5)] == [False, True, True, False, False]


def is_struck(call: Callable[[], object]) -> bool:
    try:
        call()
    except sdk.StripeError:
        return True
    return False


def test_a_fault_leaves_other_methods_and_paths_alone(stripe: Simulator, till: Till) -> None:
    stripe.world.faults.add("POST", CAPTURE, Fault(Kind.DROP), times=None)
    intent = till.held()
    assert till.get(intent).status == till.held().status == "requires_capture"
    assert is_struck(lambda: till.capture(intent))
    assert is_struck(lambda: till.capture(intent))


@pytest.mark.parametrize(
    ("pattern", "path", "struck"),
    [
        ("/v1/refunds", "/v1/refunds", 1),
        ("/v1/refunds", "/v1/refunds/re_1", 0),
        ("/v1/*", "/v1/refunds", 1),
        ("/v1/*", "/v1/refunds/re_1", 0),
        ("/v1/**", "/v1/refunds/re_1", 1),
        ("/v1/payment_intents/*/capture", "/v1/payment_intents/pi_1/capture", 1),
        ("/v1/payment_intents/*/capture", "/v1/payment_intents/pi_1/cancel", 0),
    ],
)
def test_a_star_is_one_segment_and_two_are_any_number(pattern: str, path: str, struck: int) -> None:
    faults = Faults()
    faults.add("*", pattern, Fault(Kind.DROP))
    faults.pick("POST", path)
    assert len(faults.picked) == struck


def picks(seed: int, probability: float) -> list[Fault | None]:
    faults = Faults()
    faults.at_random(probability, seed=seed)
    return [faults.pick("POST", "/v1/payment_intents") for _ in range(400)]


def test_dice_fall_the_same_for_the_same_seed_and_otherwise_for_another() -> None:
    assert picks(7, 0.3) == picks(7, 0.3)
    assert picks(7, 0.3) != picks(8, 0.3)


def test_dice_strike_about_as_often_as_they_are_told() -> None:
    assert picks(7, 0.0) == [None] * 400
    assert None not in picks(7, 1.0)
    assert 80 <= sum(fault is not None for fault in picks(7, 0.3)) <= 160


def test_dice_leave_reading_alone_unless_they_are_told_otherwise() -> None:
    faults = Faults()
    faults.at_random(1.0, seed=1)
    assert faults.pick("GET", "/v1/payment_intents") is None


def test_every_kind_comes_before_and_after_and_a_500_stored_too() -> None:
    plain = {(fault.kind, fault.when) for fault in every_fault()}
    assert plain == {(kind, when) for kind in Kind for when in When}
    assert {fault.when for fault in every_fault() if fault.is_stored} == set(When)


def test_a_stormy_afternoon_never_takes_a_customers_money_twice() -> None:
    with Simulator(seed=3) as stripe:
        till = Till(stripe, stripe.client(timeout=(1, 0.15)))
        stripe.world.faults.at_random(0.4, seed=3, choices=every_fault(seconds=0.2))
        for sale in range(25):
            is_struck(lambda key=f"sale-{sale}": insist(till, key))  # type: ignore[misc]
        stripe.world.faults.clear()
        patient = stripe.client()
        intents = patient.v1.payment_intents.list({"limit": 100}).data
        charges = patient.v1.charges.list({"limit": 100}).data
        stripe.world.ledger.check()
        assert stripe.world.crimes == []
    assert 1 <= len(intents) <= 25
    assert sorted(str(c.payment_intent) for c in charges) == sorted(i.id for i in intents)


def insist(till: Till, key: str) -> None:
    """Try a sale five times with the same key, whatever happens."""
    for _ in range(5):
        if not is_struck(lambda: till.paid(key=key)):
            return
