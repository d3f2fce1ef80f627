"""Tills that take cards while Stripe hangs: each tries, waits as told, and tries again."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import threading
import time
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from multiprocessing.synchronize import Event

    from bench.scene import Desk

PATIENCE_SECONDS = 60
ACCEPTED = 202


@dataclass
class Held:
    """How the tills fared: answers without an outcome, refusals at the door, the longest wait."""

    hung: int = 0
    turned_away: int = 0
    longest_seconds: float = 0.0


@contextlib.contextmanager
def drive_cards(port: int, desks: Sequence[Desk]) -> Iterator[Held]:
    """Tills in a process of their own that try cards until the block ends; then what they saw."""
    context = multiprocessing.get_context("fork")
    stopping, queue = context.Event(), context.Queue()
    tills = context.Process(target=_run_tills, args=(port, desks, stopping, queue))
    tills.start()
    held = Held()
    yield held
    stopping.set()
    seen: Held = queue.get(timeout=2 * PATIENCE_SECONDS)
    tills.join()
    held.__dict__.update(seen.__dict__)


def _run_tills(
    port: int, desks: Sequence[Desk], stopping: Event, queue: multiprocessing.Queue[Held]
) -> None:
    held = Held()
    threads = [
        threading.Thread(target=_run_till, args=(port, desk, stopping, held)) for desk in desks
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    queue.put(held)


def _run_till(port: int, desk: Desk, stopping: Event, held: Held) -> None:
    while not stopping.is_set():
        began = time.perf_counter()
        wait = _take_card(port, desk, held)
        held.longest_seconds = max(held.longest_seconds, time.perf_counter() - began)
        stopping.wait(wait)


def _take_card(port: int, desk: Desk, held: Held) -> float:
    """One card; for how many seconds the till is told to wait."""
    body = {
        "id": str(uuid.uuid4()),
        "order_id": str(uuid.uuid4()),
        "amount_cents": 2139,
        "method": "card",
        "payment_method": "pm_card_visa",
    }
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/v1/payments",
        data=json.dumps(body).encode(),
        headers={
            "Authorization": f"Bearer {desk.token}",
            "Content-Type": "application/json",
            "Idempotency-Key": str(uuid.uuid4()),
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310
            held.hung += answer.status == ACCEPTED
            return 0.0
    except urllib.error.HTTPError as refusal:
        held.turned_away += 1
        return float(refusal.headers.get("Retry-After") or 1)
