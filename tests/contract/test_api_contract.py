"""What the contract names is there, and what comes later answers 404 as a problem until then."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

import pytest
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from tests.factories import api_client, make_checkout, make_service_token, open_till
from tests.orders.api.wire import refusal, send

from .till import BUILT, BUILT_ELSEWHERE, LATER, LATER_ELSEWHERE, address

if TYPE_CHECKING:
    from tests.factories import ApiClient, Checkout

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
EACH_LATER = [(method, address(path)) for method, path in LATER] + list(LATER_ELSEWHERE)


@pytest.fixture
def checkout(db: None) -> Checkout:
    """A paired terminal."""
    return make_checkout()


@pytest.fixture
def api(checkout: Checkout) -> ApiClient:
    """Somebody logged in at another terminal of the same store."""
    return api_client(open_till(checkout.store, code="ben", number=2)[1])


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """The API as the code describes it."""
    generator = cast("Any", SchemaGenerator)()
    document: dict[str, Any] = generator.get_schema(request=None, public=True)
    return document


def described(schema: dict[str, Any]) -> set[tuple[str, str]]:
    """Methods and paths of a schema, with the names of ids as the contract has them."""
    return {
        (method.upper(), re.sub(r"\{[a-z]+_id\}", "{id}", path.removeprefix("/api/v1/")))
        for path, operations in schema["paths"].items()
        for method in operations.keys() & METHODS
    }


def test_the_schema_describes_the_calls_of_the_contract_and_no_other(
    schema: dict[str, Any],
) -> None:
    assert described(schema) == set(BUILT)


@pytest.mark.parametrize(("method", "path"), BUILT)
def test_a_call_of_the_contract_is_there(api: ApiClient, method: str, path: str) -> None:
    response = api.client.generic(method, address(path), headers=authorised(api))
    assert response.status_code != 405
    assert b"about:blank" not in response.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "path"), BUILT_ELSEWHERE)
def test_a_call_of_another_program_is_there_and_answers_a_stranger_with_a_problem(
    method: str, path: str
) -> None:
    response = Client().generic(method, path, b"{}", "application/json")
    assert response.headers["Content-Type"] == "application/problem+json"
    assert "about:blank" not in response.content.decode()
    assert Client().generic(method, path + "/").json()["code"] == "not-found"


@pytest.mark.parametrize(("method", "path"), EACH_LATER)
def test_a_call_of_later_answers_404_as_a_problem(api: ApiClient, method: str, path: str) -> None:
    response = api.client.generic(method, path, b"{}", "application/json", headers=authorised(api))
    assert response.headers["Content-Type"] == "application/problem+json"
    assert (response.status_code, response.json()["code"]) == (404, "not-found")
    assert response.json()["instance"] == path
    assert response.headers["X-Request-Id"]


@pytest.mark.parametrize(("method", "path"), EACH_LATER)
def test_a_call_of_later_answers_a_stranger_the_same(method: str, path: str) -> None:
    response = Client().generic(method, path, b"", "text/plain")
    assert response.status_code == 404


def authorised(api: ApiClient) -> dict[str, str]:
    return {"Authorization": f"Bearer {api.token}"}


# --- How it is asked ------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "path"), [c for c in BUILT if c[1] != "idempotency/{key}"])
def test_a_slash_too_many_is_another_path(api: ApiClient, method: str, path: str) -> None:
    response = api.client.generic(method, address(path) + "/", headers=authorised(api))
    assert refusal(response) == (404, "not-found")


@pytest.mark.parametrize("path", sorted({path for _, path in BUILT}))
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"])
def test_a_method_that_a_path_does_not_know_is_refused(
    api: ApiClient, checkout: Checkout, method: str, path: str
) -> None:
    if (method, path) in BUILT:
        return
    token = make_service_token() if path.startswith("/") else checkout.token
    caller = api_client(token) if path == "sessions" or path.startswith("/") else api
    response = api.client.generic(
        method, address(path), b"{}", "application/json", headers=authorised(caller)
    )
    assert refusal(response) == (405, "method-not-allowed")
    assert set(response.headers["Allow"].split(", ")) >= {m for m, p in BUILT if p == path}


@pytest.mark.parametrize("path", [path for method, path in BUILT if method == "GET"])
def test_a_head_request_is_a_get_without_its_body(api: ApiClient, path: str) -> None:
    heads, whole = (
        api.client.generic(method, address(path), headers=authorised(api))
        for method in ("HEAD", "GET")
    )
    assert (heads.status_code, heads.content) == (whole.status_code, b"")
    assert heads.headers["Content-Type"] == whole.headers["Content-Type"]
    assert heads.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", sorted({path for _, path in BUILT}))
def test_options_name_the_methods_and_read_nothing(api: ApiClient, path: str) -> None:
    response = api.client.options(address(path), headers=authorised(api))
    assert response.status_code in {200, 401}
    assert set(response.headers["Allow"].split(", ")) >= {m for m, p in BUILT if p == path}


@pytest.mark.parametrize("path", ["products", "orders", "orders/parked", "stock"])
@pytest.mark.parametrize("body", [b'{"limit": "1"}', b"{", b"\xff"])
def test_the_body_of_a_get_is_not_read(api: ApiClient, path: str, body: bytes) -> None:
    response = send(api, path, body, method="GET")
    assert (response.status_code, response.json()["results"]) == (200, [])


@pytest.mark.parametrize(
    "path", ["orders/1", "orders//", "orders/../orders", "orders%00", "ordérs", "orders;a=b", "%ff"]
)
def test_a_path_that_is_none_is_not_found(api: ApiClient, path: str) -> None:
    response = api.client.get(f"/api/v1/{path}", headers=authorised(api))
    assert refusal(response) == (404, "not-found")
