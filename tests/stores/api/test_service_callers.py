"""A program calls with its token: known or refused with 401, and held to its scopes with 403."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest
import time_machine
from django.utils import timezone
from django_subatomic.db import transaction
from rest_framework.test import APIRequestFactory

from apps.core.api.views import ApiView, send_json
from apps.stores.api.services import ServiceAuthentication, SessionOrServiceAuthentication
from apps.stores.models import ServiceToken
from apps.stores.service_types import NewServiceToken, Scope, ServiceCaller
from apps.stores.services.service_tokens import issue_service_token
from apps.stores.types import Till
from tests.factories import MANAGER, open_till

if TYPE_CHECKING:
    from django.http import HttpResponse
    from pytest_django import DjangoAssertNumQueries
    from rest_framework.request import Request

pytestmark = pytest.mark.django_db


class Inbox(ApiView):
    """A call for programs alone."""

    caller = ServiceCaller
    authentication_classes = [ServiceAuthentication]
    scopes = {"GET": Scope.SYNC_READ, "POST": Scope.SYNC_WRITE}

    def get(self, request: Request) -> HttpResponse:
        return send_json({"source": cast("ServiceCaller", request.auth).source})

    def post(self, request: Request) -> HttpResponse:
        return send_json({})


class Shelf(ApiView):
    """A call for cashiers and programs."""

    caller = (Till, ServiceCaller)
    authentication_classes = [SessionOrServiceAuthentication]
    scopes = {"GET": Scope.CATALOG_READ}

    def get(self, request: Request) -> HttpResponse:
        return send_json({"caller": type(request.auth).__name__})


def issue(*scopes: Scope) -> str:
    new = NewServiceToken("Miami", scopes, "miami-1")
    with transaction():
        return issue_service_token(actor=MANAGER, new=new, now=timezone.now())


def call(view: type[ApiView], token: str | None, method: str = "GET") -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = APIRequestFactory().generic(method, "/", headers=headers)
    return cast("Any", view.as_view())(request)


def code_of(response: Any) -> tuple[int, bytes]:
    return response.status_code, response.content


def test_a_program_with_the_scope_gets_through() -> None:
    answer = call(Inbox, issue(Scope.SYNC_READ))
    assert (answer.status_code, answer.content) == (200, b'{"source":"miami-1"}')


def test_a_program_without_the_scope_is_told_which_one_it_lacks() -> None:
    answer = call(Inbox, issue(Scope.SYNC_READ), "POST")
    assert answer.status_code == 403
    assert b'"permission":"sync:write"' in answer.content
    assert b'"code":"permission-denied"' in answer.content


def test_a_head_request_needs_the_scope_of_a_get() -> None:
    assert call(Inbox, issue(Scope.SYNC_WRITE), "HEAD").status_code == 403


def test_a_stranger_is_asked_for_a_token() -> None:
    answer = call(Inbox, None)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert b'"code":"token-required"' in answer.content


def test_a_revoked_token_is_refused_at_the_very_next_call() -> None:
    token = issue(Scope.SYNC_READ)
    assert call(Inbox, token).status_code == 200
    ServiceToken.objects.update(revoked_at=timezone.now())
    answer = call(Inbox, token)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert b'"code":"token-invalid"' in answer.content


def test_a_cashiers_token_is_none_of_a_program() -> None:
    assert call(Inbox, open_till()[1]).status_code == 401


def test_a_call_for_both_is_answered_to_both() -> None:
    assert call(Shelf, issue(Scope.CATALOG_READ)).content == b'{"caller":"ServiceCaller"}'
    assert call(Shelf, open_till()[1]).content == b'{"caller":"Till"}'


def test_a_call_for_both_holds_a_program_to_its_scope() -> None:
    assert call(Shelf, issue(Scope.SYNC_READ)).status_code == 403


@pytest.mark.parametrize("token", ["thv_nobody", "ths_nobody", "x", "thv_\x00"])
def test_a_call_for_both_refuses_a_token_that_nobody_has(token: str) -> None:
    assert call(Shelf, token).status_code == 401


def test_calls_within_a_minute_write_nothing_after_the_first(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        token = issue(Scope.SYNC_READ)
        with django_assert_num_queries(3):  # the token, the revision of reference data, the touch
            call(Inbox, token)
        with django_assert_num_queries(2):
            call(Inbox, token)
        clock.shift(timedelta(seconds=61))
        with django_assert_num_queries(3):
            call(Inbox, token)
