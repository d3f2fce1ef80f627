"""POST /api/v1/approvals by PIN; POST and GET /api/v1/approvals/requests from the back office."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import time_machine
from django_subatomic.db import transaction

from apps.stores.errors import ApprovalBeyondLimit
from apps.stores.models import Approval, Staff, Store
from apps.stores.services.approvals import decide_approval
from apps.stores.types import Role
from tests.admin.office import hire
from tests.factories import MANAGER, PIN, api_client, make_staff, open_till

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as ApiResponse

    from tests.factories import ApiClient

pytestmark = pytest.mark.django_db
ORDER = str(uuid4())


@pytest.fixture
def api() -> ApiClient:
    _till, token = open_till()
    return api_client(token)


@pytest.fixture(autouse=True)
def lead(api: ApiClient) -> Staff:
    return make_staff(Store.objects.get(), Role.SHIFT_LEAD, code="lea")


def approve(api: ApiClient, **fields: Any) -> ApiResponse:
    body = {"staff_code": "lea", "pin": PIN, "action": "void-order", **fields}
    return api.post("approvals", body)


def refusal(response: ApiResponse) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def decide(request_id: str, staff: Staff, *, is_denied: bool = False) -> None:
    with transaction():
        decide_approval(
            actor=MANAGER,
            approval_id=Approval.objects.get(pk=request_id).pk,
            by_user_id=staff.user_id or 0,
            is_denied=is_denied,
            now=datetime.now(UTC),
        )


# --- By PIN ---------------------------------------------------------------------------------------


def test_a_pin_is_answered_with_an_approval(api: ApiClient) -> None:
    answer = approve(api, order_id=ORDER, amount_cents=500)
    document = answer.json()
    assert answer.status_code == 201
    assert document.pop("approval").startswith("tha_")
    assert document.pop("id")
    assert document.pop("expires_at")
    assert document == {
        "action": "void-order",
        "status": "approved",
        "order_id": ORDER,
        "amount_cents": 500,
        "percent": None,
        "approved_by": "Lea",
    }


def test_an_approval_holds_for_five_minutes(api: ApiClient) -> None:
    approve(api)
    approval = Approval.objects.get()
    assert approval.expires_at - approval.asked_at == timedelta(minutes=5)


def test_the_token_is_kept_as_a_hash_alone(api: ApiClient) -> None:
    token = approve(api).json()["approval"]
    assert token not in str(Approval.objects.values_list()[0])


def test_a_wrong_pin_approves_nothing(api: ApiClient) -> None:
    assert refusal(approve(api, pin="9302")) == (401, "pin-wrong")
    assert not Approval.objects.exists()


def test_five_wrong_pins_lock_approvals_too(api: ApiClient) -> None:
    for _ in range(5):
        approve(api, pin="9302")
    answer = approve(api)
    assert refusal(answer) == (429, "pin-locked")
    assert int(answer["Retry-After"]) > 0


@pytest.mark.parametrize(
    "action", ["void-order", "return-order", "override-price", "no-sale", "pay-out"]
)
def test_somebody_without_the_right_approves_nothing(api: ApiClient, action: str) -> None:
    make_staff(Store.objects.get(), Role.CASHIER, code="bob")
    answer = approve(api, staff_code="bob", action=action)
    assert refusal(answer) == (403, "approval-beyond-limit")
    assert answer.json()["action"] == action


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"action": "give-away"}, "/action"),
        ({"amount_cents": -1}, "/amount_cents"),
        ({"order_id": "7"}, "/order_id"),
        ({"pin": None}, "/pin"),
        ({"percent": 10}, "/percent"),
        ({"action": "override-price", "percent": -1}, "/percent"),
        ({"action": "override-price", "percent": 10_001}, "/percent"),
        ({"reason": "x" * 201}, "/reason"),
    ],
)
def test_what_cannot_be_read_is_named(api: ApiClient, fields: dict[str, Any], pointer: str) -> None:
    answer = approve(api, **fields)
    assert refusal(answer) == (400, "validation-failed")
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


def test_a_price_beyond_the_approvers_percent_is_refused_before_it_is_approved(
    api: ApiClient,
) -> None:
    answer = approve(api, action="override-price", percent=11)
    assert refusal(answer) == (403, "approval-beyond-limit")
    assert not Approval.objects.exists()
    assert approve(api, action="override-price", percent=10).json()["percent"] == 10


def test_an_approval_of_a_price_says_how_far_it_goes(api: ApiClient) -> None:
    assert approve(api, action="override-price").json()["percent"] == 10


# --- From the back office -------------------------------------------------------------------------


def ask(api: ApiClient, **fields: Any) -> dict[str, Any]:
    body = {"action": "return-order", "reason": "corked", **fields}
    document: dict[str, Any] = api.post("approvals/requests", body).json()
    return document


def status(api: ApiClient, request_id: str) -> tuple[str, str | None]:
    document = api.get(f"approvals/requests/{request_id}").json()
    return document["status"], document["approved_by"]


def test_a_request_waits_until_somebody_has_decided(api: ApiClient) -> None:
    asked = ask(api)
    assert (asked["status"], status(api, asked["id"])) == ("waiting", ("waiting", None))
    decide(asked["id"], hire(Role.MANAGER))
    assert status(api, asked["id"]) == ("approved", "Manager")


def test_a_request_is_not_approved_beyond_the_percent_of_who_decides(api: ApiClient) -> None:
    asked = ask(api, action="override-price", percent=51)
    with pytest.raises(ApprovalBeyondLimit):
        decide(asked["id"], hire(Role.MANAGER))
    assert status(api, asked["id"]) == ("waiting", None)


def test_a_request_without_a_percent_is_good_for_what_the_one_who_decides_may(
    api: ApiClient,
) -> None:
    asked = ask(api, action="override-price")
    assert asked["percent"] is None
    decide(asked["id"], hire(Role.MANAGER))
    assert api.get(f"approvals/requests/{asked['id']}").json()["percent"] == 50


def test_a_request_that_was_denied_says_so(api: ApiClient) -> None:
    asked = ask(api)
    decide(asked["id"], hire(Role.MANAGER), is_denied=True)
    assert status(api, asked["id"]) == ("denied", None)


def test_a_request_waits_for_fifteen_minutes(api: ApiClient) -> None:
    with time_machine.travel(datetime.now(UTC) - timedelta(minutes=15), tick=False):
        request_id = str(Approval.objects.get(pk=ask_long_ago(api)).pk)
    assert status(api, request_id) == ("expired", None)


def ask_long_ago(api: ApiClient) -> str:
    request_id: str = ask(api)["id"]
    return request_id


def test_another_cashiers_request_is_not_to_be_seen(api: ApiClient) -> None:
    _till, token = open_till(Store.objects.get(), code="ben", number=2)
    asked = ask(api)
    answer = api_client(token).get(f"approvals/requests/{asked['id']}")
    assert refusal(answer) == (404, "approval-unknown")


def test_a_till_waits_for_twenty_answers_at_most(api: ApiClient) -> None:
    for _ in range(20):
        ask(api)
    answer = api.post("approvals/requests", {"action": "no-sale"})
    assert refusal(answer) == (429, "too-many-attempts")
