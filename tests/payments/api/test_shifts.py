"""POST shifts, GET shifts/current and its cash movements, as a till asks them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from apps.core.models import AuditEntry
from apps.payments.models import CashMovement, Shift
from apps.stores.models import Store
from apps.stores.types import Role
from tests.conftest import NOON
from tests.factories import PIN, api_client, make_checkout, make_staff, open_till
from tests.orders.api.wire import log_in, pointers, refusal

if TYPE_CHECKING:
    import time_machine

    from tests.factories import ApiClient

SHIFT_KEYS = {
    "id", "status", "business_date", "terminal", "opening_float_cents", "opened_at", "opened_by",
    "closed_at", "recount_required", "cash_movements",
}  # fmt: skip


@pytest.fixture
def api(db: None, clock: time_machine.Traveller) -> ApiClient:
    """A till at which a shift lead works."""
    return api_client(open_till(role=Role.SHIFT_LEAD, now=NOON)[1])


def open_shift(api: ApiClient, **fields: Any) -> Any:
    body = {"id": str(uuid4()), "opening_float_cents": 20_000, **fields}
    return api.post("shifts", body, key=str(uuid4()))


def move(api: ApiClient, kind: str = "drop", **fields: Any) -> Any:
    amount = {} if kind == "no_sale" else {"amount_cents": 500}
    body = {"id": str(uuid4()), "kind": kind, "reason": "safe", **amount, **fields}
    return api.post("shifts/current/cash-movements", body, key=str(uuid4()))


# --- Opening --------------------------------------------------------------------------------------


def test_a_shift_is_answered_as_it_was_opened(api: ApiClient) -> None:
    response = open_shift(api)
    assert response.status_code == 201
    shift = response.json()
    assert shift.keys() == SHIFT_KEYS
    assert (shift["status"], shift["opening_float_cents"]) == ("open", 20_000)
    assert (shift["opened_at"], shift["business_date"]) == ("2026-11-22T17:00:00Z", "2026-11-22")
    assert api.get("shifts/current").json() == shift


def test_a_shift_sent_again_under_its_key_is_replayed(api: ApiClient) -> None:
    body = {"id": str(uuid4()), "opening_float_cents": 1}
    first, again = (api.post("shifts", body, key="k") for _ in range(2))
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"


def test_a_second_shift_is_refused_and_names_the_first(api: ApiClient) -> None:
    shift = open_shift(api).json()
    response = open_shift(api)
    assert refusal(response) == (409, "shift-already-open")
    assert response.json()["shift_id"] == shift["id"]


def test_an_id_of_another_shift_is_refused(api: ApiClient) -> None:
    shift = open_shift(api).json()
    assert refusal(open_shift(api, id=shift["id"], opening_float_cents=1)) == (409, "shift-exists")


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"opening_float_cents": -1}, "/opening_float_cents"),
        ({"opening_float_cents": 1.5}, "/opening_float_cents"),
        ({"opening_float_cents": "100"}, "/opening_float_cents"),
        ({"opening_float_cents": True}, "/opening_float_cents"),
        ({"opening_float_cents": None}, "/opening_float_cents"),
        ({"opening_float_cents": 100_000_001}, "/opening_float_cents"),
        ({"id": "1"}, "/id"),
        ({"float": 1}, "/float"),
    ],
)
def test_a_shift_that_is_none_is_refused(
    api: ApiClient, fields: dict[str, Any], pointer: str
) -> None:
    response = open_shift(api, **fields)
    assert (response.status_code, pointers(response)) == (400, [pointer])
    assert not Shift.objects.exists()


def test_without_a_key_nothing_is_opened_moved_or_closed(api: ApiClient) -> None:
    bodies = {
        "shifts": {"id": str(uuid4()), "opening_float_cents": 1},
        "shifts/current/cash-movements": {"id": str(uuid4()), "kind": "no_sale", "reason": "x"},
        "shifts/current/close": {"counted": {"1": 1}},
    }
    for path, body in bodies.items():
        assert refusal(api.post(path, body)) == (400, "idempotency-key-required")


def test_without_an_open_shift_there_is_none_to_look_at(api: ApiClient) -> None:
    assert refusal(api.get("shifts/current")) == (409, "shift-not-open")
    assert refusal(move(api)) == (409, "shift-not-open")


@pytest.mark.django_db
def test_a_login_says_which_shift_is_open_at_its_till() -> None:
    checkout = make_checkout()
    terminal = api_client(checkout.token)
    body = {"staff_code": "ana", "pin": "4071"}
    first = terminal.post("sessions", body).json()
    assert first["shift"] is None
    shift = open_shift(api_client(first["token"])).json()
    assert terminal.post("sessions", body).json()["shift"] == shift


# --- Cash that moves ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["pay_in", "pay_out", "drop"])
def test_cash_that_moved_stands_on_the_shift(api: ApiClient, kind: str) -> None:
    open_shift(api)
    response = move(api, kind)
    assert response.status_code == 201
    movement = response.json()
    assert (movement["kind"], movement["amount_cents"], movement["by"]) == (kind, 500, "Ana")
    assert api.get("shifts/current").json()["cash_movements"] == [movement]


def test_a_drawer_opened_for_no_sale_moves_nothing(api: ApiClient) -> None:
    open_shift(api)
    assert move(api, "no_sale").json()["amount_cents"] == 0
    assert move(api, "no_sale", amount_cents=0).status_code == 201


@pytest.mark.parametrize(
    ("kind", "fields", "pointer"),
    [
        ("drop", {"amount_cents": 0}, "/amount_cents"),
        ("drop", {"amount_cents": -5}, "/amount_cents"),
        ("drop", {"amount_cents": 5.0}, "/amount_cents"),
        ("no_sale", {"amount_cents": 1}, "/amount_cents"),
        ("drop", {"reason": ""}, "/reason"),
        ("drop", {"reason": " "}, "/reason"),
        ("drop", {"reason": "x" * 201}, "/reason"),
        ("variance", {}, "/kind"),
        ("steal", {}, "/kind"),
    ],
)
def test_a_movement_that_is_none_is_refused(
    api: ApiClient, kind: str, fields: dict[str, Any], pointer: str
) -> None:
    open_shift(api)
    response = move(api, kind, **fields)
    assert (response.status_code, pointers(response)) == (400, [pointer])
    assert not CashMovement.objects.exists()


def test_a_cashier_pays_out_with_an_approval_alone(api: ApiClient) -> None:
    cashier = log_in(Store.objects.get(), Role.CASHIER)
    assert open_shift(cashier).status_code == 201
    assert move(cashier, "drop").status_code == 201
    refused = move(cashier, "pay_out")
    assert refusal(refused) == (403, "approval-required")
    assert (refused.json()["action"], refused.json()["amount_cents"]) == ("pay-out", 500)
    make_staff(Store.objects.get(), Role.SHIFT_LEAD, code="lou")
    asked = {"staff_code": "lou", "pin": PIN, "action": "pay-out", "amount_cents": 500}
    token = cashier.post("approvals", asked).json()["approval"]
    assert move(cashier, "pay_out", approval=token).status_code == 201


def test_a_cashier_opens_the_drawer_for_no_sale_with_an_approval(api: ApiClient) -> None:
    cashier = log_in(Store.objects.get(), Role.CASHIER)
    open_shift(cashier)
    refused = move(cashier, "no_sale")
    assert refusal(refused) == (403, "approval-required")
    lead = make_staff(Store.objects.get(), Role.SHIFT_LEAD, code="lou")
    asked = {"staff_code": lead.code, "pin": PIN, "action": refused.json()["action"]}
    token = cashier.post("approvals", asked).json()["approval"]
    assert move(cashier, "no_sale", approval=token).status_code == 201
    assert refusal(move(cashier, "no_sale", approval=token)) == (403, "approval-invalid")
    entry = AuditEntry.objects.get(action="drawer.no_sale")
    assert entry.facts["approved_by"] == "Lou"


def test_an_auditor_has_no_drawer(api: ApiClient) -> None:
    auditor = log_in(Store.objects.get(), Role.AUDITOR)
    assert refusal(open_shift(auditor)) == (403, "permission-denied")
    assert refusal(auditor.get("shifts/current")) == (403, "permission-denied")
