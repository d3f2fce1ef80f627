"""Barcode look-ups against a bare SELECT of the same row."""

from __future__ import annotations

import multiprocessing
import random
import statistics
import time
import uuid
from typing import TYPE_CHECKING

import psycopg

from bench import processes
from bench.load import SCANNED, drive, lookup_of, warm_up
from bench.setting import environment_of

if TYPE_CHECKING:
    from bench.scene import Scene
    from bench.setting import Figures

ROUNDS = 5
SECONDS = 2.0
BARE = (
    "SELECT p.id, p.name, b.pack_size, c.price_cents FROM catalog_barcode AS b"
    " JOIN catalog_product AS p ON p.id = b.product_id"
    " JOIN catalog_price AS c ON c.product_id = p.id WHERE b.gtin = %s AND b.is_active"
)


def measure(url: str, scene: Scene) -> Figures:
    """Look-ups per second as a share of bare SELECTs, and statements per warm look-up."""
    with processes.gunicorn(environment_of(url)) as server:
        make = lookup_of(scene)
        warm_up(server.port, scene)
        ours, bare, statements = [], [], []
        for _ in range(ROUNDS):
            before = _calls(url)
            outcome = drive(server.port, scene.desks, make, seconds=SECONDS)
            if outcome.failures:
                raise SystemExit(f"Look-ups failed: {outcome.failures[0]}")
            ours.append(outcome.per_second)
            statements.append((_calls(url) - before) / len(outcome.latencies_ms))
            bare.append(_select(url, scene))
    return {
        "lookup.per_s": statistics.median(ours),
        "lookup.select_per_s": statistics.median(bare),
        "lookup.ratio_to_select": statistics.median(ours) / statistics.median(bare),
        "lookup.statements_warm": statistics.median(statements),
    }


def _calls(url: str) -> int:
    with psycopg.connect(url, autocommit=True) as books:
        books.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        row = books.execute(
            "SELECT sum(calls) FROM pg_stat_statements AS s"
            " JOIN pg_database AS d ON d.oid = s.dbid AND d.datname = current_database()"
            " WHERE query !~* '^(create|select sum|set )'"
        ).fetchone()
    return int(row[0] or 0) if row else 0


def _select(url: str, scene: Scene) -> float:
    """Bare prepared SELECTs per second from as many processes as there are desks."""
    context = multiprocessing.get_context("fork")
    queue: multiprocessing.Queue[float] = context.Queue()
    readers = [
        context.Process(target=_read, args=(url, scene.barcodes[:SCANNED], queue))
        for _ in scene.desks
    ]
    for reader in readers:
        reader.start()
    rates = [queue.get(timeout=SECONDS + 60) for _ in readers]
    for reader in readers:
        reader.join()
    return sum(rates)


def _read(url: str, barcodes: tuple[str, ...], queue: multiprocessing.Queue[float]) -> None:
    dice = random.Random(uuid.uuid4().int)
    with psycopg.connect(url, autocommit=True, prepare_threshold=0) as books:
        reads, began = 0, time.perf_counter()
        while time.perf_counter() - began < SECONDS:
            books.execute(BARE, [dice.choice(barcodes).zfill(14)]).fetchone()
            reads += 1
        queue.put(reads / (time.perf_counter() - began))
