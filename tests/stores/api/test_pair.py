"""POST /api/v1/terminals/pair turns a code into the terminal's own token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.utils import timezone
from django_subatomic.db import transaction

from apps.stores.selectors import find_paired_terminal
from apps.stores.services.terminals import issue_pairing_code
from tests.factories import MANAGER, api_client, make_terminal

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

    from apps.stores.models import Store, Terminal

PATH = "/api/v1/terminals/pair"
TRIES_PER_MINUTE = 20
SAVEPOINT = 2  # set and released: what a transaction costs inside the one of the test
pytestmark = pytest.mark.django_db


@pytest.fixture
def terminal(store: Store) -> Terminal:
    return make_terminal(store, number=3)


@pytest.fixture
def code(terminal: Terminal) -> str:
    """A pairing code as a manager has just read it off the admin."""
    with transaction():
        return issue_pairing_code(actor=MANAGER, terminal_id=terminal.pk, now=timezone.now())


def test_a_code_is_answered_with_the_terminal_its_store_and_its_token(
    terminal: Terminal, code: str
) -> None:
    response = api_client().post("terminals/pair", {"code": code})
    answer = response.json()
    token = answer.pop("token")
    assert response.status_code == 201
    assert answer == {
        "terminal": {"id": terminal.pk, "number": 3, "name": "Till 3"},
        "store": {
            "id": terminal.store_id,
            "code": "BRW",
            "name": "Broward Liquors",
            "timezone": "America/New_York",
            "county": "Broward",
        },
    }
    assert find_paired_terminal(token=token)


def test_the_answer_with_its_token_is_kept_by_no_cache(code: str) -> None:
    response = api_client().post("terminals/pair", {"code": code})
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("wrong", ["AAAAAA", "A", "ÄÖÜ-✓"])
def test_a_wrong_code_is_refused(code: str, wrong: str) -> None:
    response = api_client().post("terminals/pair", {"code": wrong})
    assert (response.status_code, response.json()["code"]) == (422, "pairing-code-invalid")
    assert response.headers["Content-Type"] == "application/problem+json"


def test_a_code_sent_a_second_time_is_refused(code: str) -> None:
    api_client().post("terminals/pair", {"code": code})
    again = api_client().post("terminals/pair", {"code": code})
    assert again.json()["code"] == "pairing-code-invalid"


def test_a_token_that_means_nothing_does_not_stand_in_the_way(code: str) -> None:
    assert api_client("tht_stale").post("terminals/pair", {"code": code}).status_code == 201


@pytest.mark.parametrize("unreadable", ["", "  ", 123456, None, ["AAAAAA"], "A" * 13, "A\0B"])
def test_a_code_of_the_wrong_form_is_malformed(unreadable: Any) -> None:
    response = api_client().post("terminals/pair", {"code": unreadable})
    assert (response.status_code, response.json()["code"]) == (400, "validation-failed")
    assert [error["pointer"] for error in response.json()["errors"]] == ["/code"]


@pytest.mark.parametrize("body", [{}, [], "code"])
def test_a_body_without_the_fields_it_needs_is_malformed(body: Any) -> None:
    response = Client().post(PATH, body, content_type="application/json")
    assert response.status_code == 400


def test_a_field_that_is_not_known_is_refused_and_uses_up_no_code(code: str) -> None:
    response = api_client().post("terminals/pair", {"code": code, "name": "Till"})
    assert (response.status_code, response.json()["code"]) == (400, "unknown-field")
    assert response.json()["errors"][0]["pointer"] == "/name"
    assert api_client().post("terminals/pair", {"code": code}).status_code == 201


def test_a_form_is_no_json(code: str) -> None:
    assert Client().post(PATH, {"code": code}).status_code == 415


def test_more_than_twenty_tries_a_minute_must_wait(code: str) -> None:
    for _ in range(TRIES_PER_MINUTE):
        assert api_client().post("terminals/pair", {"code": "AAAAAA"}).status_code == 422
    response = api_client().post("terminals/pair", {"code": code})
    assert (response.status_code, response.json()["code"]) == (429, "too-many-attempts")
    assert 1 <= int(response.headers["Retry-After"]) <= 61


def test_a_stranger_cannot_escape_the_limit_by_naming_other_addresses(code: str) -> None:
    statuses = [
        Client()
        .post(
            PATH,
            {"code": "AAAAAA"},
            content_type="application/json",
            headers={"X-Forwarded-For": f"203.0.113.{number}"},
        )
        .status_code
        for number in range(TRIES_PER_MINUTE + 1)
    ]
    assert statuses[-1] == 429


def test_pairing_takes_seventeen_statements_of_which_six_read_the_profile(
    code: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(17 + 2 * SAVEPOINT):
        api_client().post("terminals/pair", {"code": code})
