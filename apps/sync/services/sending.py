"""One request with a frozen batch, outside any transaction, and what came back.

Whatever happens on the way is an answer, or a reason why there is none; nothing is raised. A
redirect is an answer like any other: facts go to the address that somebody entered, and nowhere
else.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django_subatomic.db import durable

from apps.core.errors import DomainError
from apps.sync.faults import say_fault
from apps.sync.models import Destination
from apps.sync.rules import ANSWER_BYTES, Answer, is_safe_address
from apps.sync.signing import SecretUnusable, sign
from apps.sync.transforms.registry import transform_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from requests import PreparedRequest, Response, Session

    from apps.sync.services.freezing import Frozen
    from apps.sync.services.leasing import Lease

CONNECT_SECONDS, READ_SECONDS = 5.0, 30.0  # well under the two minutes of a lease
_ALL_SECONDS = 45.0  # for an answer that comes in drops
_CHUNK = 64 * 1024
_GZIP_MAGIC = b"\x1f\x8b"
_FORBIDDEN = 403

type Headers = dict[str, str]


@contextmanager
def open_line() -> Iterator[Session]:
    """Connections that are kept from one request to the next."""
    import requests  # noqa: PLC0415 - only who sends spends its memory

    with requests.Session() as line:
        yield line


@durable
def send(
    line: Session,
    lease: Lease,
    frozen: Frozen,
    *,
    now: datetime,
    meanwhile: Callable[[], object] = lambda: None,
) -> Answer:
    """Send the batch's bytes; what came back. `meanwhile` is done while nothing has."""
    try:
        destination = Destination.objects.get(pk=lease.destination_id)
        headers = _headers(destination, frozen, now)
    except (SecretUnusable, DomainError) as refusal:
        return Answer(_FORBIDDEN, fault=f"Nothing was sent: {refusal}")
    if not is_safe_address(destination.url):
        return Answer(_FORBIDDEN, fault="Its address is not https, so nothing is sent there.")
    with ThreadPoolExecutor(1, "sync-line") as thread:
        coming = thread.submit(_post, line, destination, frozen.body, headers)
        meanwhile()
        return coming.result()


def _post(line: Session, destination: Destination, body: bytes, headers: Headers) -> Answer:
    """One request. It asks no database: it runs in a thread of its own."""
    import requests  # noqa: PLC0415 - as above

    began = time.monotonic()
    try:
        with line.post(
            destination.url,
            data=body,
            headers=headers,
            auth=_Bearer(destination.token),
            timeout=(CONNECT_SECONDS, READ_SECONDS),
            allow_redirects=False,
            stream=True,
        ) as response:
            return _read(response, began)
    except (requests.RequestException, OSError, ValueError) as error:
        return Answer(fault=say_fault(error, destination.url), took_ms=_since(began))


def _headers(destination: Destination, frozen: Frozen, now: datetime) -> Headers:
    secrets = (destination.secret, destination.second_secret)
    packed = {"Content-Encoding": "gzip"} if frozen.body.startswith(_GZIP_MAGIC) else {}
    return {
        "Content-Type": transform_of(destination.format).content_type,
        "Accept": "application/json",
        "User-Agent": "Tillhouse",
        **packed,
        **sign(frozen.body, str(frozen.id), secrets=secrets, now=now),
    }


class _Bearer:
    """The token as a way to log in, so that no `.netrc` of this machine puts another in place."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _read(response: Response, began: float) -> Answer:
    """The answer as far as anybody wants to read it."""
    body = bytearray()
    for chunk in response.iter_content(_CHUNK):
        body += chunk
        if len(body) > ANSWER_BYTES:
            return Answer(fault="Its answer has no end.", took_ms=_since(began))
        if time.monotonic() - began > _ALL_SECONDS:
            return Answer(fault="Its answer comes too slowly.", took_ms=_since(began))
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status_code, headers, bytes(body), took_ms=_since(began))


def _since(began: float) -> int:
    return int((time.monotonic() - began) * 1000)
