"""What each kind of fact looks like when other systems are told: its JSON Schema.

Source of the dialect: https://json-schema.org/draft/2020-12. The files are part of the API's
documentation, so that who receives facts reads what this module checks.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jsonschema_rs import Draft202012Validator

    from apps.core.types import JSON


def find_fault(event_type: str, version: int, payload: JSON) -> str:
    """Where and why a payload is not what its schema says; empty if it is."""
    schema = _schema_of(event_type, version)
    if schema is None:
        return f"No schema is known for {event_type} in version {version}."
    error = next(schema.iter_errors(payload), None)
    if error is None:
        return ""
    return f"At /{'/'.join(str(part) for part in error.instance_path)}: {error.message}"


@lru_cache(maxsize=1)
def list_known() -> Mapping[str, frozenset[int]]:
    """The versions of each type of fact whose schemas are there."""
    known: dict[str, set[int]] = {}
    for path in Path(settings.EVENT_SCHEMAS).glob("*.v*.json"):
        event_type, _, version = path.stem.rpartition(".v")
        known.setdefault(event_type, set()).add(int(version))
    return {event_type: frozenset(versions) for event_type, versions in known.items()}


@lru_cache(maxsize=256)
def _schema_of(event_type: str, version: int) -> Draft202012Validator | None:
    """The schema, compiled; None where there is none.

    The library takes 9 MB, which only processes that number or receive facts spend.
    """
    from jsonschema_rs import Draft202012Validator  # noqa: PLC0415 - as said above

    path = Path(settings.EVENT_SCHEMAS) / f"{event_type}.v{version}.json"
    if not path.is_file():
        return None
    return Draft202012Validator(orjson.loads(path.read_bytes()), validate_formats=True)
