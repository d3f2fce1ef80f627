"""POST orders/{id}/receipt/email: written down, answered with 202, its address never shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from apps.core.models import IdempotencyRecord
from apps.orders.models import ReceiptEmail
from apps.stores.types import Role
from tests.orders.sales import count_rows

from .wire import log_in, refusal, sold

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from apps.stores.models import Store
    from tests.factories import ApiClient

MARIA = {"email": "maria@example.com"}


@pytest.fixture(autouse=True)
def mail_server(settings: Any) -> None:
    settings.MAIL_IS_SET_UP = True


@pytest.fixture
def path(api: ApiClient, bourbon: Product) -> str:
    return f"orders/{sold(api, bourbon)['id']}/receipt/email"


def test_a_receipt_is_queued_and_its_address_is_masked(api: ApiClient, path: str) -> None:
    answer = api.post(path, MARIA, key="k")
    told = answer.json()
    assert answer.status_code == 202
    assert (told["state"], told["email"], told["attempts"]) == ("queued", "m***@e***.com", 0)
    assert api.get(path).json() == {"results": [told]}
    assert "maria" not in str(list(IdempotencyRecord.objects.values_list()))


def test_the_same_request_sent_again_queues_nothing_and_another_address_is_refused(
    api: ApiClient, path: str
) -> None:
    first, again = (api.post(path, MARIA, key="k") for _ in range(2))
    assert (again.content, again.headers["Idempotency-Replayed"]) == (first.content, "true")
    other = api.post(path, {"email": "mara@example.com"}, key="k")
    assert refusal(other) == (422, "idempotency-key-reused")
    assert ReceiptEmail.objects.count() == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"email": ""},
        {"email": "maria"},
        {"email": "a@b.com\r\nBcc: c@d.com"},
        {"email": f"{'a' * 250}@b.com"},
        {"email": ["a@b.com"]},
        {"email": None},
    ],
)
def test_what_is_no_address_is_refused(api: ApiClient, path: str, body: dict[str, Any]) -> None:
    before = count_rows()
    assert refusal(api.post(path, body, key="k")) == (400, "validation-failed")
    assert count_rows() == before


def test_a_key_is_asked_for(api: ApiClient, path: str) -> None:
    assert refusal(api.post(path, MARIA)) == (400, "idempotency-key-required")


def test_a_till_is_told_where_nothing_can_be_sent(api: ApiClient, path: str, settings: Any) -> None:
    settings.MAIL_IS_SET_UP = False
    assert refusal(api.post(path, MARIA, key="k")) == (409, "email-not-set-up")
    assert not ReceiptEmail.objects.exists()


@pytest.mark.parametrize("role", Role)
def test_whoever_prints_may_send(path: str, store: Store, role: Role) -> None:
    answer = log_in(store, role).post(path, MARIA, key="k")
    assert answer.status_code == (403 if role is Role.AUDITOR else 202)
