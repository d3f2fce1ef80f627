"""Asking a head office for its catalog: over HTTP, outside of any transaction, within bounds."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import IO, TYPE_CHECKING, Any

import orjson

from apps.sync.errors import HeadOfficeRefuses, HeadOfficeSilent

if TYPE_CHECKING:
    from collections.abc import Iterator

    import requests

TIMEOUTS = (5.0, 30.0)  # seconds: to connect, and between two bytes
MOST_SECONDS = 600  # for one answer as a whole
MOST_BYTES = 512 * 1024 * 1024  # of a snapshot, unpacked
MOST_BYTES_OF_CHANGES = 32 * 1024 * 1024
LONGEST_LINE = 4 * 1024 * 1024
LONGEST_CURSOR = 100
PRODUCTS_A_PAGE = 200
_CHUNK = 64 * 1024
_SHOWN = 300  # characters of what the other side says
_AGAIN = "Nothing was changed here; it is tried again every five minutes."


@dataclass(frozen=True, slots=True, repr=False)
class HeadOffice:
    """The API of another installation, as a reader of its catalog. It never shows its token."""

    url: str
    token: str
    store_code: str = ""

    def __repr__(self) -> str:
        return f"HeadOffice({self.url})"

    def changes(self, *, since: str) -> dict[str, Any]:
        """A page of changes.

        Raises:
            HeadOfficeSilent: it did not answer, or broke off.
            HeadOfficeRefuses: it answered something else; a person has to look at it.
        """
        query = {"since": since, "limit": str(PRODUCTS_A_PAGE)}
        body = b"".join(self._read("catalog/changes", query, MOST_BYTES_OF_CHANGES))
        page = _as_json(body, self.url)
        if not isinstance(page, dict) or not isinstance(page.get("changes"), list):
            raise _no_catalog(self.url)
        if not isinstance(page.get("renames", []), list):
            raise _no_catalog(self.url)
        if not (_is_cursor(page.get("cursor")) and isinstance(page.get("reset"), bool)):
            raise _no_catalog(self.url)
        return page

    def snapshot(self) -> Snapshot:
        """The whole catalog, fetched into a file that goes when it is closed.

        Raises:
            HeadOfficeSilent, HeadOfficeRefuses: as `changes`; also where its end is missing.
        """
        file = tempfile.TemporaryFile()  # noqa: SIM115 - the snapshot closes it
        try:
            for chunk in self._read("catalog/snapshot", {}, MOST_BYTES):
                file.write(chunk)
            return Snapshot.of(file, self.url)
        except BaseException:
            file.close()
            raise

    def _read(self, path: str, query: dict[str, str], most: int) -> Iterator[bytes]:
        """The body of an answer, unpacked and no longer than it may be."""
        import requests  # noqa: PLC0415 - only workers and commands speak HTTP

        if self.store_code:
            query = {**query, "store": self.store_code}
        address = f"{self.url.rstrip('/')}/api/v1/{path}"
        try:
            with requests.get(
                address,
                params=query,
                auth=self._authorise,  # so that no .netrc of the machine is looked at
                timeout=TIMEOUTS,
                stream=True,
                allow_redirects=False,
            ) as answer:
                _refuse_unless_ok(answer, self.url)
                yield from _bounded(answer, most, self.url)
        except requests.RequestException as error:
            raise HeadOfficeSilent(
                f"The head office at {self.url} does not answer ({_reason(error)}). {_AGAIN}"
            ) from error

    def _authorise(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A catalog that arrived whole: where to go on from, and its lines."""

    cursor: str
    count: int
    file: IO[bytes]

    @classmethod
    def of(cls, file: IO[bytes], url: str) -> Snapshot:
        """Look at the first and the last line, before any other is believed."""
        file.seek(0)
        start = _as_json(file.readline(LONGEST_LINE), url)
        end: bytes = b""
        count = -1
        while line := file.readline(LONGEST_LINE):
            end, count = line, count + 1
        closing = _as_json(end, url) if end.endswith(b"\n") else {}
        if not (isinstance(start, dict) and _is_cursor(start.get("cursor"))):
            raise _no_catalog(url)
        if not (isinstance(closing, dict) and closing.get("count") == count):
            raise HeadOfficeSilent(f"The catalog of {url} was cut short on its way. {_AGAIN}")
        return cls(start["cursor"], count, file)

    def lines(self) -> Iterator[Any]:
        """Each product, as its line says it."""
        self.file.seek(0)
        self.file.readline(LONGEST_LINE)
        for _ in range(self.count):
            yield _as_json(self.file.readline(LONGEST_LINE), "")

    def close(self) -> None:
        """Let go of the file."""
        self.file.close()


def _refuse_unless_ok(answer: requests.Response, url: str) -> None:
    status = answer.status_code
    if status == HTTPStatus.OK:
        return
    said = _detail_of(answer)
    if status == HTTPStatus.UNAUTHORIZED:
        raise HeadOfficeRefuses(
            f"The head office does not know our token. Ask an owner there for a new one (Service"
            f" tokens, Add), and enter it here. {said}"
        )
    if status == HTTPStatus.FORBIDDEN:
        raise HeadOfficeRefuses(
            f"The head office lets this token read no catalog. It needs the scope catalog:read,"
            f" and the store that is meant. {said}"
        )
    if answer.is_redirect or HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        where = answer.headers.get("Location", "somewhere else")[:_SHOWN]
        raise HeadOfficeRefuses(
            f"The address leads on to {where}. Enter the address that it leads to at last."
        )
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
        raise HeadOfficeSilent(f"The head office is busy or broken ({status}). {_AGAIN} {said}")
    raise HeadOfficeRefuses(
        f"The head office answers {status}. Is {url} the address of a Tillhouse, and the code of"
        f" the store right? {said}"
    )


def _bounded(answer: requests.Response, most: int, url: str) -> Iterator[bytes]:
    ends = time.monotonic() + MOST_SECONDS
    length = 0
    for chunk in answer.iter_content(_CHUNK):
        length += len(chunk)
        if length > most:
            raise HeadOfficeRefuses(
                f"The head office at {url} sends more than {most // 2**20} MB. Is it one?"
            )
        if time.monotonic() > ends:
            raise HeadOfficeSilent(
                f"The head office takes longer than {MOST_SECONDS // 60} minutes. {_AGAIN}"
            )
        yield chunk


def _detail_of(answer: requests.Response) -> str:
    """What a problem says for people; nothing of any other answer."""
    if not answer.headers.get("Content-Type", "").startswith("application/problem+json"):
        return ""
    try:
        problem = orjson.loads(next(answer.iter_content(_CHUNK), b""))
        return f"It says: {str(problem['detail'])[:_SHOWN]}"
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return ""


def _is_cursor(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_CURSOR and "\x00" not in value


def _as_json(body: bytes, url: str) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _no_catalog(url) from error


def _no_catalog(url: str) -> HeadOfficeRefuses:
    return HeadOfficeRefuses(
        f"What {url} answers is no catalog. Is it the address of a Tillhouse, without a path?"
    )


def _reason(error: Exception) -> str:
    """In a few words what kept the answer from coming."""
    name = type(error).__name__
    words = {
        "ConnectTimeout": "it cannot be reached",
        "ReadTimeout": "it took too long",
        "SSLError": "its certificate is not trusted",
        "ConnectionError": "no connection",
        "ChunkedEncodingError": "it broke off",
        "ContentDecodingError": "what it sends cannot be unpacked",
        "InvalidURL": "this is no address",
        "InvalidSchema": "the address begins with neither https:// nor http://",
        "MissingSchema": "the address begins with neither https:// nor http://",
    }
    return words.get(name, name)
