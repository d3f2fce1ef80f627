"""Whether an answer fits its schema: each schema becomes a function once, and runs often.

Only what the SDK's types can say is understood: type, enum, properties, required,
additionalProperties, items, anyOf and references. A general validator takes thirty times as long,
and every answer and event of every test is checked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from sandbox.stripe.contract.shapes import Schema


class Complaint(NamedTuple):
    """Where in a body something does not fit, and why; `is_of_kind` if its type at least does."""

    place: tuple[str | int, ...]
    reason: str
    is_of_kind: bool = True

    def inside(self, key: str | int) -> Complaint:
        return self._replace(place=(key, *self.place))


type Check = Callable[[Any], Complaint | None]

PREFIX = "#/components/schemas/"
TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "null": (type(None),),
}


class AnswerReader:
    """Finds what in a decoded body a schema does not admit."""

    def __init__(self, schemas: dict[str, Schema]) -> None:
        self._schemas = schemas
        self._named: dict[str, Check] = {}

    def compile(self, schema: Schema) -> Check:
        """The function that returns where and why a value does not fit, or None."""
        if not schema:
            return lambda _: None
        if "$ref" in schema:
            return self._reference(schema["$ref"].removeprefix(PREFIX))
        if "anyOf" in schema:
            return any_of([self.compile(arm) for arm in schema["anyOf"]])
        match schema["type"]:
            case "object":
                return self._object(schema)
            case "array":
                return array_of(self.compile(schema["items"]))
        return leaf(schema["type"], schema.get("enum"))

    def _reference(self, name: str) -> Check:
        """Compiled on first use, because schemas refer to each other in circles."""

        def check(value: Any) -> Complaint | None:
            known = self._named.get(name)
            if known is None:
                known = self._named[name] = self.compile(self._schemas[name])
            return known(value)

        return check

    def _object(self, schema: Schema) -> Check:
        properties = {
            name: self.compile(inner) for name, inner in schema.get("properties", {}).items()
        }
        required = frozenset(schema.get("required", ()))
        rest = schema.get("additionalProperties", {})
        others = unknown_field if rest is False else self.compile(rest)

        def check(value: Any) -> Complaint | None:
            if not isinstance(value, dict):
                return Complaint((), f"{shown(value)} is no object", is_of_kind=False)
            if not required <= value.keys():
                return Complaint((), f"lacks {', '.join(sorted(required - value.keys()))}")
            for key, inner in value.items():
                complaint = properties.get(key, others)(inner)
                if complaint:
                    return complaint.inside(key)
            return None

        return check


def shown(value: Any) -> str:
    return type(value).__name__ if isinstance(value, dict | list) else repr(value)


def unknown_field(value: Any) -> Complaint:
    return Complaint((), "is not a field that Stripe has")


def any_of(arms: list[Check]) -> Check:
    def check(value: Any) -> Complaint | None:
        complaints = []
        for arm in arms:
            complaint = arm(value)
            if complaint is None:
                return None
            complaints.append(complaint)
        return max(complaints, key=lambda found: (len(found.place), found.is_of_kind))

    return check


def array_of(item: Check) -> Check:
    def check(value: Any) -> Complaint | None:
        if not isinstance(value, list):
            return Complaint((), f"{shown(value)} is no list", is_of_kind=False)
        for position, entry in enumerate(value):
            complaint = item(entry)
            if complaint:
                return complaint.inside(position)
        return None

    return check


def leaf(kind: str, choices: list[Any] | None) -> Check:
    types = TYPES[kind]
    allowed = frozenset(choices) if choices else None

    def check(value: Any) -> Complaint | None:
        if not isinstance(value, types) or (isinstance(value, bool) and kind != "boolean"):
            return Complaint((), f"{shown(value)} is no {kind}", is_of_kind=False)
        if allowed is not None and value not in allowed:
            return Complaint((), f"{shown(value)} is none of its values")
        return None

    return check
