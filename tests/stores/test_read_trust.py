"""Reading trusts a session for two seconds; writing looks it up every time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from apps.stores.api import authentication
from apps.stores.api.authentication import READ_TRUST_SECONDS, SessionAuthentication
from apps.stores.errors import TokenInvalid
from apps.stores.models import TillSession
from tests.factories import api_client, make_store, open_till

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

    from apps.stores.types import Till

pytestmark = pytest.mark.django_db
WRITING = ["POST", "PUT", "PATCH", "DELETE"]


class Stopwatch:
    """Stands in for the module `time`: it moves only when told."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def stopwatch(monkeypatch: pytest.MonkeyPatch) -> Stopwatch:
    watch = Stopwatch()
    monkeypatch.setattr(authentication, "time", watch)
    return watch


def call(token: str, method: str = "GET") -> Till:
    """Authenticate a call with this token."""
    headers = {"Authorization": f"Bearer {token}"}
    request = Request(APIRequestFactory().generic(method, "/", headers=headers))
    authenticated = SessionAuthentication().authenticate(request)
    assert authenticated is not None
    return authenticated[0]


def revoke_all() -> None:
    TillSession.objects.update(ended_at=datetime(2026, 1, 1, tzinfo=UTC))


def test_a_warm_session_costs_a_read_no_statement(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    _, token = open_till()
    cold = call(token)
    with django_assert_num_queries(0):
        assert call(token) is cold


def test_over_http_a_warm_read_pays_for_what_it_reads_alone(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    _, token = open_till()
    api_client(token).get("idempotency/k")
    with django_assert_num_queries(1):
        api_client(token).get("idempotency/k")


@pytest.mark.parametrize("method", WRITING)
def test_a_write_always_looks_the_session_up(
    method: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    _, token = open_till()
    call(token)
    with django_assert_num_queries(1):
        call(token, method)


@pytest.mark.parametrize("method", WRITING)
def test_a_revoked_session_is_refused_at_once_when_it_writes(method: str) -> None:
    _, token = open_till()
    call(token)
    revoke_all()
    with pytest.raises(TokenInvalid):
        call(token, method)


def test_a_revoked_session_reads_for_two_seconds_at_most(stopwatch: Stopwatch) -> None:
    till, token = open_till()
    call(token)
    revoke_all()
    stopwatch.seconds += READ_TRUST_SECONDS - 0.001
    assert call(token) == till
    stopwatch.seconds += 0.001
    with pytest.raises(TokenInvalid):
        call(token)


def test_reading_again_and_again_does_not_make_the_trust_last(stopwatch: Stopwatch) -> None:
    _, token = open_till()
    call(token)
    revoke_all()
    for _ in range(3):
        stopwatch.seconds += 0.6
        call(token)
    stopwatch.seconds += 0.6
    with pytest.raises(TokenInvalid):
        call(token)


def test_a_refused_write_ends_the_trust_in_reading(stopwatch: Stopwatch) -> None:
    _, token = open_till()
    call(token)
    revoke_all()
    for method in ("POST", "GET"):
        with pytest.raises(TokenInvalid):
            call(token, method)


def test_trust_in_one_token_is_no_trust_in_another() -> None:
    _, token = open_till()
    call(token)
    with pytest.raises(TokenInvalid):
        call(f"{token}x")


def test_memory_of_sessions_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authentication, "MAX_REMEMBERED", 2)
    store = make_store()
    tokens = [open_till(store, code=code, number=ord(code))[1] for code in "abcde"]
    for token in (*tokens, *tokens):
        assert call(token).clerk.code in "abcde"
        assert len(authentication._remembered) <= 2


def test_a_session_in_use_is_touched_once_a_minute_at_most(now: datetime) -> None:
    _, token = open_till(now=now)
    seen = []
    for seconds in (30, 60, 61, 90, 121, 122):
        with time_machine.travel(now + timedelta(seconds=seconds), tick=False):
            call(token, "POST")
        seen.append((TillSession.objects.get().last_seen_at - now).total_seconds())
    assert seen == [0, 0, 61, 61, 61, 122]
