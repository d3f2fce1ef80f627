"""The load: clients in processes of their own, each with one connection, one request at a time."""

from __future__ import annotations

import json
import multiprocessing
import random
import socket
import threading
import time
import uuid
from dataclasses import dataclass, field
from itertools import batched
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bench.scene import Desk, Scene

CLIENT_PROCESSES = 2
QUOTED = 100  # lines of a quote
SCANNED = 500  # products, of those that sell every day
LICENCE = (
    "@\n\x1e\rANSI 636010100102DL00410252ZF02930023DLDAQS000000000001\nDCSSAMPLE\nDDEN\nDACALEX\n"
    "DDFN\nDADTEST\nDDGN\nDCAE\nDCBNONE\nDCDNONE\nDBD01152024\nDBB07041985\nDBA07042032\nDBC1\n"
    "DAU070 IN\nDAYBRO\nDAG1 EXAMPLE ST\nDAISAMPLETOWN\nDAJFL\nDAK323990000  \nDCFX0000000000000\n"
    "DCGUSA\nDCK0000000000000000\nDDAF\nDDB05012023\rZFZFA\nZFB\nZFCSYNTHETIC\r"
)


@dataclass
class Outcome:
    """What the clients saw in one round."""

    seconds: float
    latencies_ms: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return len(self.latencies_ms) / self.seconds

    def percentile(self, share: float) -> float:
        ordered = sorted(self.latencies_ms)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


# What one desk sends, one request after the other; for ever, or until it has sent them all.
type Make = Callable[[Desk, random.Random], Iterator[bytes]]


def drive(port: int, desks: Sequence[Desk], make: Make, *, seconds: float) -> Outcome:
    """Send what `make` makes from every desk at once, for so many seconds at most.

    Raises:
        SystemExit: a request is refused.
    """
    context = multiprocessing.get_context("fork")
    queue: multiprocessing.Queue[Outcome] = context.Queue()
    shares = [desks[i::CLIENT_PROCESSES] for i in range(CLIENT_PROCESSES)]
    clients = [
        context.Process(target=_run_clients, args=(port, share, make, seconds, queue))
        for share in shares
        if share
    ]
    for client in clients:
        client.start()
    outcomes = [queue.get(timeout=seconds + 120) for _ in clients]
    for client in clients:
        client.join()
    whole = Outcome(max(outcome.seconds for outcome in outcomes))
    for outcome in outcomes:
        whole.latencies_ms += outcome.latencies_ms
        whole.failures += outcome.failures
    if whole.failures:
        raise SystemExit(f"{len(whole.failures)} requests failed: {whole.failures[0]}")
    return whole


def _run_clients(
    port: int,
    desks: Sequence[Desk],
    make: Make,
    seconds: float,
    queue: multiprocessing.Queue[Outcome],
) -> None:
    outcome = Outcome(seconds)
    started = time.perf_counter()
    threads = [
        threading.Thread(target=_run_client, args=(port, desk, make, started + seconds, outcome))
        for desk in desks
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    outcome.seconds = time.perf_counter() - started
    queue.put(outcome)


def _run_client(port: int, desk: Desk, make: Make, until: float, outcome: Outcome) -> None:
    dice, latencies_ms = random.Random(uuid.uuid4().int), outcome.latencies_ms
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for request in make(desk, dice):
            began = time.perf_counter()
            if began > until:
                return
            connection.sendall(request)
            status, body = _read_answer(connection)
            latencies_ms.append((time.perf_counter() - began) * 1000)
            if status not in {200, 201}:
                outcome.failures.append(f"{status} {body[:300]!r}")


def _read_answer(connection: socket.socket) -> tuple[int, bytes]:
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = connection.recv(65536)
        if not chunk:
            raise ConnectionError("The server closed the connection.")
        received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65536)
    return int(head[9:12]), body


def sale_of(scene: Scene, *, lines: int = 5, hot: bool = False) -> Make:
    """Sales: `lines` random products, or always the same one first if `hot`."""

    def make(desk: Desk, dice: random.Random) -> Iterator[bytes]:
        while True:
            scans = dice.sample(scene.barcodes, lines)
            if hot:
                scans[0] = scene.barcodes[0]
            body = {
                "id": str(uuid.uuid4()),
                "lines": [
                    {"id": str(uuid.uuid4()), "barcode": scan, "quantity": dice.randint(1, 3)}
                    for scan in scans
                ],
                "age_check": {"method": "scan", "barcode_data": LICENCE},
                "tenders": [{"kind": "cash", "amount_cents": 10_000_000}],
            }
            yield post("/api/v1/orders", desk.token, body)

    return make


def lookup_of(scene: Scene) -> Make:
    """Barcode look-ups of what sells every day."""
    daily = scene.barcodes[:SCANNED]

    def make(desk: Desk, dice: random.Random) -> Iterator[bytes]:
        scans = [scan(desk, barcode) for barcode in daily]
        while True:
            yield dice.choice(scans)

    return make


def every_quote_of(scene: Scene) -> Make:
    """Quotes, which write nothing, for every product once."""

    def make(desk: Desk, dice: random.Random) -> Iterator[bytes]:
        scans = dice.sample(scene.barcodes, len(scene.barcodes))
        for page in batched(scans, QUOTED):
            lines = [{"id": str(uuid.uuid4()), "barcode": scan, "quantity": 1} for scan in page]
            body = {"id": str(uuid.uuid4()), "lines": lines}
            yield post("/api/v1/orders/quote", desk.token, body)

    return make


def every_lookup_of(scene: Scene) -> Make:
    """A look-up of everything that sells every day, in every store whoever asks."""
    daily = scene.barcodes[:SCANNED]
    by_store = {desk.store_id: desk for desk in scene.desks}

    def make(_: Desk, dice: random.Random) -> Iterator[bytes]:
        for desk in by_store.values():
            for barcode in dice.sample(daily, len(daily)):
                yield scan(desk, barcode)

    return make


def scan(desk: Desk, barcode: str) -> bytes:
    """A look-up as bytes."""
    return (
        f"GET /api/v1/products/lookup?barcode={barcode} HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: Bearer {desk.token}\r\n\r\n"
    ).encode()


def post(path: str, token: str, body: object) -> bytes:
    """A POST with a new idempotency key, as bytes."""
    content = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
        f"Idempotency-Key: {uuid.uuid4()}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content
