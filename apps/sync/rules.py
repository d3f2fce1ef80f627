"""What an answer to a batch means, and what to send next. Pure: no clock, no dice, no database."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, TypeGuard
from urllib.parse import urlsplit

import orjson

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ATTEMPTS = 3  # of the same bytes, before it is an outage, or the bytes are at fault
BACKOFF_SECONDS = (5.0, 30.0)  # before the second attempt, and before the third
LONGEST_WAIT = timedelta(hours=1)  # whatever a Retry-After says
CLOCK_SKEW = timedelta(minutes=4)  # from where on a signature's time may be what is refused
SUSPECTS = 10  # broken over in a row: it is the destination that is broken
DEAD_IN_A_ROW = 10  # refused in a row: it is the destination that refuses everything
ANSWER_BYTES = 1024 * 1024  # of an answer, at most: a thousand results are a tenth of it
_LARGEST = 2**63 - 1
_DETAIL, _CODE = 500, 80
_FORBIDDEN, _SUCCESS = 403, 200
_EXPECTED_NAMES = ("expected_sequence", "next_expected_sequence", "expected_seq")


class Verdict(StrEnum):
    """What an answer means for the batch."""

    DELIVERED = "DELIVERED"
    REWIND = "REWIND"  # it misses facts before these
    REUSED = "REUSED"  # it has seen this batch's id with other content
    TOO_LARGE = "TOO_LARGE"
    REFUSED = "REFUSED"  # some fact of the batch is at fault
    WAIT = "WAIT"  # not now, it says
    STOP = "STOP"  # it does not let us in
    SILENT = "SILENT"  # nobody is there
    BROKEN = "BROKEN"  # somebody is there, and broke over it


# What a status means; any other one that is no success is a destination that broke.
_VERDICTS: Mapping[int | None, Verdict] = {
    None: Verdict.SILENT,
    400: Verdict.REFUSED,
    401: Verdict.STOP,
    403: Verdict.STOP,
    404: Verdict.STOP,
    409: Verdict.REWIND,
    410: Verdict.STOP,
    413: Verdict.TOO_LARGE,
    422: Verdict.REFUSED,
    429: Verdict.WAIT,
    502: Verdict.SILENT,
    503: Verdict.WAIT,
    504: Verdict.SILENT,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, or why nothing did. Names of headers are in small letters."""

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    fault: str = ""
    took_ms: int = 0


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent, as far as the answer has to fit it. The ids stand in the order of sending."""

    batch_id: str
    first: int
    ids: Sequence[str]
    at: datetime

    @property
    def last(self) -> int:
        return self.first + len(self.ids) - 1


@dataclass(frozen=True, slots=True)
class Rejection:
    """One fact that was not taken while its batch was."""

    sequence: int
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """An answer, understood. `gaps` are what it says it misses: first and last numbers."""

    verdict: Verdict
    detail: str = ""
    code: str = ""
    wait_seconds: float | None = None
    expected: int | None = None
    accepted_count: int = 0
    duplicate_count: int = 0
    rejected: tuple[Rejection, ...] = ()
    gaps: tuple[tuple[int, int], ...] = ()

    @property
    def arrived_count(self) -> int:
        """How many facts are there now."""
        return self.accepted_count + self.duplicate_count


def read_answer(answer: Answer, sent: Sent) -> Outcome:
    """What an answer to `POST /api/sync` means. Whatever it is, it is understood as something."""
    if answer.status == _SUCCESS:
        return _read_results(answer, sent)
    return read_refusal(answer, sent)


def read_refusal(answer: Answer, sent: Sent) -> Outcome:
    """What an answer other than a success means, of whatever form the batch was."""
    status, problem = answer.status, _as_object(answer.body)
    detail = clean(answer.fault or f"{status} {_said(problem)}")
    code = clean(_text(problem, "code"), _CODE)
    match _VERDICTS.get(status, Verdict.BROKEN):
        case Verdict.REWIND:
            return _read_conflict(problem, sent, detail)
        case Verdict.STOP:
            return _read_closed_door(answer, sent, detail)
        case Verdict.WAIT:
            wait = read_retry_after(answer.headers.get("retry-after", ""), sent.at)
            return Outcome(Verdict.WAIT, detail, wait_seconds=wait)
        case verdict:
            return Outcome(verdict, detail, code or f"http-{status}")


def _read_results(answer: Answer, sent: Sent) -> Outcome:
    """A 200 counts only if it names our batch and says something of each fact in it."""
    document = _as_object(answer.body)
    results = document.get("results")
    if document.get("batch_id") != sent.batch_id or not isinstance(results, list):
        return Outcome(Verdict.BROKEN, "200, and it does not name our batch and its results")
    rejected, counts = [], dict.fromkeys(("accepted", "duplicate", "rejected"), 0)
    try:
        by_id = {result["id"]: result for result in results}
        told = [by_id[each] for each in sent.ids]
        for place, result in enumerate(told):
            counts[result["status"]] += 1
            if result["status"] == "rejected":
                rejected.append(_read_rejection(result, sent.first + place))
    except (KeyError, TypeError, AttributeError):
        return Outcome(Verdict.BROKEN, "200, and its results are not one for each fact")
    if len(results) != len(sent.ids):
        return Outcome(Verdict.BROKEN, "200, and its results are more than the facts")
    return Outcome(
        Verdict.DELIVERED,
        accepted_count=counts["accepted"],
        duplicate_count=counts["duplicate"],
        rejected=tuple(rejected),
        gaps=_read_gaps(document.get("gaps")),
    )


def _read_rejection(result: Mapping[str, Any], sequence: int) -> Rejection:
    return Rejection(sequence, clean(_text(result, "code"), _CODE), clean(_text(result, "detail")))


def _read_gaps(gaps: Any) -> tuple[tuple[int, int], ...]:
    """The gaps that can be read; what else stands there says nothing."""
    found = []
    for gap in gaps if isinstance(gaps, list) else []:
        first, last = (gap.get("first"), gap.get("last")) if isinstance(gap, dict) else (0, 0)
        if _is_number(first) and _is_number(last):
            found.append((first, last))
    return tuple(found)


def _read_conflict(problem: Mapping[str, Any], sent: Sent, detail: str) -> Outcome:
    if problem.get("code") == "batch-reused":
        return Outcome(Verdict.REUSED, detail)
    expected = next((problem[name] for name in _EXPECTED_NAMES if name in problem), None)
    if not _is_number(expected) or expected == sent.first:
        return Outcome(Verdict.BROKEN, detail)
    return Outcome(Verdict.REWIND, detail, expected=expected)


def _read_closed_door(answer: Answer, sent: Sent, detail: str) -> Outcome:
    """A door that is closed to us; but where only our clocks differ, it opens by itself."""
    theirs = _as_instant(answer.headers.get("date", ""))
    if answer.status == _FORBIDDEN and theirs and abs(theirs - sent.at) > CLOCK_SKEW:
        minutes = round(abs(theirs - sent.at).total_seconds() / 60)
        said = f"Its clock and ours are {minutes} minutes apart: set ours right. It said: {detail}"
        return Outcome(Verdict.SILENT, clean(said))
    return Outcome(Verdict.STOP, detail)


def read_retry_after(text: str, now: datetime) -> float | None:
    """The seconds that a Retry-After asks for, at most an hour; None where it says nothing.

    Source: RFC 9110, 10.2.3: a number of seconds, or an HTTP date.
    """
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST_WAIT.total_seconds())
    until = _as_instant(text)
    if until is None:
        return None
    return min(max((until - now).total_seconds(), 0.0), LONGEST_WAIT.total_seconds())


def backoff(attempt: int, roll: float) -> timedelta:
    """How long to wait after the attempt of this number; `roll` is a die of 0 to 1: full jitter."""
    base = BACKOFF_SECONDS[min(attempt, len(BACKOFF_SECONDS)) - 1]
    return timedelta(seconds=base * roll)


def next_size(*, settled_through: int, bad_until: int | None, limit: int) -> int:
    """How many facts to send next: half of what is known to hold a fact that is refused."""
    if bad_until is None or bad_until <= settled_through:
        return limit
    return min(limit, max(1, (bad_until - settled_through) // 2))


def strikes_needed(*, count: int, bad_until: int | None) -> int:
    """How often a destination has to break over the same bytes before they are parted.

    Within a range that it has broken over three times, once is enough; a single fact is never
    accused by less than three.
    """
    return 1 if bad_until is not None and count > 1 else ATTEMPTS


def is_safe_address(url: str) -> bool:
    """Whether facts may be sent there: under TLS, or to this machine."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    if parts.username or parts.password or not host:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_here(host))


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def clean(text: str, most: int = _DETAIL) -> str:
    """A text of somebody else's, short, and without what a database cannot store."""
    kept = text[:most].encode("utf-8", "replace").decode()
    return "".join(sign if sign.isprintable() else " " for sign in kept).strip()


def as_sentence(text: str) -> str:
    """A text with one end to it, so that another sentence can follow."""
    kept = text.rstrip()
    return kept if kept.endswith(("?", "!")) else f"{kept.rstrip('. ')}."


def _as_object(body: bytes) -> Mapping[str, Any]:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return document if isinstance(document, dict) else {}


def _as_instant(text: str) -> datetime | None:
    """An HTTP date."""
    try:
        instant = parsedate_to_datetime(text)
        return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None


def _said(problem: Mapping[str, Any]) -> str:
    """What a problem (RFC 9457) says for people."""
    return _text(problem, "detail") or _text(problem, "title") or _text(problem, "code")


def _text(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    return value if isinstance(value, str) else ""


def _is_number(value: Any) -> TypeGuard[int]:
    """Whether this may be a number of a fact."""
    return type(value) is int and 1 <= value <= _LARGEST
