"""Asking a destination what it has of a business date, over HTTP and outside any transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import orjson
from django.conf import settings

from apps.sync.comparing import NAMES, Group, Thing, Totals
from apps.sync.faults import say_fault
from apps.sync.rules import ANSWER_BYTES, clean, is_safe_address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date

    from requests import PreparedRequest, Response, Session

    from apps.sync.models import Destination

TIMEOUTS = (5.0, 30.0)  # seconds to connect, and between two pieces of an answer
_PAGE = 200
_PAGES = 5_000  # more than any store's day: an answer without an end
_PIECE = 64 * 1024
_OK = 200
_SHOWS_NONE = frozenset({404, 405, 501})


class NotComparable(Exception):
    """The destination shows no totals, and never will by itself."""


class NotReached(Exception):
    """The destination did not answer, or not in a way that could be read."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks one destination about one day."""

    line: Session
    destination: Destination
    day: date

    def totals(self) -> dict[Group, Totals]:
        """The sums by store and type.

        Raises:
            NotComparable, NotReached: as above.
        """
        document = self._get("totals", {})
        return dict(_read(_total, document.get("totals")))

    def things(self, group: Group) -> Iterator[Thing]:
        """Everything behind one of the sums, in the order in which it arrived.

        Raises:
            NotComparable, NotReached: as above.
        """
        cursor = ""
        for _ in range(_PAGES):
            asked = {"store": group.store, "type": group.type, "limit": str(_PAGE)}
            document = self._get("facts", {**asked, **({"cursor": cursor} if cursor else {})})
            yield from _read(_thing, document.get("results"))
            cursor = _cursor_of(document.get("next"))
            if not cursor:
                return
        raise NotReached("Its list has no end.")

    def _get(self, what: str, asked: Mapping[str, str]) -> dict[str, Any]:
        import requests  # noqa: PLC0415 - only who asks spends its memory

        address = f"{self.destination.url.rstrip('/')}/{what}"
        if not is_safe_address(address):
            raise NotComparable("Its address is not https, so nothing is asked there.")
        about = {"source": settings.SYNC_SOURCE, "day": self.day.isoformat()}
        try:
            with self.line.get(
                address,
                params={**about, **asked},
                auth=_bearer(self.destination.token),
                timeout=TIMEOUTS,
                allow_redirects=False,
                stream=True,
            ) as response:
                return _judge(response.status_code, _body_of(response))
        except (requests.RequestException, OSError, ValueError) as error:
            raise NotReached(say_fault(error, self.destination.url)) from error


def _bearer(token: str) -> Callable[[PreparedRequest], PreparedRequest]:
    """The token as a way to log in, so that no `.netrc` of this machine puts another in place."""

    def log_in(request: PreparedRequest) -> PreparedRequest:
        request.headers["Authorization"] = f"Bearer {token}"
        return request

    return log_in


def _body_of(response: Response) -> bytes:
    """The answer, of which no more is read than one piece too many."""
    body = bytearray()
    for piece in response.iter_content(_PIECE):
        body += piece
        if len(body) > ANSWER_BYTES:
            break
    return bytes(body)


def _judge(status: int, body: bytes) -> dict[str, Any]:
    if status in _SHOWS_NONE:
        raise NotComparable(
            f"It shows no totals (HTTP {status}): it is no Tillhouse, or an old one."
        )
    if status != _OK or len(body) > ANSWER_BYTES:
        raise NotReached(f"It answered HTTP {status} when it was asked for its totals.")
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise NotReached("It answered something that is no JSON.") from error
    if not isinstance(document, dict):
        raise NotReached("It answered something that nobody asked for.")
    return document


def _read[T](read: Callable[[Mapping[str, Any]], T], rows: Any) -> list[T]:
    try:
        return [read(row) for row in rows]
    except (KeyError, TypeError, ValueError) as error:
        raise NotReached("It answered something that nobody asked for.") from error


def _total(row: Mapping[str, Any]) -> tuple[Group, Totals]:
    if row["type"] not in NAMES:
        raise ValueError(row["type"])
    return Group(str(row["store"]), row["type"]), Totals(
        int(row["count"]), int(row["amount_cents"])
    )


def _thing(row: Mapping[str, Any]) -> Thing:
    return Thing(str(row["thing"]), "", clean(str(row["number"])), int(row["amount_cents"]))


def _cursor_of(address: Any) -> str:
    """The cursor in the address of the next page. Nothing else of that address is believed."""
    if not isinstance(address, str):
        return ""
    return parse_qs(urlsplit(address).query).get("cursor", [""])[0]
