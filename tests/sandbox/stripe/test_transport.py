"""The simulator speaks Stripe's HTTP to test keys on loopback, and to nobody else."""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING, Any

import pytest
import requests
import stripe as sdk

from sandbox.stripe.contract.checking import Contract
from sandbox.stripe.server import Simulator
from sandbox.stripe.world import API_VERSION
from tests.sandbox.stripe.paying import Till, code_of, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

LIVE_KEYS = ["sk_live_4242secret", "rk_live_4242secret"]


@pytest.fixture
def web() -> Iterator[requests.Session]:
    """A bare client that heeds no proxy."""
    with requests.Session() as session:
        session.trust_env = False
        yield session


@pytest.mark.parametrize("key", LIVE_KEYS)
def test_a_live_key_is_refused_and_nowhere_kept_or_shown(
    stripe: Simulator, till: Till, key: str, capfd: pytest.CaptureFixture[str]
) -> None:
    error = refused(sdk.AuthenticationError, Till(stripe, stripe.client(key=key)).new)
    kept = f"{stripe.world.storage.dump()}{stripe.world.requests}{stripe.world.crimes}"
    assert (error.http_status, "live key" in str(error), till.count()) == (401, True, 0)
    assert "4242secret" not in kept + str(error.http_body) + "".join(capfd.readouterr())


@pytest.mark.parametrize("key", LIVE_KEYS)
def test_a_live_key_is_refused_by_basic_authentication_too(
    stripe: Simulator, web: requests.Session, key: str
) -> None:
    answer = web.get(f"{stripe.base_url}/v1/charges", auth=(key, ""), timeout=5)
    assert answer.status_code == 401


@pytest.mark.parametrize("key", ["nonsense", "pk_test_1"])
def test_an_unknown_key_is_refused(stripe: Simulator, key: str) -> None:
    client = stripe.client(key=key)
    refused(sdk.AuthenticationError, client.v1.charges.list)


def test_no_key_at_all_is_refused(stripe: Simulator, web: requests.Session) -> None:
    answer = web.get(f"{stripe.base_url}/v1/charges", timeout=5)
    assert (answer.status_code, answer.json()["error"]["type"]) == (401, "invalid_request_error")


def test_a_test_key_may_be_given_by_basic_authentication(
    stripe: Simulator, web: requests.Session
) -> None:
    answer = web.get(f"{stripe.base_url}/v1/charges", auth=("sk_test_1", ""), timeout=5)
    assert (answer.status_code, answer.json()["data"]) == (200, [])


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])  # noqa: S104 - refused
def test_only_loopback_is_listened_on(host: str) -> None:
    with pytest.raises(ValueError, match="loopback"):
        Simulator().start(host)


def test_each_answer_names_its_request_and_the_version(till: Till) -> None:
    first, second = till.new().last_response, till.new().last_response
    assert first
    assert second
    assert first.headers["Request-Id"] != second.headers["Request-Id"]
    assert first.headers["Stripe-Version"] == API_VERSION


def test_another_version_of_the_api_is_refused(stripe: Simulator, web: requests.Session) -> None:
    answer = web.get(
        f"{stripe.base_url}/v1/charges",
        headers={"Authorization": "Bearer sk_test_1", "Stripe-Version": "2020-08-27"},
        timeout=5,
    )
    assert (answer.status_code, "2020-08-27" in answer.text) == (400, True)


def test_one_connection_carries_many_requests(stripe: Simulator) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", int(stripe.base_url.rpartition(":")[2]))
    for _ in range(3):
        connection.request("GET", "/v1/charges", headers={"Authorization": "Bearer sk_test_1"})
        used = connection.sock
        assert connection.getresponse().read()
        assert connection.sock is used
    connection.close()


def test_an_unknown_address_is_not_found(stripe: Simulator, web: requests.Session) -> None:
    headers = {"Authorization": "Bearer sk_test_1"}
    answer = web.get(f"{stripe.base_url}/v1/nothing", headers=headers, timeout=5)
    assert (answer.status_code, answer.json()["error"]["type"]) == (404, "invalid_request_error")


@pytest.mark.parametrize(
    ("params", "code", "param"),
    [
        ({"nonsense": "1"}, "parameter_unknown", "nonsense"),
        ({"amount": "many"}, "parameter_invalid_integer", "amount"),
        (
            {"payment_method_types": ["card_present"]},
            "payment_method_types_no_longer_supported",
            "payment_method_types",
        ),
    ],
)
def test_a_parameter_that_the_version_does_not_know_is_refused(
    till: Till, params: dict[str, Any], code: str, param: str
) -> None:
    error = refused(sdk.InvalidRequestError, lambda: till.new(**params))
    assert (error.http_status, code_of(error), error.param) == (400, code, param)


@pytest.mark.parametrize("body", ["amount=1&amount[a]=2", "a]b=1", "amount[=1"])
def test_a_malformed_form_is_refused(stripe: Simulator, web: requests.Session, body: str) -> None:
    answer = web.post(
        f"{stripe.base_url}/v1/payment_intents", body, auth=("sk_test_1", ""), timeout=5
    )
    assert answer.status_code == 400


def test_both_ways_of_writing_a_list_are_read(stripe: Simulator, web: requests.Session) -> None:
    for name in ("allowed_payment_method_types[]", "allowed_payment_method_types[0]"):
        answer = web.post(
            f"{stripe.base_url}/v1/payment_intents",
            {"amount": "500", "currency": "usd", name: "card_present"},
            auth=("sk_test_1", ""),
            timeout=5,
        )
        assert answer.json()["allowed_payment_method_types"] == ["card_present"]


def test_an_answer_that_stripe_would_never_give_is_a_crime(till: Till) -> None:
    stripe = till.simulator
    intent = till.new()
    stored = stripe.world.storage.find(intent.id)
    assert stored
    stored["amount"] = "1390"
    assert refused(sdk.APIError, lambda: till.get(intent)).http_status == 500
    assert "amount" in stripe.world.crimes.pop()


def test_a_function_that_breaks_is_a_crime(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Contract, "check_request", None)
    assert refused(sdk.APIError, till.new).http_status == 500
    assert "not callable" in till.simulator.world.crimes.pop()


def test_the_same_seed_gives_the_same_ids() -> None:
    with Simulator(seed=5) as one, Simulator(seed=5) as two, Simulator(seed=6) as three:
        first, second, other = (Till(s, s.client()).new().id for s in (one, two, three))
    assert first == second != other


def test_two_simulators_know_nothing_of_each_other() -> None:
    with Simulator() as one, Simulator() as two:
        Till(one, one.client()).new()
        assert Till(two, two.client()).count() == 0


def test_a_reset_forgets_everything(stripe: Simulator, till: Till) -> None:
    first = till.held(key="sale-1")
    stripe.world.reset()
    assert till.count() == 0
    assert till.held(key="sale-1", amount=700).amount == 700
    assert first.amount == 1390
