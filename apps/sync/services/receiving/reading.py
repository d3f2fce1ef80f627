"""What a batch says, before its events are looked at one by one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from apps.core.errors import FieldError, JSONInvalid, UnknownField, ValidationFailed
from apps.sync.errors import NoEventsReadable
from apps.sync.services.receiving.splitting import refuse_many, split_events

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_SEQUENCE = 2**63 - 1
_FIELDS = ("batch_id", "source", "sequence", "events")
_BATCH_ID = re.compile(r"[\x21-\x7e]{1,100}")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An event that is no JSON, as it came."""

    raw: bytes
    why: str


@dataclass(frozen=True, slots=True)
class ReadBatch:
    """A batch whose own fields are right. Its events are whatever stood in its list."""

    batch_id: str
    source: str
    sequence: int
    events: Sequence[Any]

    @property
    def last(self) -> int:
        """The number of the last event."""
        return self.sequence + len(self.events) - 1


def read_batch(body: bytes) -> ReadBatch:
    """Read a batch.

    Raises:
        JSONInvalid: it is no JSON, and its events cannot be told apart either.
        ValidationFailed, UnknownField: one of its own fields is missing, wrong or unknown.
        NoEventsReadable: it has no list of events, or an empty one.
        BatchTooLarge: it has more than 1,000 events.
    """
    document = _parse(body)
    if not isinstance(document, dict):
        raise ValidationFailed("A batch is an object with batch_id, source, sequence and events.")
    _refuse_other_fields(document)
    events = document["events"]
    if not isinstance(events, list) or not events:
        raise NoEventsReadable("A batch has a list of one to 1,000 events.")
    refuse_many(len(events))
    _refuse_wrong_fields(document, len(events))
    return ReadBatch(document["batch_id"], document["source"], document["sequence"], events)


def _parse(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        parts = split_events(body)
        document = _try(parts[0]) if parts else None
        if parts is None or not isinstance(document, dict) or document.get("events") != []:
            raise JSONInvalid(f"The body cannot be read as JSON: {error}.") from error
    return {**document, "events": [_try(raw) for raw in parts[1]]}


def _try(raw: bytes) -> Any:
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        return Unreadable(raw, str(error))


def _refuse_other_fields(document: dict[str, Any]) -> None:
    if missing := [name for name in _FIELDS if name not in document]:
        raise ValidationFailed(
            f"The batch lacks {', '.join(missing)}.",
            errors=[FieldError(f"/{name}", "required", "Missing.") for name in missing],
        )
    if unknown := sorted(document.keys() - {*_FIELDS}):
        raise UnknownField(
            "The batch has fields that this call does not know.",
            errors=[FieldError(f"/{name}", "unknown-field", "Unknown.") for name in unknown[:10]],
        )


def _refuse_wrong_fields(document: dict[str, Any], count: int) -> None:
    batch_id, source, sequence = (document[name] for name in _FIELDS[:3])
    if not isinstance(batch_id, str) or not _BATCH_ID.fullmatch(batch_id):
        raise _wrong("batch_id", "Send 1 to 100 characters of plain ASCII without blanks.")
    if not isinstance(source, str):
        raise _wrong("source", "Send the name of the installation, its SYNC_SOURCE.")
    if type(sequence) is not int or not 1 <= sequence <= MOST_SEQUENCE - count:
        raise _wrong("sequence", "Send the number of the first event: a whole number from 1 on.")


def _wrong(name: str, detail: str) -> ValidationFailed:
    return ValidationFailed(detail, errors=[FieldError(f"/{name}", "invalid", detail)])
