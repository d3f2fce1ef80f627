"""Whether a decoded form fits the schema of what a call takes.

A form knows only text, so text is read as the type that the schema asks for.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox.stripe.errors import StripeRefusal, invalid_parameter, missing_parameter

if TYPE_CHECKING:
    from sandbox.stripe.contract.shapes import Schema

REFERENCES = re.compile(r"#/components/schemas/(?P<name>.+)")
INTEGER = re.compile(r"-?\d+", re.ASCII)
PATTERNS = {
    "integer": INTEGER,
    "number": re.compile(r"-?\d+(\.\d+)?", re.ASCII),
    "boolean": re.compile("true|false", re.IGNORECASE),
    "null": re.compile(""),
}
METHOD_TYPES = "payment_method_types"
# Since 2026-09-30.endive; see https://docs.stripe.com/changelog/endive/2026-09-30/
METHOD_TYPES_GONE = "payment_method_types_no_longer_supported"
INTENT_PATHS = "/v1/payment_intents"


class FormReader:
    """Finds the first thing in a form that a schema does not admit."""

    def __init__(self, schemas: dict[str, Schema]) -> None:
        self._schemas = schemas

    def resolve(self, schema: Schema) -> Schema:
        while match := REFERENCES.fullmatch(schema.get("$ref", "")):
            schema = self._schemas[match["name"]]
        return schema

    def complain(self, value: Any, schema: Schema, name: str) -> StripeRefusal | None:
        """The refusal that a value deserves, or None; `name` is "card[exp_year]", "" at the top."""
        schema = self.resolve(schema)
        if "anyOf" in schema:
            return self._complain_of_all(value, schema["anyOf"], name)
        match schema.get("type"):
            case "object":
                return self._complain_of_object(value, schema, name)
            case "array":
                return self._complain_of_array(value, schema, name)
            case str(kind):
                return complain_of_text(value, kind, schema.get("enum"), name)
        return None

    def _complain_of_all(self, value: Any, arms: list[Schema], name: str) -> StripeRefusal | None:
        """None if any arm admits the value; otherwise the complaint of the arm of its kind."""
        complaints: list[tuple[bool, int, StripeRefusal]] = []
        for arm in arms:
            complaint = self.complain(value, arm, name)
            if complaint is None:
                return None
            is_of_kind = (self.resolve(arm).get("type") in {"object", "array"}) == is_nested(value)
            complaints.append((not is_of_kind, len(complaints), complaint))
        return min(complaints)[2]

    def _complain_of_object(self, value: Any, schema: Schema, name: str) -> StripeRefusal | None:
        if not isinstance(value, dict):
            return invalid_parameter("parameter_invalid", f"Invalid object: {name}", name)
        properties = schema.get("properties", {})
        others = schema.get("additionalProperties")
        for key, inner in value.items():
            inner_name = f"{name}[{key}]" if name else key
            if key in properties:
                complaint = self.complain(inner, properties[key], inner_name)
            elif isinstance(others, dict):
                complaint = complain_of_value(inner, inner_name)
            else:
                complaint = unknown_parameter(inner_name)
            if complaint:
                return complaint
        missing = [key for key in schema.get("required", []) if key not in value]
        if missing:
            return missing_parameter(f"{name}[{missing[0]}]" if name else missing[0])
        return None

    def _complain_of_array(self, value: Any, schema: Schema, name: str) -> StripeRefusal | None:
        items = list_of(value)
        if items is None:
            return invalid_parameter("parameter_invalid", f"Invalid array: {name}", name)
        complaints = (
            self.complain(item, schema["items"], f"{name}[{position}]")
            for position, item in enumerate(items)
        )
        return next(filter(None, complaints), None)


def is_nested(value: Any) -> bool:
    return isinstance(value, dict | list)


def list_of(value: Any) -> list[Any] | None:
    """The items of a list, however the form was decoded: `[a, b]` or `{"0": a, "1": b}`."""
    if isinstance(value, dict) and all(INTEGER.fullmatch(key) for key in value):
        return [value[key] for key in sorted(value, key=int)]
    return value if isinstance(value, list) else None


def complain_of_value(value: Any, name: str) -> StripeRefusal | None:
    """What maps such as metadata hold is text, and empty text takes the key away."""
    if is_nested(value):
        return invalid_parameter("parameter_invalid", f"Invalid string: {name}", name)
    return None


def complain_of_text(
    value: Any, kind: str, choices: list[Any] | None, name: str
) -> StripeRefusal | None:
    """The refusal of a leaf that is not of its kind: integer, number, boolean or text."""
    if is_nested(value):
        return invalid_parameter("parameter_invalid", f"Invalid {kind}: {name}", name)
    text = str(value)
    if kind == "string":
        return complain_of_string(text, choices, name)
    if PATTERNS[kind].fullmatch(text):
        return None
    code = "parameter_invalid_integer" if kind == "integer" else "parameter_invalid"
    return invalid_parameter(code, f"Invalid {kind}: {text}", name)


def complain_of_string(text: str, choices: list[Any] | None, name: str) -> StripeRefusal | None:
    """The refusal of a text outside its choices, or of none where some must stand."""
    if choices and text not in choices:
        known = ", ".join(filter(None, choices)) or "nothing"
        message = f"Invalid {name}: must be one of {known}."
        return invalid_parameter("parameter_invalid", message, name)
    if not text and not choices:
        message = f"You passed an empty string for '{name}'."
        return invalid_parameter("parameter_invalid_empty", message, name)
    return None


def unknown_parameter(name: str) -> StripeRefusal:
    return invalid_parameter("parameter_unknown", f"Received unknown parameter: {name}", name)


def complain_of_method_types(path: str, params: dict[str, Any]) -> StripeRefusal | None:
    """What the parameter that was removed from payment intents is answered with."""
    if METHOD_TYPES not in params or not path.startswith(INTENT_PATHS):
        return None
    message = f"`{METHOD_TYPES}` is no longer supported; use `allowed_payment_method_types`."
    return invalid_parameter(METHOD_TYPES_GONE, message, METHOD_TYPES)
