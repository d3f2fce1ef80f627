"""What comes in is what it claims to be: no number in quotes, no typo, no half-read body."""

from __future__ import annotations

import io
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from rest_framework import serializers

from apps.core.api.fields import (
    MAX_CENTS,
    CentsField,
    IdField,
    StrictSerializer,
    TextField,
    WholeNumberField,
)
from apps.core.api.json import MAX_BODY_BYTES, OrjsonRenderer, StrictJSONParser
from apps.core.errors import BodyTooLarge, JSONInvalid

if TYPE_CHECKING:
    from django.test import Client

ID = "0197c0de-aaaa-7bbb-8ccc-0123456789ab"


class Line(StrictSerializer):
    quantity = WholeNumberField()
    note = TextField(required=False)


class Order(StrictSerializer):
    lines = Line(many=True)


def parse(body: bytes) -> Any:
    return StrictJSONParser().parse(io.BytesIO(body))


def codes_of(refusal: serializers.ValidationError) -> list[str]:
    details: Any = refusal.get_full_details()
    return [detail["code"] for detail in details]


@pytest.mark.parametrize("field", [WholeNumberField(), CentsField()])
@pytest.mark.parametrize(
    "value", [1.0, 1.5, "1", "", True, False, [1], {}, float("inf"), b"1", 1e30]
)
def test_what_was_no_integer_in_the_json_is_no_number(
    field: WholeNumberField, value: object
) -> None:
    with pytest.raises(serializers.ValidationError) as refusal:
        field.run_validation(value)
    assert codes_of(refusal.value) == ["invalid"]


@pytest.mark.parametrize("value", [-5, 0, 1, 2**31, 2**63 - 1])
def test_an_integer_that_the_database_can_hold_is_a_whole_number(value: int) -> None:
    assert WholeNumberField().run_validation(value) == value


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, 2**64 - 1])
def test_an_integer_that_the_database_cannot_hold_is_refused_at_the_door(value: int) -> None:
    with pytest.raises(serializers.ValidationError):
        WholeNumberField().run_validation(value)


@pytest.mark.parametrize("value", [0, 1, MAX_CENTS])
def test_cents_go_from_nothing_to_a_million_dollars(value: int) -> None:
    assert CentsField().run_validation(value) == value


@pytest.mark.parametrize(
    ("value", "code"),
    [(-1, "min_value"), (MAX_CENTS + 1, "max_value"), (2**63, "invalid"), (2**70, "invalid")],
)
def test_an_amount_outside_of_reason_is_refused(value: int, code: str) -> None:
    with pytest.raises(serializers.ValidationError) as refusal:
        CentsField().run_validation(value)
    assert codes_of(refusal.value) == [code]


def test_an_amount_that_may_be_negative_says_so() -> None:
    assert CentsField(min_value=-500).run_validation(-500) == -500


@pytest.mark.parametrize("value", [1, 1.5, True, ["a"], {"a": 1}, b"text"])
def test_what_was_no_text_in_the_json_is_no_text(value: object) -> None:
    with pytest.raises(serializers.ValidationError) as refusal:
        TextField().run_validation(value)
    assert codes_of(refusal.value) == ["invalid"]


@pytest.mark.parametrize("value", ["\0", "rum\0", "", "   ", "\ud800"])
def test_text_that_is_blank_or_cannot_be_stored_is_refused(value: str) -> None:
    with pytest.raises(serializers.ValidationError):
        TextField().run_validation(value)


def test_text_is_kept_but_for_the_blanks_around_it() -> None:
    assert TextField().run_validation("  Añejo 12 \n") == "Añejo 12"


@pytest.mark.parametrize("value", [ID, ID.upper()])
def test_an_id_is_a_uuid_with_its_hyphens(value: str) -> None:
    assert IdField().run_validation(value) == uuid.UUID(ID)


@pytest.mark.parametrize(
    "value",
    [ID.replace("-", ""), f"{{{ID}}}", f"urn:uuid:{ID}", f"{ID}\n", f" {ID}", ID[:-1], ID + "0",
     ID.replace("a", "g"), ID.replace("0", "\u0660"), "", 7, uuid.UUID(ID).int, None, [ID]],
)  # fmt: skip
def test_any_other_form_of_an_id_is_refused(value: object) -> None:
    with pytest.raises(serializers.ValidationError):
        IdField().run_validation(value)


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"lines": [], "tip": 1}, {"tip": ["unknown-field"]}),
        ({"lines": [{"quantity": 1, "qty": 1}]}, {"lines": {0: {"qty": ["unknown-field"]}}}),
        ({"a": 1, "b": 2}, {"a": ["unknown-field"], "b": ["unknown-field"]}),
        ("text", {"$": ["invalid"]}),
        (None, {"$": ["null"]}),
    ],
)
def test_a_body_with_a_field_too_many_or_of_another_shape_is_refused(
    body: object, errors: dict[str, Any]
) -> None:
    order = Order(data=body)
    with pytest.raises(serializers.ValidationError) as refusal:
        order.is_valid(raise_exception=True)
    assert refusal.value.get_codes() == errors


def test_a_body_with_exactly_the_fields_it_may_have_is_taken() -> None:
    body = {"lines": [{"quantity": 2}, {"quantity": 1, "note": "no foam"}]}
    order = Order(data=body)
    order.is_valid(raise_exception=True)
    assert order.validated_data == body


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"{'a': 1}", b"NaN", b"[Infinity]", b"1e400", b'"\\ud800"', b'"\\udc00\\ud800"',
     b'"\xff"', b'"\xed\xa0\x80"', b"\xef\xbb\xbf{}", b"[" * 2000 + b"]" * 2000, b"{} {}"],
)  # fmt: skip
def test_a_body_that_is_not_strict_json_in_utf8_is_refused(body: bytes) -> None:
    with pytest.raises(JSONInvalid):
        parse(body)


def test_integers_beyond_64_bits_come_out_as_no_integers() -> None:
    with pytest.raises(serializers.ValidationError):
        WholeNumberField().run_validation(parse(b"123456789012345678901234567890"))


def test_a_body_of_exactly_1_mib_is_read_and_a_byte_more_is_not() -> None:
    filling = b"x" * (MAX_BODY_BYTES - 2)
    assert len(parse(b'"' + filling + b'"')) == len(filling)
    with pytest.raises(BodyTooLarge):
        parse(b'"' + filling + b'x"')


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (b" " * (MAX_BODY_BYTES + 1), "application/json", 413, "body-too-large"),
        (b" " * (3 * MAX_BODY_BYTES), "application/json", 413, "body-too-large"),
        (b'{"code": "\xff"}', "application/json", 400, "json-invalid"),
        (b"{}", "text/plain", 415, "unsupported-media-type"),
        (b"code=ABC123", "application/x-www-form-urlencoded", 415, "unsupported-media-type"),
        (b'{"code": "ABC", "x": 1}', "application/json; charset=utf-8", 400, "unknown-field"),
        (b'{"code": "\\u0000"}', "application/json", 400, "validation-failed"),
    ],
    ids=["1 MiB and a byte", "3 MiB", "bad UTF-8", "text", "form", "unknown field", "NUL"],
)
def test_a_call_refuses_what_its_fields_and_parser_refuse(
    client: Client, body: bytes, content_type: str, status: int, code: str
) -> None:
    response = client.post("/api/v1/terminals/pair", data=body, content_type=content_type)
    assert (response.status_code, orjson.loads(response.content)["code"]) == (status, code)


def test_times_are_rendered_in_utc_and_nothing_as_nothing() -> None:
    at = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
    assert OrjsonRenderer().render({"at": at, "id": uuid.UUID(ID)}) == (
        b'{"at":"2026-11-22T17:00:00Z","id":"' + ID.encode() + b'"}'
    )
    assert OrjsonRenderer().render(None) == b""
