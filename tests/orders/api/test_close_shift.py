"""POST shifts/current/close and GET shifts/{id}/z, as a till asks them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django_subatomic.db import transaction

from apps.core.models import AuditEntry
from apps.core.reference import bump_revision
from apps.orders.models import ZReport
from apps.payments.models import DrawerCount, Shift
from apps.stores.models import Store
from tests.factories import api_client, open_till

from .wire import pointers, refusal, sold

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from tests.factories import ApiClient


@pytest.fixture
def shift_id(api: ApiClient) -> str:
    """A shift opened at the till with $200."""
    body = {"id": str(uuid4()), "opening_float_cents": 20_000}
    assert api.post("shifts", body, key=str(uuid4())).status_code == 201
    return body["id"]  # type: ignore[return-value]


def close(api: ApiClient, counted: Any, key: str | None = None) -> Any:
    return api.post("shifts/current/close", {"counted": counted}, key=key or str(uuid4()))


def get_z(api: ApiClient, shift_id: str, accept: str | None = None, method: str = "get") -> Any:
    headers = {"Authorization": f"Bearer {api.token}"}
    if accept is not None:
        headers["Accept"] = accept
    return getattr(api.client, method)(f"/api/v1/shifts/{shift_id}/z", headers=headers)


def test_a_count_is_answered_with_the_z(api: ApiClient, shift_id: str, chips: Product) -> None:
    order = sold(api, chips, cash=500)
    response = close(api, {"10000": 1, "2000": 5, "100": 2, "1": 3})
    assert response.status_code == 200
    z = response.json()
    assert (z["number"], z["shift_id"], z["amendments"]) == (1, shift_id, [])
    assert (z["expected_cents"], z["counted_cents"], z["variance_cents"]) == (20_199, 20_203, 4)
    assert z["orders"] == {"count": 1, "first": order["number"], "last": order["number"]}
    assert z["counted"] == {"1": 3, "100": 2, "2000": 5, "10000": 1}


def test_a_closing_sent_again_under_its_key_is_replayed_and_another_is_refused(
    api: ApiClient, shift_id: str
) -> None:
    first, again = close(api, {"100": 200}, "k"), close(api, {"100": 200}, "k")
    assert (again.status_code, again.content) == (200, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert refusal(close(api, {"100": 200})) == (409, "shift-not-open")


def test_a_till_without_a_shift_has_nothing_to_close(api: ApiClient) -> None:
    assert refusal(close(api, {"100": 1})) == (409, "shift-not-open")


@pytest.mark.parametrize(
    ("counted", "pointer"),
    [
        ({"100": -1}, "/counted/100"),
        ({"100": 1.5}, "/counted/100"),
        ({"100": "1"}, "/counted/100"),
        ({"100": True}, "/counted/100"),
        ({"100": None}, "/counted/100"),
        ({"100": 1_000_001}, "/counted/100"),
        ([], "/counted"),
        (5, "/counted"),
        (None, "/counted"),
    ],
)
def test_a_count_that_is_none_is_refused(
    api: ApiClient, shift_id: str, counted: Any, pointer: str
) -> None:
    response = close(api, counted)
    assert (response.status_code, pointers(response)) == (400, [pointer])
    assert Shift.objects.get().status == "OPEN"


def test_an_empty_drawer_is_a_count_of_nothing(api: ApiClient, shift_id: str) -> None:
    response = close(api, {})
    z = response.json()
    assert (response.status_code, z["counted_cents"], z["variance_cents"]) == (200, 0, -20_000)
    assert Shift.objects.get().status == "CLOSED"


def test_a_closing_without_a_count_is_refused(api: ApiClient, shift_id: str) -> None:
    response = api.post("shifts/current/close", {}, key=str(uuid4()))
    assert (response.status_code, pointers(response)) == (400, ["/counted"])
    assert Shift.objects.get().status == "OPEN"


@pytest.mark.parametrize("name", ["3", "0", "-100", "1.00", "", "a", "\u0661", "007"])
def test_a_coin_that_is_none_is_refused(api: ApiClient, shift_id: str, name: str) -> None:
    response = close(api, {"100": 1, name: 1})
    assert refusal(response) == (422, "denomination-unknown")
    assert pointers(response) == [f"/counted/{name}"]
    assert Shift.objects.get().status == "OPEN"


def test_a_count_that_is_far_off_is_asked_for_once_more_and_told_nothing(
    api: ApiClient, shift_id: str
) -> None:
    Store.objects.update(recount_over_cents=500)
    with transaction():
        bump_revision()
    response = close(api, {"100": 150}, "first")
    assert refusal(response) == (409, "recount-required")
    assert not response.json().keys() - {"type", "title", "status", "detail", "code", "instance"}
    assert api.get("shifts/current").json()["recount_required"] is True
    assert refusal(close(api, {"100": 150}, "first")) == (409, "recount-required")
    z = close(api, {"100": 150}, "second").json()
    assert (z["variance_cents"], len(z["earlier_counts"])) == (-5000, 1)
    assert DrawerCount.objects.count() == 2


# --- The Z ----------------------------------------------------------------------------------------


def test_a_z_is_read_again_as_it_was_answered(api: ApiClient, shift_id: str) -> None:
    closed = close(api, {"100": 200})
    again = get_z(api, shift_id)
    assert (again.status_code, again.json()) == (200, closed.json())
    assert get_z(api, shift_id).content == again.content


def test_a_z_is_printed_and_its_reprint_is_the_same_but_for_the_mark(
    api: ApiClient, shift_id: str
) -> None:
    close(api, {"100": 200})
    first, second, third = (get_z(api, shift_id, "text/plain") for _ in range(3))
    assert first.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert first.content.decode() == ZReport.objects.get().text
    mark, same = second.content.decode().split("\n", 1)
    assert (mark.strip(), same) == ("*** COPY ***", first.content.decode())
    assert third.content == second.content
    assert AuditEntry.objects.filter(action="z.reprinted").count() == 2


def test_asking_whether_there_is_a_z_prints_nothing(api: ApiClient, shift_id: str) -> None:
    close(api, {"100": 200})
    response = get_z(api, shift_id, "text/plain", "head")
    assert (response.status_code, response.content) == (200, b"")
    assert ZReport.objects.get().printed_count == 0


def test_an_open_shift_has_no_z_yet(api: ApiClient, shift_id: str) -> None:
    assert refusal(get_z(api, shift_id)) == (409, "z-not-written")


def test_a_shift_of_nobody_or_of_another_store_has_no_z(
    api: ApiClient, shift_id: str, other_store: Store
) -> None:
    close(api, {"100": 200})
    stranger = api_client(open_till(other_store, code="zoe", number=8)[1])
    assert refusal(get_z(api, str(uuid4()))) == (404, "shift-unknown")
    assert refusal(get_z(stranger, shift_id)) == (404, "shift-unknown")


def test_a_z_has_no_other_form(api: ApiClient, shift_id: str) -> None:
    close(api, {"100": 200})
    assert refusal(get_z(api, shift_id, "application/pdf")) == (406, "receipt-format-unknown")
