"""POST /api/v1/sessions logs in, DELETE /api/v1/sessions/current logs out."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.stores.models import PinAttempt, Terminal, TillSession
from apps.stores.rules import PERMISSIONS
from apps.stores.types import Role
from tests.factories import PIN, api_client, make_staff, open_till

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as ApiResponse
    from pytest_django import DjangoAssertNumQueries

    from tests.factories import Checkout

WRONG = "9302"
SAVEPOINT = 2  # set and released: what a transaction costs inside the one of the test


def log_in(checkout: Checkout, pin: Any = PIN, **fields: Any) -> ApiResponse:
    body = {"staff_code": "ana", "pin": pin, **fields}
    return api_client(checkout.token).post("sessions", body)


def refusal(response: ApiResponse) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


# --- Logging in -----------------------------------------------------------------------------------


def test_the_right_pin_is_answered_with_a_session(checkout: Checkout, now: datetime) -> None:
    with time_machine.travel(now, tick=False):
        response = log_in(checkout)
    answer = response.json()
    assert response.status_code == 201
    assert answer.pop("token").startswith("ths_")
    assert answer == {
        "expires_at": "2026-11-23T05:00:00Z",
        "staff": {
            "id": checkout.staff.pk,
            "code": "ana",
            "name": "Ana",
            "role": "CASHIER",
            "permissions": sorted(PERMISSIONS[Role.CASHIER]),
        },
        "store": api_store(checkout),
        "shift": None,
    }


def api_store(checkout: Checkout) -> dict[str, Any]:
    profile = checkout.paired.store
    names = ("id", "code", "name", "timezone", "county")
    return {name: getattr(profile, name) for name in names}


@pytest.mark.parametrize("role", Role)
def test_a_session_names_what_its_role_may(checkout: Checkout, role: Role) -> None:
    make_staff(checkout.store, role, code="bob")
    staff = log_in(checkout, staff_code="bob").json()["staff"]
    assert staff["role"] == role
    assert set(staff["permissions"]) == PERMISSIONS[role]


def test_a_wrong_pin_is_refused_and_counted(checkout: Checkout) -> None:
    response = log_in(checkout, WRONG)
    assert refusal(response) == (401, "pin-wrong")
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert PinAttempt.objects.count() == 1


def test_five_wrong_pins_make_the_sixth_try_wait(checkout: Checkout, now: datetime) -> None:
    with time_machine.travel(now, tick=False) as clock:
        for _ in range(5):
            log_in(checkout, WRONG)
        clock.shift(timedelta(minutes=5))
        response = log_in(checkout)
    assert refusal(response) == (429, "pin-locked")
    assert response.headers["Retry-After"] == str(10 * 60 + 1)


@pytest.mark.parametrize("field", ["pin", "staff_code"])
@pytest.mark.parametrize("value", [4071, None, "", "4" * 13, ["4071"], True])
def test_a_field_of_the_wrong_form_is_malformed(checkout: Checkout, field: str, value: Any) -> None:
    response = log_in(checkout, **{field: value})
    assert refusal(response) == (400, "validation-failed")
    assert [error["pointer"] for error in response.json()["errors"]] == [f"/{field}"]
    assert not PinAttempt.objects.exists()


def test_a_field_that_is_not_known_is_refused(checkout: Checkout) -> None:
    response = log_in(checkout, role="OWNER")
    assert refusal(response) == (400, "unknown-field")
    assert response.json()["errors"][0]["pointer"] == "/role"


def test_logging_in_takes_fifteen_statements_in_two_transactions(
    checkout: Checkout, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    log_in(checkout)  # the profile of the store is in memory from now on
    with django_assert_num_queries(15 + 2 * SAVEPOINT):
        log_in(checkout)


# --- Whose token ----------------------------------------------------------------------------------


def test_nobody_logs_in_without_a_terminal(db: None) -> None:
    response = api_client().post("sessions", {"staff_code": "ana", "pin": PIN})
    assert refusal(response) == (401, "token-required")
    assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("token", ["tht_unknown", "x", "tht_ü", "two words"])
def test_an_unknown_terminal_token_is_refused(checkout: Checkout, token: str) -> None:
    response = api_client(token).post("sessions", {"staff_code": "ana", "pin": PIN})
    assert refusal(response) == (401, "token-invalid")
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_the_token_of_a_revoked_terminal_is_refused(checkout: Checkout, now: datetime) -> None:
    Terminal.objects.update(revoked_at=now)
    assert refusal(log_in(checkout)) == (401, "token-invalid")


def test_a_session_token_opens_no_session(db: None) -> None:
    _, token = open_till()
    response = api_client(token).post("sessions", {"staff_code": "ana", "pin": PIN})
    assert refusal(response) == (401, "token-invalid")


def test_a_terminal_token_is_no_session(checkout: Checkout) -> None:
    assert refusal(api_client(checkout.token).delete("sessions/current")) == (401, "token-invalid")


def test_logging_out_needs_a_token(db: None) -> None:
    assert refusal(api_client().delete("sessions/current")) == (401, "token-required")


# --- Logging out ----------------------------------------------------------------------------------


def test_logging_out_makes_the_token_worthless_for_reading_too(db: None) -> None:
    _, token = open_till()
    till = api_client(token)
    assert till.get("idempotency/k").status_code == 404  # now this process trusts the session
    response = till.delete("sessions/current")
    assert (response.status_code, response.content) == (204, b"")
    assert refusal(till.get("idempotency/k")) == (401, "token-invalid")
    assert refusal(till.delete("sessions/current")) == (401, "token-invalid")


def test_logging_out_ends_this_session_alone(checkout: Checkout) -> None:
    tokens = [log_in(checkout).json()["token"] for _ in range(2)]
    api_client(tokens[0]).delete("sessions/current")
    assert TillSession.objects.filter(ended_at__isnull=True).count() == 1
    assert api_client(tokens[1]).get("idempotency/k").status_code == 404


# --- Secrets --------------------------------------------------------------------------------------


def test_neither_pins_nor_tokens_reach_the_logs(
    checkout: Checkout, caplog: pytest.LogCaptureFixture
) -> None:
    pin = "407193526184"
    make_staff(checkout.store, code="bob", pin=pin)
    for logger in (None, "django", "django.request"):
        caplog.set_level(logging.DEBUG, logger)
    with CaptureQueriesContext(connection):  # statements are logged with their values
        log_in(checkout, "605837294106", staff_code="bob")
        token = log_in(checkout, pin, staff_code="bob").json()["token"]
        api_client(token).delete("sessions/current")
    assert "INSERT INTO" in caplog.text
    for secret in (pin, "605837294106", token, checkout.token):
        assert secret not in caplog.text
