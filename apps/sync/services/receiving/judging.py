"""Whether an event can be taken in, and what is written of it. One bad event spoils no other."""

from __future__ import annotations

import hashlib
import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import orjson

from apps.core.event_schemas import find_fault, list_known
from apps.sync.services.receiving.columns import Columns, Unfit, columns_of
from apps.sync.services.receiving.reading import Unreadable
from apps.sync.services.receiving.splitting import split_events

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_FIELDS = frozenset({"id", "type", "version", "occurred_at", "aggregate", "data"})
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*+\\u0000")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
_NAMESPACE = uuid.UUID("0197c0de-5e11-7000-8000-000000000005")
_MOST_VERSION = 2**31 - 1
_LONGEST_ID, _LONGEST_TYPE, _LONGEST_AGGREGATE, _LONGEST_DETAIL = 100, 80, 120, 500


@dataclass(frozen=True, slots=True)
class Judged:
    """One event of a batch. It is accepted where `code` is empty, if its id is not known yet.

    `given_id` is what the event says as its id, for the answer; `event_id` is what it is known by
    here: 32 hexadecimal digits, made from its content where `is_named` says that it has no id.
    """

    given_id: str | None
    event_id: str
    is_named: bool
    row: dict[str, Any]
    columns: Columns
    code: str = ""
    detail: str = ""


class NotTaken(ValueError):
    """An event is rejected: a stable code, and a sentence."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def judge_events(
    events: Sequence[Any], body: bytes, refusal: NotTaken | None = None
) -> list[Judged]:
    """Every event of a batch in its order. `body` is what they came in.

    A `refusal` is why none of them is taken, however good it is by itself.
    """
    slices: list[bytes] = []

    def raw_of(place: int) -> bytes:
        """The event as it came, where it cannot be written down in any other way."""
        if not slices:
            parts = split_events(body)
            slices.extend(parts[1] if parts else [])
        return slices[place] if place < len(slices) else b""

    return [_judge(event, partial(raw_of, place), refusal) for place, event in enumerate(events)]


def _judge(event: Any, raw_of: Callable[[], bytes], refusal: NotTaken | None) -> Judged:
    try:
        accepted = _accept(event)
    except NotTaken as reason:
        return _reject(event, reason, _raw(event, raw_of))
    return _reject(event, refusal, _raw(event, raw_of)) if refusal else accepted


def _accept(event: Any) -> Judged:
    _refuse_malformed(event)
    event_type, version, data = event["type"], event["version"], event["data"]
    _refuse_unknown(event_type, version)
    payload = _dump(data)
    if fault := find_fault(event_type, version, data):
        raise NotTaken("event-invalid", fault)
    try:
        columns = columns_of(event_type, data)
    except (Unfit, KeyError, TypeError) as error:
        raise NotTaken("event-invalid", str(error)) from error
    row = {
        "event_id": event["id"].replace("-", "").lower(),
        "type": event_type,
        "version": version,
        "aggregate": event["aggregate"],
        "occurred_at": _instant(event["occurred_at"]),
        "store": columns.store,
        "number": columns.number,
        "business_date": columns.business_date,
        "amount_cents": columns.amount_cents,
        "payload": payload,
        "raw": "",
        "state": "ACCEPTED",
        "code": "",
        "detail": "",
    }
    return Judged(event["id"], row["event_id"], is_named=True, row=row, columns=columns)


def _refuse_malformed(event: Any) -> None:
    if isinstance(event, Unreadable):
        raise NotTaken("event-unreadable", f"It cannot be read as JSON: {event.why}.")
    if not isinstance(event, dict):
        raise NotTaken("event-malformed", "An event is an object.")
    if event.keys() != _FIELDS:
        named = ", ".join(sorted(event.keys() ^ _FIELDS)[:10])
        raise NotTaken("event-malformed", f"Missing, or not known in an event: {named}.")
    if _id_of(event) is None:
        raise NotTaken("event-malformed", "The id of an event is a UUID with its hyphens.")
    if not _is_text(event["type"], _LONGEST_TYPE):
        raise NotTaken("event-malformed", f"A type has 1 to {_LONGEST_TYPE} characters.")
    if not _is_version(event["version"]):
        raise NotTaken("event-malformed", "A version is a whole number from 1 on.")
    if not _is_text(event["aggregate"], _LONGEST_AGGREGATE):
        raise NotTaken("event-malformed", f"An aggregate has 1 to {_LONGEST_AGGREGATE} characters.")


def _refuse_unknown(event_type: str, version: int) -> None:
    known = list_known().get(event_type)
    if known is None:
        raise NotTaken("event-type-unknown", f"Facts of type {event_type} are not known here.")
    if version not in known:
        versions = ", ".join(str(each) for each in sorted(known))
        detail = f"Of {event_type} version {versions} is known here, and not {version}."
        raise NotTaken("event-version-unknown", detail)


def _dump(data: Any) -> bytes:
    try:
        payload = orjson.dumps(data)
    except TypeError as error:  # nested in more than 254 levels
        raise NotTaken("event-unstorable", f"Its data cannot be stored: {error}.") from error
    if b"\\u0000" in payload and _NUL.search(payload):
        raise NotTaken("event-unstorable", "Its data has a NUL character in a text.")
    return payload


def _instant(text: Any) -> str:
    """An instant in UTC, as both databases read it."""
    try:
        if not isinstance(text, str) or not _INSTANT.fullmatch(text):
            raise ValueError
        instant = datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        detail = "occurred_at is a time of RFC 3339, such as 2026-11-22T17:00:00Z."
        raise NotTaken("event-malformed", detail) from error
    return str(instant.replace(tzinfo=None))


def _reject(event: Any, reason: NotTaken, raw: bytes) -> Judged:
    known = event if isinstance(event, dict) else {}
    given_id, said = _id_of(known), _text_of(known.get("id"), _LONGEST_ID) or None
    of_content = uuid.uuid5(_NAMESPACE, hashlib.sha256(raw).hexdigest())
    version, detail = known.get("version"), reason.detail.replace("\x00", "")[:_LONGEST_DETAIL]
    event_id = (given_id or str(of_content)).replace("-", "").lower()
    row = {
        "event_id": event_id,
        "type": _text_of(known.get("type"), _LONGEST_TYPE),
        "version": version if _is_version(version) else 0,
        "aggregate": _text_of(known.get("aggregate"), _LONGEST_AGGREGATE),
        "occurred_at": None,
        "store": "",
        "number": "",
        "business_date": None,
        "amount_cents": None,
        "payload": None,
        "raw": raw.decode("utf-8", "replace").replace("\x00", "\ufffd"),
        "state": "REJECTED",
        "code": reason.code,
        "detail": detail,
    }
    return Judged(
        given_id=said,
        event_id=event_id,
        is_named=given_id is not None,
        row=row,
        columns=Columns(),
        code=reason.code,
        detail=detail,
    )


def _raw(event: Any, raw_of: Callable[[], bytes]) -> bytes:
    if isinstance(event, Unreadable):
        return event.raw
    try:
        return orjson.dumps(event)
    except TypeError:
        return raw_of()


def _id_of(event: dict[str, Any]) -> str | None:
    given = event.get("id")
    return given if isinstance(given, str) and _UUID.fullmatch(given) else None


def _is_text(value: Any, longest: int) -> bool:
    return isinstance(value, str) and 0 < len(value) <= longest and "\x00" not in value


def _text_of(value: Any, longest: int) -> str:
    return value.replace("\x00", "\ufffd")[:longest] if isinstance(value, str) else ""


def _is_version(value: Any) -> bool:
    return type(value) is int and 0 < value <= _MOST_VERSION
