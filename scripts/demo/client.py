"""A till's program, small: JSON over HTTP with a token and an idempotency key."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

TIMEOUT_SECONDS = 30


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: Any
    is_replay: bool = False

    @property
    def is_refusal(self) -> bool:
        return self.status >= 400  # noqa: PLR2004 - HTTP's own border


@dataclass(frozen=True)
class TillClient:
    """Talks to one Tillhouse with one token."""

    base_url: str
    token: str = ""

    def get(self, path: str, accept: str = "application/json", **query: str) -> Answer:
        """GET a path under /api/v1/."""
        if query:
            path = f"{path}?{urllib.parse.urlencode(query)}"
        return self._send("GET", path, None, {"Accept": accept})

    def post(self, path: str, body: Any, key: str | None = None) -> Answer:
        """POST to a path under /api/v1/; each call has a new key unless one is named."""
        headers = {"Idempotency-Key": key or str(uuid4())}
        return self._send("POST", path, json.dumps(body).encode(), headers)

    def _send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        if self.token:
            headers = {**headers, "Authorization": f"Bearer {self.token}"}
        request = urllib.request.Request(  # noqa: S310 - the demo's own address
            f"{self.base_url}/api/v1/{path}",
            data=body,
            method=method,
            headers={"Content-Type": "application/json", **headers},
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310
                return _read(response.status, response.read(), response.headers)
        except urllib.error.HTTPError as error:
            return _read(error.code, error.read(), error.headers)


def _read(status: int, content: bytes, headers: Any) -> Answer:
    is_json = "json" in (headers.get("Content-Type") or "")
    body = json.loads(content) if is_json else content.decode()
    return Answer(status, body, headers.get("Idempotency-Replayed") == "true")
