"""Every answer carries a request id; sessions, forms and frames are the office's alone."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
import structlog
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from apps.core.middleware import RequestIdMiddleware

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

PATHS = ["/health/live", "/api/v1/nowhere", "/nowhere"]
MADE_HERE = re.compile(r"[0-9a-f]{32}")


def request_id(response: HttpResponse) -> str:
    text: str = response["X-Request-Id"]
    return text


@pytest.mark.parametrize("sane", ["a", "7f3a-22.till_1:9", "0" * 128])
def test_a_sane_request_id_is_kept(client: Client, sane: str) -> None:
    assert (
        client.get("/health/live", headers={"X-Request-Id": sane}).headers["X-Request-Id"] == sane
    )


@pytest.mark.parametrize(
    "odd", ["", " ", "a b", "a\nb", "a\n", "0" * 129, "é", "<script>", 'a"b', "a,b", "\u0661"]
)
def test_any_other_request_id_is_replaced(client: Client, odd: str) -> None:
    response = client.get("/health/live", headers={"X-Request-Id": odd})
    assert MADE_HERE.fullmatch(response.headers["X-Request-Id"])


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_has_a_request_id_of_its_own(client: Client, path: str) -> None:
    ids = [client.get(path).headers["X-Request-Id"] for _ in range(2)]
    assert all(MADE_HERE.fullmatch(given) for given in ids)
    assert ids[0] != ids[1]


def test_the_logs_of_a_request_carry_its_id_and_nothing_of_the_request_before() -> None:
    bound: list[dict[str, object]] = []

    def view(request: HttpRequest) -> HttpResponse:
        bound.append(structlog.contextvars.get_contextvars())
        structlog.contextvars.bind_contextvars(order="9")
        return HttpResponse()

    middleware = RequestIdMiddleware(view)
    for given in ("one", "two"):
        middleware(RequestFactory().get("/", headers={"X-Request-Id": given}))
    assert bound == [{"request_id": "one"}, {"request_id": "two"}]


@pytest.mark.parametrize(
    ("path", "header"),
    [("/health/live", None), ("/api/v1/nowhere", "no-store"), ("/nowhere", None)],
)
def test_only_answers_of_the_api_are_kept_out_of_caches(
    client: Client, path: str, header: str | None
) -> None:
    assert client.get(path).headers.get("Cache-Control") == header


def test_a_call_that_says_how_long_its_answer_holds_is_believed() -> None:
    middleware = RequestIdMiddleware(
        lambda _: HttpResponse(headers={"Cache-Control": "max-age=60"})
    )
    response = middleware(RequestFactory().get("/api/v1/catalog/snapshot"))
    assert response["Cache-Control"] == "max-age=60"


@pytest.mark.django_db
def test_a_page_of_the_office_stays_out_of_frames_and_varies_with_its_reader(
    client: Client,
) -> None:
    page = client.get("/admin/login/")
    assert page.headers["X-Frame-Options"] == "DENY"
    assert "Cookie" in page.headers["Vary"]
    assert page.cookies["csrftoken"].value


def test_a_form_of_the_office_without_its_token_is_refused() -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/admin/login/", {"username": "a"}).status_code == HTTPStatus.FORBIDDEN


@pytest.mark.django_db
def test_the_call_of_a_till_has_no_part_in_the_session_of_a_manager(
    admin_client: Client, django_assert_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    with django_assert_num_queries(0):
        answer = admin_client.get("/api/v1/nowhere")
    assert not answer.cookies
    assert not answer.headers.keys() & {"Vary", "X-Frame-Options"}
