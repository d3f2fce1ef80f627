"""Whatever a client sends, the answer is one that the OpenAPI page of the API describes.

Requests are made up from the page itself, fitting it and not, for every call. Half of them name
things that are there, a product, an order, a key, so that more than the door is tried.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import schemathesis
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from apps.stores.types import Role
from config.wsgi import application
from tests.factories import api_client, make_checkout, open_till
from tests.goods import ADULT, basket, make_product

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemathesis import Case
    from schemathesis.schemas import APIOperation

THOROUGH = settings(
    max_examples=25,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
BARCODE = "619947000020"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
PAGE = schemathesis.openapi.from_wsgi("/api/schema", application)
CALLS = {found.ok().label: found.ok() for found in PAGE.get_all_operations()}  # type: ignore[union-attr]


@dataclass(frozen=True)
class World:
    """What a request may name so that it is found, and who asks."""

    session: str
    terminal: str
    product_id: int
    order_id: str
    parked_id: str

    def token_for(self, call: APIOperation[Any, Any, Any, Any]) -> str:
        return self.terminal if call.path.endswith("/sessions") else self.session


@contextmanager
def one_connection() -> Iterator[None]:
    """Requests leave the connection open that holds the transaction of the test."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def world(db: None) -> World:
    """A store that sells around the clock, with one product, one order and one parked basket."""
    checkout = make_checkout()
    _, token = open_till(checkout.store, Role.OWNER, code="olga", number=2)
    product = make_product(
        barcodes=[(BARCODE, 1)], on_hand=100, tax_class="SNACK", beverage_type="NONE"
    )
    owner = api_client(token)
    orders = {path: basket(product) for path in ("orders", "orders/park")}
    for path, body in orders.items():
        assert owner.post(path, body, key="k").status_code == 201
    return World(
        token, checkout.token, product.pk, orders["orders"]["id"], orders["orders/park"]["id"]
    )


def make_known(case: Case[Any], world: World) -> None:
    """Let a request name what is there, wherever it names something."""
    order_id = world.parked_id if case.operation.path.endswith("/resume") else world.order_id
    case.path_parameters |= {
        name: known
        for name, known in (("key", "k"), ("order_id", order_id))
        if name in case.path_parameters
    }
    if "barcode" in case.query:
        case.query["barcode"] = BARCODE
    if isinstance(case.body, dict):
        make_body_known(case.body, world)


def make_body_known(body: dict[str, Any], world: World) -> None:
    lines = body.get("lines")
    for line in lines if isinstance(lines, list) else ():
        if isinstance(line, dict):
            make_sellable(line, world)
    cash = [{"kind": "cash", "amount_cents": 100_000_000}]
    known = {"staff_code": "ana", "age_check": ADULT, "tenders": cash}
    body |= {name: value for name, value in known.items() if name in body}


def make_sellable(line: dict[str, Any], world: World) -> None:
    for name in ("barcode", "modifiers", "unit_price_cents"):
        line.pop(name, None)
    line |= {"product_id": world.product_id, "quantity": 1}


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("label", CALLS)
def test_every_answer_is_one_that_the_page_describes(
    world: World, label: str, mode: GenerationMode
) -> None:
    call = CALLS[label]

    @THOROUGH
    @given(case=call.as_strategy(generation_mode=mode), knows=st.booleans())
    def ask(case: Case[Any], *, knows: bool) -> None:
        cache.clear()  # of what counts how often somebody tries
        if knows:
            make_known(case, world)
        headers = {"Authorization": f"Bearer {world.token_for(call)}"}
        if mode is GenerationMode.POSITIVE and "Idempotency-Key" in case.headers:
            headers["Idempotency-Key"] = str(uuid4())
        case.call_and_validate(headers=headers, checks=CHECKS)

    with one_connection():
        ask()
