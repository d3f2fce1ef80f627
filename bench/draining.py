"""A backlog of 200,000 facts that drains from one Tillhouse to another on the same machine."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg.types.json import Jsonb

from apps.core.sql import insert_sql
from bench.facts import make_events, sell_some
from bench.processes import gunicorn
from bench.setting import environment_of, make_database

if TYPE_CHECKING:
    from bench.scene import Scene
    from bench.setting import Figures

SOURCE, CODE, SEED = "bench-store", "head-office", 1888
BACKLOG, PATTERNS = 200_000, 2_000
FEW = 20  # batches at either end that are compared
LOOK_SECONDS = 0.1
COLUMNS = ("is_shared", "event_id", "type", "version", "aggregate", "occurred_at", "payload")
REPEAT = """
    INSERT INTO core_outboxevent (event_id, type, version, aggregate, occurred_at, payload,
        relayed_at, is_shared, sequence)
    SELECT gen_random_uuid(), type, version, aggregate || '-' || again, occurred_at, payload,
        occurred_at, true, row_number() OVER (ORDER BY again, position)
    FROM core_outboxevent, generate_series(1, %(times)s) AS again
    WHERE sequence IS NULL
"""
RATES = """
    SELECT 1000 / extract(epoch FROM settled_at - lag(settled_at, 1, frozen_at)
        OVER (ORDER BY first_sequence))
    FROM sync_batch WHERE state = 'DELIVERED' ORDER BY first_sequence
"""


def measure(url: str, scene: Scene) -> Figures:
    """Facts per second, whether the last batches go as fast as the first, and the sender's size."""
    store = make_database("bench_store")
    _manage(store, "migrate", "--verbosity", "0")
    _fill(store, scene)
    secret = _manage(url, "add_peer", SOURCE, "--name", "Store")
    scope = ("--source", SOURCE, "--scope", "sync:write")
    token = _manage(url, "issue_service_token", "Store", *scope)
    with gunicorn(environment_of(url)) as server:
        address = f"http://127.0.0.1:{server.port}/api/sync"
        typed = f"{token}\n{secret}\n"
        _manage(store, "add_destination", CODE, address, "--from-first", typed=typed)
        largest = _drain(store)
    return {**_rates(store), "sync.sender_memory_mb": largest}


def _manage(url: str, *arguments: str, typed: str = "") -> str:
    """What a command prints that runs as the installation on this database."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        env=_environment(url),
        input=typed,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout.strip()


def _environment(url: str) -> dict[str, str]:
    return {**os.environ, **environment_of(url), "SYNC_SOURCE": SOURCE}


def _fill(url: str, scene: Scene) -> None:
    """Some thousand facts of all kinds, each told a hundred times under other ids."""
    dice = random.Random(SEED)
    events = make_events(sell_some(scene, dice), PATTERNS, dice)
    with psycopg.connect(url, autocommit=True) as outbox:
        for event in events:
            row = [
                True,
                *(event[name] for name in ("id", "type", "version", "aggregate", "occurred_at")),
            ]
            values = [*row, Jsonb(event["data"])]
            outbox.execute(insert_sql("core_outboxevent", COLUMNS, 1).encode(), values)
        outbox.execute(REPEAT.encode(), {"times": BACKLOG // PATTERNS})
        outbox.execute("DELETE FROM core_outboxevent WHERE sequence IS NULL")  # the patterns
        outbox.execute("INSERT INTO core_outboxsequence (id, last) VALUES (1, %s)", [BACKLOG])
        outbox.execute("ANALYZE")
        outbox.execute("CHECKPOINT")


def _drain(url: str) -> float:
    """Send all that waits; the most memory that the sender has held, in MB."""
    command = [sys.executable, "manage.py", "sync_now", CODE]
    process = subprocess.Popen(command, env=_environment(url), stdout=subprocess.DEVNULL)
    most = 0.0
    while process.poll() is None:
        for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                most = int(line.split()[1]) * 1024 / 1e6
        time.sleep(LOOK_SECONDS)
    if process.returncode:
        raise SystemExit("The backlog did not drain.")
    return most


def _rates(url: str) -> Figures:
    with psycopg.connect(url) as books:
        rates = [float(rate) for (rate,) in books.execute(RATES).fetchall()]
        span = "SELECT extract(epoch FROM max(settled_at) - min(frozen_at)) FROM sync_batch"
        (seconds,) = books.execute(span).fetchone() or (0,)
    if len(rates) != BACKLOG // 1_000:
        raise SystemExit(f"The backlog took {len(rates)} batches.")
    return {
        "sync.drain_per_s": BACKLOG / float(seconds),
        "sync.last_to_first_batches": _mean(rates[-FEW:]) / _mean(rates[:FEW]),
    }


def _mean(rates: list[float]) -> float:
    """Of rates over equal amounts: by the time they take."""
    return len(rates) / sum(1 / rate for rate in rates)
