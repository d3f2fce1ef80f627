"""Requests as they come and answers as they go: read strictly, refused by a problem."""

from __future__ import annotations

import json
import zlib
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.backoffice.books import Json
    from sandbox.backoffice.faults import Fault

MAX_EVENTS = 1_000
MAX_BYTES = 5 * 1024 * 1024  # as sent, and once inflated
_FIELDS = {"id": str, "type": str, "version": int, "occurred_at": str, "aggregate": str}
_LINE = {
    "entry_id": str,
    "line": int,
    "date": str,
    "store": str,
    "account": str,
    "debit_cents": int,
    "credit_cents": int,
}


class Refusal(Exception):
    """A request that is answered by a problem."""

    def __init__(self, status: int, code: str, detail: str, **facts: Any) -> None:
        super().__init__(detail)
        self.status = status
        self.problem = {"status": status, "code": code, "detail": detail, **facts}


@dataclass(frozen=True)
class Request:
    """A POST as it came: names of headers in lower case, the bytes untouched."""

    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """An answer, and what goes wrong with it on its way."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    fault: Fault | None = None


def inflate(request: Request) -> bytes:
    """The body as it was before it was compressed.

    Raises:
        Refusal: it is no gzip, or more than 5 MiB of it.
    """
    if request.headers.get("content-encoding", "identity") != "gzip":
        return request.body
    inflating = zlib.decompressobj(wbits=31)
    try:
        body = inflating.decompress(request.body, MAX_BYTES + 1)
    except zlib.error as error:
        raise Refusal(400, "malformed", "It is no gzip.") from error
    if len(body) > MAX_BYTES:
        raise Refusal(413, "too-large", "Inflated it is larger than 5 MiB.")
    if not inflating.eof:
        raise Refusal(400, "malformed", "The gzip breaks off.")
    return body


@dataclass(frozen=True)
class Glimpse:
    """What faults ask of a batch before anybody has looked whether it is one."""

    names: frozenset[str] = frozenset()
    count: int = 1
    source: str = ""
    sequence: int = 0


def peek(request: Request) -> Glimpse:
    """The ids and types in a batch, and where it begins; of anything else, nothing."""
    try:
        batch = read_batch(inflate(request))
    except Refusal:
        return Glimpse()
    events = batch["events"]
    names = frozenset(name for event in events for name in (event["id"], event["type"]))
    return Glimpse(names, len(events), batch["source"], batch["sequence"])


def read_batch(body: bytes) -> Json:
    batch = _read_json(body)
    if not _has(batch, {"batch_id": str, "source": str, "sequence": int, "events": list}):
        raise Refusal(422, "unreadable", "It is no batch of events.")
    events = batch["events"]
    if not events or not all(_has(event, {**_FIELDS, "data": dict}) for event in events):
        raise Refusal(422, "unreadable", "An event cannot be read.")
    if len(events) > MAX_EVENTS:
        raise Refusal(413, "too-large", f"It has more than {MAX_EVENTS:,} events.")
    document: Json = batch
    return document


def read_lines(body: bytes) -> list[Json]:
    lines = [_read_json(line) for line in body.splitlines() if line]
    if not lines or not all(_has(line, _LINE) for line in lines):
        raise Refusal(422, "unreadable", "A line cannot be read.")
    balances: dict[str, int] = defaultdict(int)
    for line in lines:
        balances[line["entry_id"]] += line["debit_cents"] - line["credit_cents"]
    if off := [entry for entry, cents in balances.items() if cents]:
        raise Refusal(422, "not-balanced", f"Entry {off[0]} does not balance.")
    return lines


def _read_json(text: bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refusal(400, "malformed", "It is no JSON.") from error


def _has(document: Any, fields: Mapping[str, type]) -> bool:
    return isinstance(document, dict) and all(
        isinstance(document.get(name), kind) for name, kind in fields.items()
    )
