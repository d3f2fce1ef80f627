"""Somebody who sends to the back office by hand: bytes, headers and all."""

from __future__ import annotations

import gzip
import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import requests

from sandbox.backoffice.receiving import TOKEN
from sandbox.backoffice.signatures import SECRET, sign

if TYPE_CHECKING:
    from collections.abc import Sequence

type Document = dict[str, Any]


def event(kind: str = "order.voided", **fields: Any) -> Document:
    """An event as a Tillhouse sends it."""
    return {
        "id": str(uuid4()),
        "type": kind,
        "version": 1,
        "occurred_at": "2026-11-22T17:00:00Z",
        "aggregate": "order:1",
        "data": {"store": "BRW", "total_cents": 1234},
        **fields,
    }


def events(count: int) -> list[Document]:
    return [event() for _ in range(count)]


def line(number: int = 1, *, debit: int = 0, credit: int = 0, entry: str = "e1") -> Document:
    """A line of a journal entry."""
    return {
        "entry_id": entry,
        "line": number,
        "date": "2026-11-22",
        "store": "BRW",
        "account": "1000" if debit else "4000",
        "debit_cents": debit,
        "credit_cents": credit,
    }


@dataclass
class Sender:
    """Signs and sends, the next number each time."""

    base_url: str
    token: str = TOKEN
    secret: str = SECRET
    source: str = "cafe"
    sequence: int = 1
    shift_seconds: int = 0
    sent: list[bytes] = field(default_factory=list)

    def send(self, *batch: Document, sequence: int | None = None, **fields: Any) -> Any:
        """Send events as a batch of their own; the answer as `requests` has it."""
        first = self.sequence if sequence is None else sequence
        document = {
            "batch_id": str(uuid4()),
            "source": self.source,
            "sequence": first,
            "events": list(batch),
            **fields,
        }
        answer = self.post(json.dumps(document).encode(), document["batch_id"])
        if answer.status_code == requests.codes.ok:
            self.sequence = max(self.sequence, first + len(batch))
        return answer

    def post(
        self, body: bytes, batch_id: str, *, path: str = "/api/sync", compresses: bool = False
    ) -> Any:
        """Send bytes, compressed or as they are; signed as they are sent."""
        self.sent.append(body)
        body = gzip.compress(body, mtime=0) if compresses else body
        timestamp = str(int(time.time()) + self.shift_seconds)
        headers = {
            "Authorization": f"Bearer {self.token}",
            "webhook-id": batch_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": f"v1,bm9uZQ== v1,{sign(self.secret, batch_id, timestamp, body)}",
            **({"Content-Encoding": "gzip"} if compresses else {}),
        }
        with plain_session() as session:
            return session.post(
                f"{self.base_url}{path}",
                data=body,
                headers=headers,
                timeout=5,
                allow_redirects=False,
            )

    def post_lines(self, lines: Sequence[Document], batch_id: str) -> Any:
        body = b"\n".join(json.dumps(each).encode() for each in lines)
        return self.post(body, batch_id, path="/api/journal")

    def control(self, name: str, **asked: Any) -> Any:
        """A control that changes something; what it answers."""
        with plain_session() as session:
            answer = session.post(f"{self.base_url}/_sandbox/{name}", json=asked, timeout=5)
        assert answer.ok, answer.text
        return answer.json()

    def see(self, name: str) -> Any:
        with plain_session() as session:
            return session.get(f"{self.base_url}/_sandbox/{name}", timeout=5).json()


def plain_session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # a proxy of the environment must not see loopback
    return session
