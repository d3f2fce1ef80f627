"""What other systems are told, read back and held against the schema of its type."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]

from apps.core.models import OutboxEvent

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMAS = Path(__file__).parents[1] / "docs" / "api" / "events"


def told(kind: str) -> list[OutboxEvent]:
    """Every fact of this type, the oldest first; each says what its schema promises."""
    facts = list(OutboxEvent.objects.filter(type=kind).order_by("occurred_at"))
    for fact in facts:
        schema_of(fact.type, fact.version).validate(fact.payload)
    return facts


def told_once(kind: str) -> OutboxEvent:
    """The one fact of this type."""
    (fact,) = told(kind)
    return fact


def forget() -> None:
    """Throw away what was told so far: the goods and prices that a test begins with."""
    OutboxEvent.objects.all().delete()


@cache
def schema_of(kind: str, version: int) -> Draft202012Validator:
    """The validator of a type of fact, formats and all."""
    schema = json.loads((SCHEMAS / f"{kind}.v{version}.json").read_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=FormatChecker())


def texts_in(value: Any) -> Iterator[str]:
    """Every text in a payload, however deep, names of fields among them."""
    if isinstance(value, dict):
        yield from value
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from texts_in(each)
    elif isinstance(value, str):
        yield value
