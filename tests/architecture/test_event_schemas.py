"""What other systems are told is promised in a file, and the files are what the code says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from config.wiring import SUBSCRIBERS
from scripts.event_schemas import FACTS, read_components, write_schema

if TYPE_CHECKING:
    from apps.core.events import Event

FOLDER = Path(settings.EVENT_SCHEMAS)
SHARED = [event for event in SUBSCRIBERS if event.is_shared]


@pytest.mark.parametrize("event", SHARED, ids=lambda event: event.type)
def test_every_fact_that_is_told_has_a_sound_schema(event: type[Event]) -> None:
    schema = json.loads((FOLDER / f"{event.type}.v{event.version}.json").read_text())
    Draft202012Validator.check_schema(schema)
    assert schema["additionalProperties"] is False
    assert schema["title"]


@pytest.mark.parametrize("event_type", FACTS)
def test_a_schema_taken_from_the_api_is_as_the_api_is_now(event_type: str) -> None:
    written = (FOLDER / f"{event_type}.v1.json").read_text()
    assert written == write_schema(event_type, read_components()), "Run `make event-schemas`."


def test_every_schema_belongs_to_a_fact() -> None:
    known = {f"{event.type}.v{version}" for event in SHARED for version in range(1, 10)}
    assert {path.stem for path in FOLDER.glob("*.json")} <= known
