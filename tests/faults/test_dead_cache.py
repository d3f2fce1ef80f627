"""A Redis that is away costs a shop its quotes' promises, and no sale."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from config.settings.services import redis_cache
from tests.factories import api_client, make_checkout, make_store, open_till
from tests.goods import basket, make_product

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import Settings

    from tests.factories import ApiClient


@pytest.fixture
def no_cache(settings: Settings) -> Iterator[None]:
    """The cache as production has it, at a port that refuses connections."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        settings.CACHES = {"default": redis_cache(f"redis://127.0.0.1:{port}/0")}
        yield


@pytest.fixture
def api(db: None) -> ApiClient:
    """A till that sells alcohol around the clock."""
    return api_client(open_till(make_store(all_day=True))[1])


@pytest.mark.usefixtures("no_cache")
def test_a_till_quotes_and_sells_on(api: ApiClient) -> None:
    body = basket(make_product())
    assert api.post("orders/quote", body).status_code == 200
    answer = api.post("orders", body, key="k-1")
    assert (answer.status_code, answer.json()["warnings"][0]["code"]) == (201, "stock-negative")
    assert api.post("orders", body, key="k-1").headers["Idempotency-Replayed"] == "true"


@pytest.mark.usefixtures("no_cache")
def test_people_log_in_and_terminals_are_paired(db: None) -> None:
    checkout = make_checkout()
    pins = {"staff_code": checkout.staff.code, "pin": "4071"}
    assert api_client(checkout.token).post("sessions", pins).status_code == 201
    assert api_client().post("terminals/pair", {"code": "ACDEFG"}).status_code == 422
