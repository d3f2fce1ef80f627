"""Card sales, webhooks, and what is left for cash while Stripe hangs.

Stripe is its simulator in a process of its own, at no latency; it checks every call, and its share
of the two cores is not taken out of any figure.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import random
import signal
import statistics
import subprocess
import sys
import time
import urllib.parse
import urllib.request
import uuid
from typing import TYPE_CHECKING, Any

from bench.load import LICENCE, drive, post
from bench.processes import free_port, gunicorn, wait_for
from bench.setting import environment_of
from bench.tills import drive_cards
from bench.warming import warm_up

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench.load import Make
    from bench.scene import Desk, Scene
    from bench.setting import Figures

ROUNDS = 7
SECONDS = 3.0
HANG_SECONDS = 40.0  # longer than one call may last and the pause after it
BASKETS = 40
LINES = 5
REQUESTS_PER_CARD_SALE = 3
WEBHOOK_SECRET = "whsec_only_for_the_benchmark"  # noqa: S105 - as it says
INTENTS = "/v1/payment_intents"


def measure(url: str, scene: Scene) -> Figures:
    """Every figure of payments."""
    with simulator() as stripe_url:
        environment = {
            **environment_of(url),
            "STRIPE_SECRET_KEY": "sk_test_benchmark",
            "STRIPE_API_BASE": stripe_url,
            "STRIPE_TEST_MODE": "true",
            "STRIPE_WEBHOOK_SECRETS": WEBHOOK_SECRET,
            "NO_PROXY": "127.0.0.1",
        }
        with gunicorn(environment) as server:
            warm_up(url, server.port, scene)
            baskets = quote_baskets(server.port, scene)
            figures = card_sales(server.port, scene, baskets)
            figures |= webhooks(server.port, scene)
            figures |= hanging(server.port, scene, baskets, stripe_url)
    return figures


@contextlib.contextmanager
def simulator() -> Iterator[str]:
    """Stripe's simulator, ready for requests; its address."""
    port = free_port()
    command = [sys.executable, "-m", "sandbox.stripe", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        wait_for(f"http://127.0.0.1:{port}/", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


type Basket = tuple[list[str], int]


def quote_baskets(port: int, scene: Scene) -> list[Basket]:
    """Baskets of five random products, each with its total in cents."""
    dice = random.Random(1)
    baskets = []
    for _ in range(BASKETS):
        scans = dice.sample(scene.barcodes, LINES)
        body = {"id": str(uuid.uuid4()), "lines": lines_of(scans)}
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/api/v1/orders/quote",
            data=json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {scene.desks[0].token}",
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - our own address
            baskets.append((scans, json.loads(answer.read())["total_cents"]))
    return baskets


def lines_of(scans: Sequence[str]) -> list[dict[str, Any]]:
    return [{"id": str(uuid.uuid4()), "barcode": scan, "quantity": 1} for scan in scans]


def card_sales(port: int, scene: Scene, baskets: Sequence[Basket]) -> Figures:
    """Sales by card as a share of sales of the same baskets for cash, side by side."""
    by_card, by_cash = [], []
    for _ in range(ROUNDS):
        cards = drive(port, scene.desks, card_sale_of(baskets), seconds=SECONDS)
        by_card.append(cards.per_second / REQUESTS_PER_CARD_SALE)
        by_cash.append(drive(port, scene.desks, cash_sale_of(baskets), seconds=SECONDS).per_second)
    return {
        "payments.card_per_s": statistics.median(by_card),
        "payments.cash_per_s": statistics.median(by_cash),
        "payments.card_to_cash_ratio": statistics.median(by_card) / statistics.median(by_cash),
    }


def cash_sale_of(baskets: Sequence[Basket]) -> Make:
    """Sales of these baskets for cash."""

    def make(desk: Desk, dice: random.Random) -> Iterator[bytes]:
        while True:
            scans, total = dice.choice(baskets)
            tender = {"kind": "cash", "amount_cents": total}
            yield post("/api/v1/orders", desk.token, order_of(str(uuid.uuid4()), scans, tender))

    return make


def card_sale_of(baskets: Sequence[Basket]) -> Make:
    """Sales of these baskets by card: authorised, placed, captured."""

    def make(desk: Desk, dice: random.Random) -> Iterator[bytes]:
        while True:
            scans, total = dice.choice(baskets)
            payment_id, order_id = str(uuid.uuid4()), str(uuid.uuid4())
            yield post("/api/v1/payments", desk.token, payment_of(payment_id, order_id, total))
            tender = {"kind": "card", "payment_id": payment_id}
            yield post("/api/v1/orders", desk.token, order_of(order_id, scans, tender))
            yield post(f"/api/v1/payments/{payment_id}/capture", desk.token, {})

    return make


def payment_of(payment_id: str, order_id: str, cents: int) -> dict[str, Any]:
    return {
        "id": payment_id,
        "order_id": order_id,
        "amount_cents": cents,
        "method": "card",
        "payment_method": "pm_card_visa",
    }


def order_of(order_id: str, scans: Sequence[str], tender: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": order_id,
        "lines": lines_of(scans),
        "age_check": {"method": "scan", "barcode_data": LICENCE},
        "tenders": [tender],
    }


def webhooks(port: int, scene: Scene) -> Figures:
    """Events that come in, each signed and each new."""
    outcomes = [drive(port, scene.desks, event_of, seconds=SECONDS) for _ in range(ROUNDS)]
    latencies = sorted(ms for outcome in outcomes for ms in outcome.latencies_ms)
    return {
        "payments.webhooks_per_s": statistics.median(outcome.per_second for outcome in outcomes),
        "payments.webhook_p99_ms": latencies[int(len(latencies) * 0.99)],
    }


def event_of(_: Desk, dice: random.Random) -> Iterator[bytes]:
    """Events as Stripe sends them, about intents that nobody knows."""
    while True:
        number, now = uuid.uuid4().hex, int(time.time())
        content = json.dumps(
            {
                "id": f"evt_{number}",
                "object": "event",
                "api_version": "2026-10-28.endive",
                "created": now,
                "livemode": False,
                "type": dice.choice(["payment_intent.succeeded", "charge.captured"]),
                "data": {"object": {"id": f"pi_{number}", "object": "payment_intent"}},
            }
        ).encode()
        signed = hmac.new(WEBHOOK_SECRET.encode(), f"{now}.".encode() + content, hashlib.sha256)
        head = (
            f"POST /webhooks/stripe HTTP/1.1\r\nHost: localhost\r\n"
            f"Stripe-Signature: t={now},v1={signed.hexdigest()}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        yield head.encode() + content


def hanging(port: int, scene: Scene, baskets: Sequence[Basket], stripe_url: str) -> Figures:
    """Half the tills sell for cash: alone, and beside tills whose every card hangs."""
    half = len(scene.desks) // 2
    cash, cards = scene.desks[:half], scene.desks[half:]
    make, seconds = cash_sale_of(baskets), HANG_SECONDS / 2
    alone = [drive(port, cash, make, seconds=seconds).per_second]
    hang(stripe_url)
    with drive_cards(port, cards) as held:
        beside = drive(port, cash, make, seconds=HANG_SECONDS).per_second
    alone.append(drive(port, cash, make, seconds=seconds).per_second)
    return {
        "payments.cash_ratio_while_stripe_hangs": beside / statistics.mean(alone),
        "payments.longest_held_s": held.longest_seconds,
        "payments.cards_that_hung": held.hung,
    }


def hang(stripe_url: str) -> None:
    """Let every authorisation hang from now on."""
    fault = {"method": "POST", "path": INTENTS, "kind": "hang", "times": 1_000_000, "seconds": 60}
    content = urllib.parse.urlencode(fault).encode()
    with urllib.request.urlopen(f"{stripe_url}/_sandbox/faults", data=content):  # noqa: S310
        pass
