"""A head office that says what a test wants it to say, over real HTTP, and what it was asked."""

from __future__ import annotations

import gzip
import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from django.utils import timezone
from django_subatomic.db import transaction

from apps.catalog.models import Product
from apps.sync.models import CatalogSource
from apps.sync.services.following import NewHeadOffice, enter_head_office
from apps.sync.services.pulling import Pulled, pull_catalog
from tests.factories import MANAGER

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "thv_of-the-head-office"


@dataclass
class Answer:
    """What is said to one request."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    promised: int | None = None  # bytes that the header names, where it names too many


@dataclass
class Office:
    """A server with its answers in line, each for one request, and the requests it got."""

    url: str = ""
    answers: list[Answer] = field(default_factory=list)
    asked: list[tuple[str, dict[str, list[str]], dict[str, str]]] = field(default_factory=list)

    def say(self, *pages: Any) -> None:
        """Answer the next requests with these documents."""
        self.answers += [Answer(json.dumps(page).encode()) for page in pages]

    def say_all(self, *changes: Any, cursor: str = "9.aaaaaaaa.1", **wrong: Any) -> None:
        """Answer the next request with a snapshot, compressed as it comes over the line."""
        self.answers.append(
            Answer(
                gzip.compress(snapshot(*changes, cursor=cursor, **wrong)),
                headers={"Content-Encoding": "gzip"},
            )
        )

    @property
    def paths(self) -> list[str]:
        """What was asked for, without its query."""
        return [path.removeprefix("/api/v1/catalog/") for path, _, _ in self.asked]


def page_of(*changes: Any, cursor: str = "10.bbbbbbbb.1", **fields: Any) -> dict[str, Any]:
    """An answer of `catalog/changes`."""
    page = {"changes": list(changes), "cursor": cursor, "has_more": False, "reset": False}
    return {**page, **fields}


def snapshot(*changes: Any, cursor: str, count: int | None = None, ends: bool = True) -> bytes:
    """An answer of `catalog/snapshot`."""
    lines = [{"kind": "start", "cursor": cursor, "store": "BRW"}, *changes]
    if ends:
        lines.append({"kind": "end", "count": len(changes) if count is None else count})
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def follow(url: str, **fields: Any) -> None:
    """Read the catalog from there from now on."""
    with transaction():
        enter_head_office(
            actor=MANAGER, new=NewHeadOffice(url, TOKEN, **fields), now=timezone.now()
        )


def pull(**options: Any) -> Pulled:
    """Read the catalog as the worker does."""
    return pull_catalog(clock=timezone.now, **options)


def source() -> CatalogSource:
    """The head office as it stands in the books."""
    return CatalogSource.objects.get()


def active() -> list[str]:
    """The SKUs that can be sold here."""
    skus = Product.objects.filter(is_active=True).values_list("sku", flat=True)
    return list(skus.order_by("sku"))


@contextmanager
def run_office() -> Iterator[Office]:
    """A head office on a port of this machine, for as long as the test lasts."""
    office = Office()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            office.asked.append((address.path, parse_qs(address.query), dict(self.headers.items())))
            answer = office.answers.pop(0) if office.answers else Answer(b"", 500)
            self.send_response(answer.status)
            length = len(answer.body) if answer.promised is None else answer.promised
            for name, value in {"Content-Length": str(length), **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)
            self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its own name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    office.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield office
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
