"""/api/v1/customers: register one, find one by phone or e-mail, read one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from apps.customers.models import Customer
from apps.stores.types import Role
from tests.customers.points import make_points, make_programme
from tests.factories import api_client, make_store, open_till
from tests.orders.api.wire import refusal

if TYPE_CHECKING:
    from pytest_django import Settings

    from tests.factories import ApiClient

pytestmark = pytest.mark.django_db
LOOKUPS_A_MINUTE = 30


@pytest.fixture
def api() -> ApiClient:
    return api_client(open_till(make_store())[1])


def ada(**said: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "name": "Ada Quill", "phone": "561-555-0142", **said}


def test_a_customer_is_registered_and_read_back_by_id_phone_and_email(api: ApiClient) -> None:
    sent = ada(email="Ada@Example.com", accepts_marketing=True)
    made = api.post("customers", sent)
    assert made.status_code == 201
    told = made.json()
    assert (told["phone"], told["email"]) == ("+15615550142", "ada@example.com")
    assert (told["accepts_marketing"], told["forgotten"]) == (True, False)
    assert api.get(f"customers/{sent['id']}").json() == {**told, "points": None}
    for query in ({"phone": "+1 561 555 0142"}, {"email": "ADA@example.com"}):
        found = api.get("customers", **query).json()
        assert found == {"results": [told], "next": None, "previous": None}


def test_a_lost_answer_is_asked_for_again_without_a_second_customer(api: ApiClient) -> None:
    sent = ada()
    first, second = api.post("customers", sent), api.post("customers", sent)
    assert first.json() == second.json()
    assert Customer.objects.count() == 1
    assert refusal(api.post("customers", {**sent, "name": "Bob"})) == (409, "customer-exists")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (ada(phone="0142"), 422, "contact-invalid"),
        (ada(email="ada"), 422, "contact-invalid"),
        (ada(name="  "), 400, "validation-failed"),
        (ada(accepts_marketing="yes"), 400, "validation-failed"),
        (ada(birthday="1990-01-01"), 400, "unknown-field"),
    ],
)
def test_what_cannot_be_is_refused(
    api: ApiClient, body: dict[str, Any], status: int, code: str
) -> None:
    assert refusal(api.post("customers", body)) == (status, code)
    assert not Customer.objects.exists()


@pytest.mark.parametrize("query", [{}, {"phone": "1", "email": "a@example.com"}, {"name": "Ada"}])
def test_a_lookup_names_a_phone_or_an_email(api: ApiClient, query: dict[str, str]) -> None:
    assert api.get("customers", **query).status_code == 400


def test_a_customer_shows_their_points_in_the_programme_of_the_store(api: ApiClient) -> None:
    sent = ada()
    api.post("customers", sent)
    programme = make_programme(hundred_points_cents=50)
    make_points(programme, Customer.objects.get(), 250)
    assert api.get(f"customers/{sent['id']}").json()["points"] == {
        "programme": "Regulars",
        "balance": 250,
        "worth_cents": 125,
        "minimum_points": 100,
    }


def test_nobody_of_that_id_is_not_found(api: ApiClient) -> None:
    assert refusal(api.get(f"customers/{uuid4()}")) == (404, "customer-unknown")


def test_a_till_that_looks_people_up_in_bulk_is_stopped_and_the_next_till_is_not(
    api: ApiClient,
) -> None:
    for _ in range(LOOKUPS_A_MINUTE):
        assert api.get("customers", phone="561-555-0142").status_code == 200
    stopped = api.get("customers", phone="561-555-0142")
    assert refusal(stopped) == (429, "lookup-limited")
    assert int(stopped.headers["Retry-After"]) > 0
    assert api.post("customers", ada()).status_code == 201
    other = api_client(open_till(make_store("TWO"), code="bob")[1])
    assert other.get("customers", phone="561-555-0142").status_code == 200


def test_an_auditor_at_a_till_reads_no_customers() -> None:
    auditor = api_client(open_till(make_store(), Role.AUDITOR)[1])
    assert refusal(auditor.get("customers", phone="561-555-0142")) == (403, "permission-denied")
    assert refusal(auditor.post("customers", ada())) == (403, "permission-denied")


def test_a_site_without_the_key_says_so(api: ApiClient, settings: Settings) -> None:
    sent = ada()
    api.post("customers", sent)
    settings.FIELD_KEYS = ["c29tZSBvdGhlciBrZXkgb2YgdGhlIHRlc3RzIGhlcmU="]
    assert refusal(api.get(f"customers/{sent['id']}")) == (503, "field-key-missing")
