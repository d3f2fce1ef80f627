"""A browser that visits the status page and calls the simulator's own controls."""

from __future__ import annotations

from typing import Any, Self

import requests


class Visitor:
    """A browser on loopback."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.session = requests.Session()
        self.session.trust_env = False

    def page(self) -> str:
        answer = self.session.get(self.base_url + "/", timeout=5)
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        return answer.text

    def post(self, control: str, /, **fields: Any) -> requests.Response:
        return self.session.post(f"{self.base_url}/_sandbox/{control}", data=fields, timeout=5)

    def get(self, path: str) -> Any:
        return self.session.get(f"{self.base_url}/_sandbox/{path}", timeout=5).json()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()
