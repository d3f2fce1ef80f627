"""GET idempotency/{key}: did it happen, and what was answered?"""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.factories import api_client, make_store, open_till
from tests.goods import basket, make_snack

pytestmark = pytest.mark.django_db


def test_a_key_that_happened_shows_what_was_answered() -> None:
    _, token = open_till(make_store())
    client = api_client(token)
    sold = client.post("orders", basket(make_snack()), key="k/1 a")
    answer = client.get("idempotency/k/1 a").json()
    assert answer == {"key": "k/1 a", "status": 201, "body": sold.json()}


def test_a_key_that_did_nothing_is_safe_to_send() -> None:
    _, token = open_till(make_store())
    response = api_client(token).get(f"idempotency/{uuid4()}")
    assert (response.status_code, response.json()["code"]) == (404, "idempotency-key-unknown")


def test_another_terminal_does_not_see_the_key() -> None:
    store = make_store()
    _, mine = open_till(store)
    _, other = open_till(store, code="ben", number=2)
    api_client(mine).post("orders", basket(make_snack()), key="mine")
    assert api_client(other).get("idempotency/mine").status_code == 404


@pytest.mark.parametrize("key", ["%00", "%C3%A9", "x" * 256])
def test_what_can_be_no_key_is_refused(key: str) -> None:
    _, token = open_till(make_store())
    response = api_client(token).client.get(
        f"/api/v1/idempotency/{key}", headers={"Authorization": f"Bearer {token}"}
    )
    assert (response.status_code, response.json()["code"]) == (400, "idempotency-key-required")
