"""Every refusal and fault of the API is one shape of document: RFC 9457, never an HTML page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from django.test import Client, RequestFactory
from rest_framework import exceptions, serializers

from apps.core import errors
from apps.core.api.fields import StrictSerializer, TextField, WholeNumberField
from apps.core.errors import Kind
from apps.core.problems import exception_handler
from apps.core.views import server_error

if TYPE_CHECKING:
    from pytest_django import Settings

STATUSES = {
    Kind.MALFORMED: 400,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.NOT_ACCEPTABLE: 406,
    Kind.CONFLICT: 409,
    Kind.TOO_LARGE: 413,
    Kind.INVALID: 422,
    Kind.LIMITED: 429,
    Kind.BUSY: 503,
}


class Line(StrictSerializer):
    quantity = WholeNumberField(min_value=1)


class Order(StrictSerializer):
    lines = Line(many=True, required=False)
    codes = serializers.ListField(child=TextField(), required=False)
    notes = serializers.DictField(child=TextField(), required=False)

    def validate(self, attrs: Any) -> Any:
        if not attrs:
            raise serializers.ValidationError("An order is never empty.", code="empty")
        return attrs


def answer_to(error: Exception) -> HttpResponse:
    """What a call to /api/v1/orders answers when it ends in `error`."""
    response = exception_handler(error, {"request": RequestFactory().post("/api/v1/orders")})
    assert response is not None
    return response


def document_of(response: Any) -> dict[str, Any]:
    assert response["Content-Type"] == "application/problem+json"
    document: dict[str, Any] = orjson.loads(response.content)
    assert document["status"] == response.status_code
    assert {"type", "title", "status", "detail", "code", "instance"} <= document.keys()
    return document


def refused(body: object) -> dict[str, Any]:
    """The problem of a body that the order serializer refuses."""
    with pytest.raises(exceptions.ValidationError) as error:
        Order(data=body).is_valid(raise_exception=True)
    response = answer_to(error.value)
    assert response.status_code == 400
    return document_of(response)


def pointers(problem: dict[str, Any]) -> set[tuple[str, str]]:
    return {(error["pointer"], error["code"]) for error in problem["errors"]}


def refusal_of(kind: Kind) -> errors.DomainError:
    """A refusal of any kind, without a class of its own that every list of refusals would show."""
    refusal = errors.BodyTooLarge("Send less.")
    vars(refusal)["kind"] = kind
    return refusal


@pytest.mark.parametrize(("kind", "status"), STATUSES.items())
def test_the_kind_of_a_refusal_decides_its_status(kind: Kind, status: int) -> None:
    response = answer_to(refusal_of(kind))
    assert (response.status_code, document_of(response)["status"]) == (status, status)


def test_no_kind_of_refusal_is_without_a_status() -> None:
    assert set(STATUSES) == set(Kind)


def test_a_refusal_is_a_document_with_its_facts_and_its_errors() -> None:
    at_fault = [errors.FieldError("/lines/0", "invalid", "Expected an object.")]
    refusal = errors.IdempotencyKeyReused("Take a new key.", errors=at_fault, key="7f3a")
    assert document_of(answer_to(refusal)) == {
        "type": "/api/docs/problems#idempotency-key-reused",
        "title": "The idempotency key was used for another request",
        "status": 422,
        "detail": "Take a new key.",
        "code": "idempotency-key-reused",
        "instance": "/api/v1/orders",
        "key": "7f3a",
        "errors": [{"pointer": "/lines/0", "code": "invalid", "detail": "Expected an object."}],
    }


def test_a_fact_never_takes_the_place_of_what_every_problem_says() -> None:
    refusal = errors.IdempotencyKeyReused("Take a new key.", status="VOIDED", code="x")
    assert document_of(answer_to(refusal))["code"] == "idempotency-key-reused"


@pytest.mark.parametrize("seconds", [0, 1, 900])
def test_a_refusal_that_says_when_to_try_again_says_so_in_its_header(seconds: int) -> None:
    refusal = errors.IdempotencyKeyInUse("Send it again shortly.", retry_after=seconds)
    assert answer_to(refusal)["Retry-After"] == str(seconds)


def test_a_refusal_without_a_time_to_try_again_has_no_such_header() -> None:
    assert "Retry-After" not in answer_to(errors.IdempotencyKeyReused("Take a new key."))


def test_who_is_not_known_is_told_how_to_say_who_they_are() -> None:
    assert answer_to(refusal_of(Kind.UNAUTHENTICATED))["WWW-Authenticate"] == "Bearer"
    assert "WWW-Authenticate" not in answer_to(refusal_of(Kind.FORBIDDEN))


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"lines": [{"quantity": 1}, {"quantity": "2"}]}, {("/lines/1/quantity", "invalid")}),
        ({"lines": [{}, {"quantity": 0}]},
         {("/lines/0/quantity", "required"), ("/lines/1/quantity", "min_value")}),
        ({"lines": ["no object"]}, {("/lines/0", "invalid")}),
        ({"lines": {}}, {("/lines", "not_a_list")}),
        ({"codes": ["a", 1, "b", None]}, {("/codes/1", "invalid"), ("/codes/3", "null")}),
        ({"notes": {"a/b~c": 1}}, {("/notes/a~1b~0c", "invalid")}),
        ({}, {("", "empty")}),
        ([], {("", "invalid")}),
    ],
)  # fmt: skip
def test_each_field_at_fault_is_named_by_its_json_pointer(
    body: object, found: set[tuple[str, str]]
) -> None:
    problem = refused(body)
    assert problem["code"] == "validation-failed"
    assert pointers(problem) == found


def test_errors_that_come_as_a_list_are_pointed_at_by_their_place() -> None:
    error = exceptions.ValidationError([{}, {"quantity": ["Too many."]}, "Odd."])
    assert pointers(document_of(answer_to(error))) == {("/1/quantity", "invalid"), ("", "invalid")}


def test_an_unknown_field_anywhere_gives_the_problem_its_code() -> None:
    problem = refused({"lines": [{"quantity": "x"}, {"quantity": 1, "quantty": 2}]})
    assert problem["code"] == "unknown-field"
    assert pointers(problem) == {
        ("/lines/0/quantity", "invalid"),
        ("/lines/1/quantty", "unknown-field"),
    }


@pytest.mark.parametrize(
    "names",
    [
        {"a/b", "~c"},
        {"message", "code"},
        {"non_field_errors"},
    ],
)
def test_unknown_fields_are_pointed_at_whatever_their_names(names: set[str]) -> None:
    problem = refused(dict.fromkeys(names, 1))
    escaped = {name.replace("~", "~0").replace("/", "~1") for name in names}
    assert pointers(problem) == {(f"/{name}", "unknown-field") for name in escaped}
    assert problem["code"] == "unknown-field"


@pytest.mark.parametrize("fault", [OperationalError("gone"), InterfaceError("closed")])
def test_a_database_that_does_not_answer_is_503_with_a_time_to_try_again(fault: Exception) -> None:
    response = answer_to(fault)
    assert (response.status_code, response["Retry-After"]) == (503, "2")
    assert document_of(response)["code"] == "database-unavailable"


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Http404(), 404, "not-found"),
        (PermissionDenied(), 403, "forbidden"),
        (exceptions.UnsupportedMediaType("text/plain"), 415, "unsupported-media-type"),
    ],
)
def test_what_the_framework_refuses_is_a_problem_too(
    error: Exception, status: int, code: str
) -> None:
    problem = document_of(answer_to(error))
    assert (problem["status"], problem["code"], problem["type"]) == (status, code, "about:blank")


@pytest.mark.parametrize(
    ("error", "header"),
    [(exceptions.Throttled(wait=7), "Retry-After"),
     (exceptions.NotAuthenticated(), "WWW-Authenticate")],
)  # fmt: skip
def test_what_the_framework_refuses_says_how_to_go_on(error: Exception, header: str) -> None:
    assert header in answer_to(error)


def test_a_fault_of_ours_is_left_to_the_server_error_page() -> None:
    request = RequestFactory().get("/api/v1/orders")
    assert exception_handler(RuntimeError("a bug"), {"request": request}) is None
    assert document_of(server_error(request))["status"] == 500
    page = server_error(RequestFactory().get("/admin/"))
    assert (page.status_code, page["Content-Type"][:9]) == (500, "text/html")


@pytest.mark.parametrize("path", ["/api/v1/nowhere", "/api/", "/webhooks/nobody", "/health/odd"])
def test_an_unknown_path_for_machines_is_a_404_problem(client: Client, path: str) -> None:
    problem = document_of(client.get(path))
    assert (problem["status"], problem["code"], problem["instance"]) == (404, "not-found", path)


def test_an_unknown_path_for_people_is_a_page(client: Client) -> None:
    response = client.get("/nowhere")
    assert (response.status_code, response["Content-Type"][:9]) == (404, "text/html")


def test_a_method_that_a_path_does_not_take_is_405_and_names_those_it_does(client: Client) -> None:
    response = client.delete("/api/v1/terminals/pair")
    assert response.status_code == 405
    assert document_of(response)["code"] == "method-not-allowed"
    assert response["Allow"] == "POST, OPTIONS"


@pytest.mark.parametrize(
    ("method", "path", "host"), [("GET", "/api/v1/x", "evil"), ("POST", "/health/live", "good")]
)
def test_what_is_refused_before_the_view_is_a_problem_for_machines(
    settings: Settings, method: str, path: str, host: str
) -> None:
    settings.ALLOWED_HOSTS = ["good"]
    client = Client(enforce_csrf_checks=True, headers={"host": host})
    document_of(client.generic(method, path))
