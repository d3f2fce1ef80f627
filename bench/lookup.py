"""Barcode look-ups against a bare SELECT of the same row."""

from __future__ import annotations

import multiprocessing
import random
import statistics
import time
import uuid
from operator import truediv
from typing import TYPE_CHECKING

import psycopg

from bench import processes
from bench.load import SCANNED, drive, lookup_of
from bench.setting import environment_of
from bench.warming import count_statements, warm_up

if TYPE_CHECKING:
    from bench.scene import Scene
    from bench.setting import Figures

ROUNDS = 9
SECONDS = 1.5
# The very answer of a look-up in one statement, by whoever keeps nothing and checks nobody.
BARE = (
    "SELECT product.id, product.sku, product.name, category.name, product.minimum_age,"
    " product.tax_class, product.volume_ml, product.abv_percent, product.is_active,"
    " code.gtin, code.pack_size, book.code, price.price_cents, level.on_hand,"
    " level.on_hand - level.reserved FROM catalog_barcode AS code"
    " JOIN catalog_product AS product ON product.id = code.product_id"
    " JOIN catalog_category AS category ON category.id = product.category_id"
    " JOIN catalog_storepricebook AS link ON link.store_id = %s"
    " JOIN catalog_pricebook AS book ON book.id = link.book_id"
    " JOIN LATERAL (SELECT price_cents FROM catalog_price WHERE book_id = book.id"
    " AND product_id = product.id AND starts_at <= now() ORDER BY starts_at DESC LIMIT 1)"
    " AS price ON true"
    " JOIN inventory_stockbalance AS level"
    " ON level.store_id = link.store_id AND level.product_id = product.id"
    " WHERE code.gtin = %s AND code.is_active"
)


def measure(url: str, scene: Scene) -> Figures:
    """Look-ups per second as a share of bare SELECTs, and statements per warm look-up."""
    with processes.gunicorn(environment_of(url)) as server:
        make = lookup_of(scene)
        warm_up(url, server.port, scene)
        ours, bare, statements = [], [], []
        for _ in range(ROUNDS):
            before = count_statements(url)
            outcome = drive(server.port, scene.desks, make, seconds=SECONDS)
            ours.append(outcome.per_second)
            statements.append((count_statements(url) - before) / len(outcome.latencies_ms))
            bare.append(_select(url, scene))
    return {
        "lookup.per_s": statistics.median(ours),
        "lookup.select_per_s": statistics.median(bare),
        "lookup.ratio_to_select": statistics.median(map(truediv, ours, bare)),
        "lookup.statements_warm": statistics.median(statements),
    }


def _select(url: str, scene: Scene) -> float:
    """Bare prepared SELECTs per second from as many processes as there are desks."""
    context = multiprocessing.get_context("fork")
    queue: multiprocessing.Queue[float] = context.Queue()
    readers = [
        context.Process(target=_read, args=(url, desk.store_id, scene.barcodes[:SCANNED], queue))
        for desk in scene.desks
    ]
    for reader in readers:
        reader.start()
    rates = [queue.get(timeout=SECONDS + 60) for _ in readers]
    for reader in readers:
        reader.join()
    return sum(rates)


def _read(
    url: str, store_id: int, barcodes: tuple[str, ...], queue: multiprocessing.Queue[float]
) -> None:
    dice = random.Random(uuid.uuid4().int)
    with psycopg.connect(url, autocommit=True, prepare_threshold=0) as books:
        reads, began = 0, time.perf_counter()
        while time.perf_counter() - began < SECONDS:
            books.execute(BARE, [store_id, dice.choice(barcodes).zfill(14)]).fetchone()
            reads += 1
        queue.put(reads / (time.perf_counter() - began))
