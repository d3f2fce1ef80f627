"""A store server on SQLite, a head office on PostgreSQL, and the line between the two sites."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tests.faults.site import Site
from tests.goods import ADULT
from tests.migrated import new_database

from .line import Line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

type Document = dict[str, Any]
SOURCE, CODE = "store-7", "head-office"


class Shop(Site):
    """A site whose goods have no stock yet: it comes by deliveries, which are facts."""

    opening = "tests.journeys.opening"


@dataclass
class Store:
    """A shop with a server of its own, whose till sells whatever the line does."""

    site: Site
    sold: list[Document] = field(default_factory=list)

    def call(self, path: str, body: Document) -> Document:
        """What the till's request is answered; nothing is refused in these stories."""
        answer = self.site.post(path, body, {"Idempotency-Key": str(uuid4())})
        assert answer.status in {200, 201}, answer.body
        return answer.body

    def open_shift(self) -> None:
        self.call("shifts", {"id": str(uuid4()), "opening_float_cents": 20_000})

    def close_shift(self, counted: Document) -> Document:
        return self.call("shifts/current/close", {"counted": counted})

    def adjust(self, quantity: int) -> None:
        """Put so much of each product on the shelf, or take it off."""
        lines = [
            {"product_id": each, "quantity": quantity, "reason": "count"} for each in self.goods
        ]
        self.call("stock/adjustments", {"id": str(uuid4()), "lines": lines})

    @property
    def goods(self) -> list[int]:
        return [self.site.opened["product_id"], self.site.opened["chips_id"]]

    def sell(self, times: int = 1) -> None:
        """Sell two bottles and a bag of chips, for cash."""
        for _ in range(times):
            lines = [
                {"id": str(uuid4()), "product_id": product, "quantity": quantity}
                for product, quantity in zip(self.goods, (2, 1), strict=True)
            ]
            tender = {"kind": "cash", "amount_cents": 10_000}
            body = {"id": str(uuid4()), "lines": lines, "age_check": ADULT, "tenders": [tender]}
            self.sold.append(self.call("orders", body))

    def void(self, order: Document) -> None:
        self.call(f"orders/{order['id']}/void", {"reason": "wrong bottle"})

    def take_back(self, order: Document, *, restock: bool) -> None:
        """Hand the money of the chips back."""
        line = order["lines"][1]
        body = {
            "lines": [{"line_id": line["id"], "quantity": 1, "restock": restock}],
            "refund_to": [{"kind": "cash", "amount_cents": line["total_cents"]}],
            "reason": "stale",
        }
        self.call(f"orders/{order['id']}/returns", body)

    def sync(self) -> bool:
        """Send what waits; whether all of it arrived."""
        return self.site.run("manage.py", "sync_now").returncode == 0


@dataclass
class Offices:
    """Both sites, both served."""

    store: Store
    head: Site
    line: Line


@contextmanager
def open_offices(folder: Path) -> Iterator[Offices]:
    """Open both and let the store send to the head office and read its catalog."""
    (folder / "store").mkdir()
    (folder / "head").mkdir()
    with new_database(folder / "head") as url:
        head = Shop(folder / "head", url, SYNC_SOURCE=CODE)
        file = f"sqlite:///{folder / 'store' / 'tillhouse.sqlite3'}"
        site = Shop(folder / "store", file, SYNC_SOURCE=SOURCE)
        try:
            head.start()
            site.start()
            with Line(head.port) as line:
                introduce(site, head, line)
                yield Offices(Store(site), head, line)
        finally:
            site.stop()
            head.stop()


def introduce(site: Site, head: Site, line: Line) -> None:
    """What two operators do: the head office lets the store in, and the store is told where."""
    secret = operate(head, "add_peer", SOURCE, "--name", "Store seven")
    scopes = ["--scope", "sync:write", "--scope", "sync:read", "--scope", "catalog:read"]
    named = ["--source", SOURCE, "--store", head.opened["store"]]
    token = operate(head, "issue_service_token", "Store seven", *scopes, *named)
    url = f"http://127.0.0.1:{line.port}/api/sync"
    operate(site, "add_destination", CODE, url, "--from-first", typed=f"{token}\n{secret}\n")
    operate(site, "set_head_office", f"http://127.0.0.1:{line.port}", typed=f"{token}\n")


def operate(site: Site, *command: str, typed: str = "") -> str:
    """What a command prints that does not fail."""
    done = site.run("manage.py", *command, typed=typed)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
