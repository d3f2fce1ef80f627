"""Nothing that was read from an identity document is kept: Florida Statutes, s. 322.143."""

from __future__ import annotations

import copy
import hashlib
import logging
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import caches
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from apps.core.models import AuditEntry, IdempotencyRecord, OutboxEvent
from apps.orders.models import Order, ParkedOrder
from apps.orders.privacy import basket_alone, fingerprint, without_identity, without_secrets
from tests.factories import api_client, make_store, open_till
from tests.goods import basket, make_product

from .cards import BARCODE, BORN, DOCUMENT_NUMBER, EXPIRES, FORMS_OF_DATES, GIVEN_NAME, SURNAME

if TYPE_CHECKING:
    from tests.factories import ApiClient

SCANNED: dict[str, Any] = {"method": "scan", "barcode_data": BARCODE}
TYPED: dict[str, Any] = {
    "method": "typed",
    "document": "driver_license",
    "date_of_birth": BORN.isoformat(),
    "expires_on": EXPIRES.isoformat(),
}
BODY: dict[str, Any] = {
    "id": "7f3a",
    "lines": [{"id": "1", "product_id": 17, "quantity": 2}],
    "tenders": [{"kind": "cash", "amount_cents": 5000}],
    "tip_cents": 0,
}


# --- Fingerprints ---------------------------------------------------------------------------------


def test_a_fingerprint_does_not_know_the_document() -> None:
    another = {**TYPED, "date_of_birth": "1970-01-01", "document": "passport"}
    assert fingerprint({**BODY, "age_check": TYPED}) == fingerprint({**BODY, "age_check": another})
    rescanned = {**SCANNED, "barcode_data": "something else"}
    assert fingerprint({**BODY, "age_check": SCANNED}) == fingerprint(
        {**BODY, "age_check": rescanned}
    )


def test_a_fingerprint_knows_how_the_age_was_checked_and_whether() -> None:
    bodies = [{**BODY, "age_check": check} for check in (SCANNED, TYPED, None)]
    assert len({fingerprint(body) for body in [*bodies, BODY]}) == 4


def test_a_fingerprint_does_not_depend_on_the_order_of_keys() -> None:
    backwards = {name: BODY[name] for name in reversed(BODY)}
    backwards["lines"] = [dict(reversed(line.items())) for line in BODY["lines"]]
    assert fingerprint(backwards) == fingerprint(BODY)


@pytest.mark.parametrize(
    "change",
    [
        {"id": "7f3b"},
        {"lines": []},
        {"lines": [{**BODY["lines"][0], "quantity": 3}]},
        {"tenders": [{"kind": "cash", "amount_cents": 5001}]},
        {"tip_cents": 1},
        {"taken_at": None},
    ],
)
def test_any_other_difference_makes_another_fingerprint(change: dict[str, Any]) -> None:
    assert fingerprint({**BODY, **change}) != fingerprint(BODY)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(max_size=5),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(st.text(), values, max_size=3),
    max_leaves=6,
)


@given(body=st.dictionaries(st.text(), json_values), check=json_values)
def test_taking_the_identity_out_leaves_the_body_as_it_was(
    body: dict[str, Any], check: Any
) -> None:
    body["age_check"] = check
    before = copy.deepcopy(body)
    kept = without_identity(body)
    assert body == before
    assert isinstance(kept, dict)
    assert {**kept, "age_check": check} == before


@pytest.mark.parametrize("body", [None, [], "text", 7, {}, {"age_check": None}, {"age_check": []}])
def test_a_body_without_a_document_has_nothing_to_take_out(body: Any) -> None:
    assert without_identity(body) == body


def test_of_the_codes_of_gift_cards_the_last_four_are_kept() -> None:
    code = "7QK2M9TX44VB0C1D8899"
    body = {
        **BODY,
        "code": code,
        "tenders": [{"kind": "gift_card", "code": code, "amount_cents": 1}],
        "gift_cards": [{"code": code, "amount_cents": 1}],
    }
    kept = without_secrets(body)
    assert code not in str(kept)
    assert str(kept).count("8899") == 3
    assert body["code"] == code
    assert "gift_cards" not in basket_alone(body)


@pytest.mark.parametrize(
    "body", [None, [], {"tenders": None}, {"tenders": [1, {"code": 2}]}, {"code": {}}]
)
def test_a_body_without_codes_is_kept_as_it_is(body: Any) -> None:
    assert without_secrets(body) == body


def test_a_basket_alone_has_neither_document_nor_money() -> None:
    body = {**BODY, "age_check": TYPED}
    assert basket_alone(body).keys() == BODY.keys() - {"tenders"}


# --- The whole application ------------------------------------------------------------------------

PLANTED = (SURNAME, GIVEN_NAME, DOCUMENT_NUMBER, *FORMS_OF_DATES)
HASHES = tuple(
    hashlib.sha256(text.encode()).hexdigest()
    for text in (BARCODE, DOCUMENT_NUMBER, *FORMS_OF_DATES)
)


@pytest.fixture
def client(db: None) -> ApiClient:
    """A till that sells alcohol around the clock."""
    _till, token = open_till(make_store(all_day=True))
    return api_client(token)


def stored() -> str:
    """All that stands in any table of the database, as text."""
    with connection.cursor() as cursor:
        rows = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - a table's own name
            rows += [repr(row) for row in cursor.fetchall()]
    return "\n".join(rows)


def leaks(text: str) -> list[str]:
    return [planted for planted in (*PLANTED, *HASHES) if planted in text]


def test_what_is_planted_would_be_found(client: ApiClient) -> None:
    product = make_product(name=f"{SURNAME} {BORN.isoformat()}")
    client.post("orders", basket(product, age_check=TYPED), key="k-1")
    assert leaks(stored()) == [SURNAME, BORN.isoformat()]


@pytest.mark.parametrize("check", [SCANNED, TYPED], ids=["scan", "typed"])
def test_a_sale_leaves_nothing_of_the_document_anywhere(
    client: ApiClient, check: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    body = basket(make_product(), age_check=check)
    assert client.post("orders/quote", body).status_code == 200
    assert client.post("orders/park", {**body, "id": body["lines"][0]["id"]}).status_code == 201
    answer = client.post("orders", body, key="k-1")
    assert (answer.status_code, answer.json()["age_check"]["method"]) == (201, check["method"])
    kept = (Order, OutboxEvent, IdempotencyRecord, AuditEntry, ParkedOrder)
    assert all(table._default_manager.exists() for table in kept)
    assert leaks(stored() + caplog.text + answer.text + repr(vars(caches["default"]))) == []


REFUSED: dict[str, Any] = {
    "an expired document": {**TYPED, "expires_on": BORN.isoformat()},
    "half a card": {**SCANNED, "barcode_data": BARCODE.replace("DBA", "XXX")},
    "a card too many": {**SCANNED, "barcode_data": BARCODE * 2},
    "too long a card": {**SCANNED, "barcode_data": BARCODE * 100},
    "an unknown field": {**TYPED, "name": SURNAME},
    "a missing field": {"method": "scan", "date_of_birth": BORN.isoformat()},
    "no date": {**TYPED, "date_of_birth": f"{BORN.isoformat()}?"},
    "a card in a wrong field": {**TYPED, "document": BARCODE},
    "a card as the method": {**SCANNED, "method": BARCODE},
    "a card as the whole check": BARCODE,
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_refused_document_is_not_kept(
    client: ApiClient, case: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = client.post("orders", basket(make_product(), age_check=REFUSED[case]), key="k-1")
    assert 400 <= answer.status_code < 500
    assert leaks(stored() + caplog.text) == []


@pytest.mark.parametrize("case", REFUSED)
def test_a_refused_document_is_not_told_back(client: ApiClient, case: str) -> None:
    answer = client.post("orders", basket(make_product(), age_check=REFUSED[case]), key="k-1")
    assert leaks(answer.text) == []
