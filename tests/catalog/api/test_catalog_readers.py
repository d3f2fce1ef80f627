"""Who may read the whole catalog, and about which store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apps.stores.service_types import Scope
from tests.factories import api_client, make_service_token, make_store
from tests.orders.api.wire import refusal

if TYPE_CHECKING:
    from apps.stores.models import Store
    from tests.factories import ApiClient

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.parametrize("path", ["catalog/changes?since=0..1", "catalog/snapshot?"]),
]


def test_a_stranger_is_asked_for_a_token(path: str) -> None:
    assert refusal(api_client().get(path)) == (401, "token-required")


def test_a_program_needs_the_scope(store: Store, path: str) -> None:
    token = make_service_token(Scope.SYNC_READ, Scope.SYNC_WRITE, store=store)
    assert refusal(api_client(token).get(path)) == (403, "permission-denied")


def test_a_token_of_a_store_reads_that_store_and_no_other(store: Store, path: str) -> None:
    make_store("MIA", county="Miami-Dade")
    office = api_client(make_service_token(Scope.CATALOG_READ, store=store))
    assert office.get(path).status_code == 200
    assert office.get(f"{path}&store=BRW").status_code == 200
    assert refusal(office.get(f"{path}&store=MIA")) == (403, "permission-denied")


def test_a_token_of_no_store_says_which_one_it_means(store: Store, path: str) -> None:
    office = api_client(make_service_token(Scope.CATALOG_READ))
    assert office.get(f"{path}&store=BRW").status_code == 200
    assert refusal(office.get(f"{path}&store=NOPE")) == (404, "store-unknown")
    missing = office.get(path)
    assert refusal(missing) == (400, "validation-failed")
    assert missing.json()["errors"][0]["pointer"] == "/store"


def test_a_till_reads_its_own_store_and_no_other(store: Store, api: ApiClient, path: str) -> None:
    make_store("MIA", county="Miami-Dade")
    assert api.get(f"{path}&store=BRW").status_code == 200
    assert refusal(api.get(f"{path}&store=MIA")) == (403, "permission-denied")


def test_a_field_that_is_not_known_is_refused(api: ApiClient, path: str) -> None:
    assert refusal(api.get(f"{path}&sku=1")) == (400, "unknown-field")
