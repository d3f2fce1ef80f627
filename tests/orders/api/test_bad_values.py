"""POST orders: each field takes its own JSON type within its limits, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import orjson
import pytest

from tests.goods import ADULT, basket, line_of
from tests.orders.sales import count_rows

from .wire import pointers, refusal, send, sold

if TYPE_CHECKING:
    from apps.catalog.models import Product
    from tests.factories import ApiClient

type Place = tuple[str | int, ...]

# As they stand in JSON, because some of them no Python value becomes.
NO_NUMBERS = ["1.0", "1.5", '"1"', "true", "false", "[]", "{}", "1e2", "1e400", "-0.0", '""']
TOO_LARGE = [str(2**63), str(2**64), "1" + "0" * 400]
CENTS: list[Place] = [
    ("tip_cents",),
    ("tenders", 0, "amount_cents"),
    ("lines", 0, "unit_price_cents"),
]
COUNTS: list[Place] = [("lines", 0, "quantity"), ("lines", 0, "product_id")]
TEXTS: list[Place] = [("lines", 0, "note"), ("lines", 0, "approval")]
IDS: list[Place] = [("id",), ("lines", 0, "id")]


def refuse(api: ApiClient, body: dict[str, Any], place: Place, value: str) -> list[str]:
    """The pointers of the refusal of a body with `value`, as JSON text, at a place."""
    before = count_rows()
    response = send(api, "orders", put(body, place, value))
    assert refusal(response)[0] == 400
    assert count_rows() == before
    return pointers(response)


def put(body: dict[str, Any], place: Place, value: str) -> bytes:
    mark = f"planted-{uuid4()}"
    found: Any = body
    for step in place[:-1]:
        found = found[step]
    found[place[-1]] = mark
    return orjson.dumps(body).replace(f'"{mark}"'.encode(), value.encode())


def pointer_of(place: Place) -> str:
    return "".join(f"/{step}" for step in place)


# --- Numbers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [*CENTS, *COUNTS], ids=pointer_of)
@pytest.mark.parametrize("value", [*NO_NUMBERS, *TOO_LARGE, "-1", "-9223372036854775808"])
def test_money_and_quantities_are_whole_numbers_that_are_not_negative(
    api: ApiClient, chips: Product, place: Place, value: str
) -> None:
    found = refuse(api, basket(chips), place, value)
    assert found in ([pointer_of(place)], [])
    assert found or value in [*TOO_LARGE[1:], "1e400"]  # these are no JSON numbers to us at all


@pytest.mark.parametrize("place", COUNTS, ids=pointer_of)
@pytest.mark.parametrize("value", ["0", "null"])
def test_a_quantity_is_at_least_one(
    api: ApiClient, chips: Product, place: Place, value: str
) -> None:
    assert refuse(api, basket(chips), place, value) == [pointer_of(place)]


def test_ten_thousand_of_one_thing_are_the_most(api: ApiClient, chips: Product) -> None:
    assert refuse(api, basket(chips), ("lines", 0, "quantity"), "10001") == ["/lines/0/quantity"]
    assert sold(api, line_of(chips, 10_000))["subtotal_cents"] == 1_990_000


@pytest.mark.parametrize("place", CENTS, ids=pointer_of)
def test_a_million_dollars_are_the_most(api: ApiClient, chips: Product, place: Place) -> None:
    assert refuse(api, basket(chips), place, "100000001") == [pointer_of(place)]


@pytest.mark.parametrize("value", ["null", "1.0", '"4"', "[4.5]", "[true]", "{}", "[[4]]", "[0]"])
def test_modifiers_are_a_list_of_ids(api: ApiClient, chips: Product, value: str) -> None:
    (pointer,) = refuse(api, basket(chips), ("lines", 0, "modifiers"), value)
    assert pointer.startswith("/lines/0/modifiers")


# --- Ids and texts --------------------------------------------------------------------------------


@pytest.mark.parametrize("place", IDS, ids=pointer_of)
@pytest.mark.parametrize(
    "value",
    ["null", "1", '""', '"7"', '"0197c0de"', '"{0197c0de-0000-4000-8000-000000000000}"',
     '"urn:uuid:0197c0de-0000-4000-8000-000000000000"', '"0197c0de000040008000000000000000"',
     '"0197c0de-0000-4000-8000-00000000000g"', '" 0197c0de-0000-4000-8000-000000000000"',
     '"\N{FULLWIDTH DIGIT ONE}197c0de-0000-4000-8000-000000000000"', "[]", "1e9"],
)  # fmt: skip
def test_an_id_is_a_uuid_with_hyphens(
    api: ApiClient, chips: Product, place: Place, value: str
) -> None:
    assert refuse(api, basket(chips), place, value) == [pointer_of(place)]


@pytest.mark.parametrize("place", TEXTS, ids=pointer_of)
@pytest.mark.parametrize("value", ["1", "true", "[]", "{}", '"a\\u0000b"', '"\\u0000"'])
def test_a_text_is_text_that_a_column_can_hold(
    api: ApiClient, chips: Product, place: Place, value: str
) -> None:
    assert refuse(api, basket(chips), place, value) == [pointer_of(place)]


@pytest.mark.parametrize(("field", "most"), [("note", 200), ("approval", 255), ("barcode", 100)])
def test_a_text_has_its_length(api: ApiClient, chips: Product, field: str, most: int) -> None:
    body = basket(chips)
    if field == "barcode":
        del body["lines"][0]["product_id"]
    long = orjson.dumps("é" * (most + 1)).decode()
    assert refuse(api, body, ("lines", 0, field), long) == [f"/lines/0/{field}"]


@pytest.mark.parametrize(
    "note", ["", "🥃 no foam", "é" * 200, "a\u2028b", "'); DROP TABLE--", "%s"]
)
def test_a_note_may_say_anything(api: ApiClient, chips: Product, note: str) -> None:
    order = sold(api, line_of(chips, note=note))
    assert order["lines"][0]["note"] == note
    assert api.get(f"orders/{order['id']}").json() == order


@pytest.mark.parametrize("value", ["null", "1", '""', '"  "', '"\\u0000"', "[]"])
def test_a_barcode_is_text(api: ApiClient, chips: Product, value: str) -> None:
    body = basket(chips)
    del body["lines"][0]["product_id"]
    assert refuse(api, body, ("lines", 0, "barcode"), value) == ["/lines/0/barcode"]


@pytest.mark.parametrize("fields", [{}, {"barcode": "619947000020"}])
def test_a_line_names_a_barcode_or_a_product_and_not_both(
    api: ApiClient, chips: Product, fields: dict[str, str]
) -> None:
    line = {**line_of(chips), **fields}
    if not fields:
        del line["product_id"]
    response = send(api, "orders", orjson.dumps(basket(chips, line)))
    assert refusal(response) == (400, "validation-failed")
    assert pointers(response) == ["/lines/1"]
    assert response.json()["errors"][0]["code"] == "barcode-or-product"


# --- Tenders, age checks, times -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tender", "pointer"),
    [
        ({"kind": "cheque", "amount_cents": 1}, "/kind"),
        ({"kind": "CASH", "amount_cents": 1}, "/kind"),
        ({"kind": None, "amount_cents": 1}, "/kind"),
        ({"kind": ["cash"], "amount_cents": 1}, "/kind"),
        ({"amount_cents": 1}, "/kind"),
        ({"kind": "cash"}, "/amount_cents"),
        ({"kind": "cash", "amount_cents": None}, "/amount_cents"),
        ({"kind": "card", "amount_cents": 1}, "/payment_id"),
        ({"kind": "card", "payment_id": "pi_1"}, "/payment_id"),
        ({"kind": "cash", "amount_cents": 1, "payment_id": str(uuid4())}, "/payment_id"),
        ("cash", ""),
        (None, ""),
    ],
)
def test_a_tender_has_its_kind_and_what_the_kind_needs(
    api: ApiClient, chips: Product, tender: Any, pointer: str
) -> None:
    body = basket(chips, tenders=[{"kind": "cash", "amount_cents": 500}, tender])
    before = count_rows()
    response = send(api, "orders", orjson.dumps(body))
    assert (refusal(response)[0], pointers(response)) == (400, [f"/tenders/1{pointer}"])
    assert count_rows() == before


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"method": "look"}, "/method"),
        ({"method": None}, "/method"),
        ({"document": "library_card"}, "/document"),
        ({"document": None}, "/document"),
        ({"date_of_birth": "01/01/1980"}, "/date_of_birth"),
        ({"date_of_birth": "1981-02-29"}, "/date_of_birth"),
        ({"date_of_birth": 19800101}, "/date_of_birth"),
        ({"date_of_birth": "0000-00-00"}, "/date_of_birth"),
        ({"expires_on": "soon"}, "/expires_on"),
        ({"expires_on": None}, "/expires_on"),
        ({"method": "scan"}, "/barcode_data"),
        ({"barcode_data": "x" * 8193}, "/barcode_data"),
        ({"barcode_data": "a\x00"}, "/barcode_data"),
        ({"barcode_data": 7}, "/barcode_data"),
        ({"barcode_data": "a scan beside typed dates"}, "/barcode_data"),
    ],
)
def test_an_age_check_of_the_wrong_form_is_refused_without_being_repeated(
    api: ApiClient, chips: Product, change: dict[str, Any], pointer: str
) -> None:
    body = basket(chips, age_check={**ADULT, "date_of_birth": "1971-11-05", **change})
    response = send(api, "orders", orjson.dumps(body))
    assert (refusal(response)[0], pointers(response)) == (400, [f"/age_check{pointer}"])
    assert b"1971" not in response.content


@pytest.mark.parametrize("value", ["1", '"no"', "[]", "true"])
def test_an_age_check_is_an_object(api: ApiClient, chips: Product, value: str) -> None:
    (pointer,) = refuse(api, basket(chips), ("age_check",), value)
    assert pointer.startswith("/age_check")


@pytest.mark.parametrize(
    "value", ['"yesterday"', "1763830800", '"2026-13-01T00:00:00Z"', '""', "[]", "true",
              '"2026-11-22T25:00:00Z"', '"0000-01-01T00:00:00Z"', '"2026-11-22T17:00:00Q"']
)  # fmt: skip
def test_a_time_is_a_time(api: ApiClient, chips: Product, value: str) -> None:
    assert refuse(api, basket(chips), ("taken_at",), value) == ["/taken_at"]


@pytest.mark.parametrize(
    "value", ['"2026-11-22"', '"2026-11-22T16:59:00"', '"2026-W47-7"', '"20261122T165900Z"']
)
def test_a_time_has_its_hour_and_its_offset(api: ApiClient, chips: Product, value: str) -> None:
    assert refuse(api, basket(chips), ("taken_at",), value) == ["/taken_at"]


@pytest.mark.parametrize("value", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_time_beyond_the_calendar_is_refused(api: ApiClient, chips: Product, value: str) -> None:
    assert refuse(api, basket(chips), ("taken_at",), f'"{value}"') == ["/taken_at"]


def test_a_till_whose_clock_runs_years_ahead_is_told_so(api: ApiClient, chips: Product) -> None:
    assert refuse(api, basket(chips), ("taken_at",), '"2199-01-01T00:00:00Z"') == ["/taken_at"]
