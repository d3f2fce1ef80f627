"""print-jobs over HTTP: asked for, leased with its bytes, reported."""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from apps.orders.models import PrintJob
from apps.stores.types import Role

from .wire import log_in, refusal, sold

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from apps.stores.models import Store
    from tests.factories import ApiClient


@pytest.fixture
def body(api: ApiClient, bourbon: Product) -> dict[str, Any]:
    return {"id": str(uuid4()), "kind": "receipt", "order_id": sold(api, bourbon)["id"]}


def test_a_job_is_asked_for_leased_and_done(api: ApiClient, body: dict[str, Any]) -> None:
    assert api.post("print-jobs/lease").json() == {"job": None}
    asked = api.post("print-jobs", body, key="k")
    assert (asked.status_code, asked.json()["state"]) == (201, "queued")
    job = api.post("print-jobs/lease").json()["job"]
    assert (job["id"], job["fence"], job["state"]) == (body["id"], 1, "leased")
    assert job["content_type"] == "application/vnd.escpos"
    assert b64decode(job["content"]).startswith(b"\x1b@")
    done = api.post(f"print-jobs/{body['id']}/done", {"fence": 1})
    assert (done.status_code, done.json()["state"]) == (200, "done")
    assert api.get(f"print-jobs/{body['id']}").json() == done.json()


def test_the_same_request_is_replayed(api: ApiClient, body: dict[str, Any]) -> None:
    first, again = (api.post("print-jobs", body, key="k") for _ in range(2))
    assert (again.content, again.headers["Idempotency-Replayed"]) == (first.content, "true")
    assert refusal(api.post("print-jobs", body)) == (400, "idempotency-key-required")
    assert PrintJob.objects.count() == 1


def test_a_failure_gives_the_job_back(api: ApiClient, body: dict[str, Any]) -> None:
    api.post("print-jobs", body, key="k")
    api.post("print-jobs/lease")
    path = f"print-jobs/{body['id']}/failed"
    told = api.post(path, {"fence": 1, "reason": "paper out"})
    assert (told.status_code, told.json()["state"], told.json()["reason"]) == (
        200,
        "queued",
        "paper out",
    )
    assert refusal(api.post(path, {"fence": 2, "reason": "x"})) == (409, "print-job-lost")


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "poster"},
        {"kind": None},
        {"order_id": "1"},
        {"order_id": None},
        {"shift_id": str(uuid4())},
        {"reason": "because"},
        {"terminal_id": 0},
        {"terminal_id": "1"},
        {"kind": "z"},
        {"kind": "drawer"},
        {"kind": "drawer", "reason": ""},
        {"id": "1"},
    ],
)
def test_what_cannot_be_printed_is_refused(
    api: ApiClient, body: dict[str, Any], changes: dict[str, Any]
) -> None:
    assert refusal(api.post("print-jobs", body | changes, key="k"))[0] == 400
    assert not PrintJob.objects.exists()


@pytest.mark.parametrize("fence", [None, 0, -1, "1", 1.5, 2**40])
def test_a_fence_that_is_none_is_refused(api: ApiClient, body: dict[str, Any], fence: Any) -> None:
    api.post("print-jobs", body, key="k")
    answer = api.post(f"print-jobs/{body['id']}/done", {"fence": fence})
    assert refusal(answer) == (400, "validation-failed")


def test_an_unknown_job_is_not_found(api: ApiClient) -> None:
    for path, told in (("done", {"fence": 1}), ("failed", {"fence": 1, "reason": "x"})):
        answer = api.post(f"print-jobs/{uuid4()}/{path}", told)
        assert refusal(answer) == (404, "print-job-unknown")
    assert refusal(api.get(f"print-jobs/{uuid4()}")) == (404, "print-job-unknown")


def test_a_terminal_of_nowhere_is_unknown(api: ApiClient, body: dict[str, Any]) -> None:
    answer = api.post("print-jobs", {**body, "terminal_id": 2**62}, key="k")
    assert refusal(answer) == (404, "terminal-unknown")


@pytest.mark.parametrize("role", Role)
def test_whoever_prints_may_lease(store: Store, body: dict[str, Any], role: Role) -> None:
    api = log_in(store, role)
    expected = 403 if role is Role.AUDITOR else 200
    assert api.post("print-jobs/lease").status_code == expected


def test_a_cashier_needs_an_approval_to_open_the_drawer(api: ApiClient) -> None:
    api.post("shifts", {"id": str(uuid4()), "opening_float_cents": 0}, key="s")
    wanted = {"id": str(uuid4()), "kind": "drawer", "reason": "change"}
    answer = api.post("print-jobs", wanted, key="k")
    assert refusal(answer) == (403, "approval-required")
    assert answer.json()["action"] == "no-sale"
