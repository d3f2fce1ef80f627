"""The receiver: batches of a thousand facts over HTTP, against a bare insert of the same rows.

Batches come in gzip and signed, one after the other, as from one store server, to one gunicorn
worker. The bare insert is one statement that takes the same rows out of one JSON text into the
same table with the same indexes, in turn with the batches.
"""

from __future__ import annotations

import gzip
import http.client
import os
import random
import statistics
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import orjson
import psycopg

from apps.sync.services.receiving.judging import judge_events
from apps.sync.services.receiving.statements import OF_FACTS
from apps.sync.signing import sign
from bench.facts import make_events, sell_some
from bench.processes import gunicorn
from bench.setting import environment_of

if TYPE_CHECKING:
    from bench.facts import Event
    from bench.scene import Scene
    from bench.setting import Figures

SOURCE, EVENTS, ROUNDS, WARM, SEED = "bench", 1_000, 15, 3, 1887
_TYPED = ", ".join(f"{name} {kind}" for name, kind in OF_FACTS.items())
_BARE = (
    f"INSERT INTO sync_receivedfact (peer_id, received_at, {', '.join(OF_FACTS)})"
    f" SELECT %s, now(), {', '.join(OF_FACTS)} FROM jsonb_to_recordset(%s::jsonb)"
    f" AS given ({_TYPED})"
)


def measure(url: str, scene: Scene) -> Figures:
    """How much of the speed of a bare insert is left, and what a batch takes in milliseconds."""
    dice = random.Random(SEED)
    sold = sell_some(scene, dice)
    secret = _manage(url, "add_peer", SOURCE, "--name", "Benchmark")
    token = _manage(
        url, "issue_service_token", "Benchmark", "--source", SOURCE, "--scope", "sync:write"
    )
    received, bare = [], []
    with gunicorn(environment_of(url), workers=1) as server, psycopg.connect(url) as session:
        for number in range(ROUNDS + WARM):
            events = make_events(sold, EVENTS, dice)
            received.append(_send(server.port, token, secret, number, events))
            bare.append(_insert(session, number, make_events(sold, EVENTS, dice)))
    taken, least = statistics.median(received[WARM:]), statistics.median(bare[WARM:])
    return {
        "sync.receiver_ratio_to_insert": least / taken,
        "sync.receiver_batch_ms": taken * 1000,
        "sync.bare_insert_ms": least * 1000,
    }


def _manage(url: str, *arguments: str) -> str:
    """What a command prints, run under the keys of the server that is measured."""
    environment = {**os.environ, **environment_of(url)}
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def _send(port: int, token: str, secret: str, number: int, events: list[Event]) -> float:
    """Seconds from sending a batch to its answer."""
    batch_id = str(uuid4())
    batch = {"batch_id": batch_id, "source": SOURCE, "sequence": 1 + number * EVENTS}
    body = gzip.compress(orjson.dumps({**batch, "events": events}), 6)
    headers = {
        "Host": "localhost",
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Content-Encoding": "gzip",
        **sign(body, batch_id, secrets=[secret], now=datetime.now(UTC)),
    }
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as wire:
        wire.connect()
        began = time.perf_counter()
        wire.request("POST", "/api/sync", body, headers)
        answer = wire.getresponse().read()
        took = time.perf_counter() - began
    results = orjson.loads(answer).get("results", [])
    if [result["status"] for result in results] != ["accepted"] * EVENTS:
        raise SystemExit(f"The receiver did not take a batch: {answer[:500]!r}")
    return took


def _insert(session: psycopg.Connection[Any], number: int, events: list[Event]) -> float:
    """Seconds that the rows of a batch take to be written and committed by themselves."""
    rows = [
        {**judged.row, "sequence": place + number * EVENTS}
        for place, judged in enumerate(judge_events(events, b""))
    ]
    document = orjson.dumps(rows, default=orjson.Fragment).decode()
    peer_id = session.execute("SELECT id FROM sync_peer").fetchone()
    session.commit()
    began = time.perf_counter()
    session.execute(_BARE.encode(), [*(peer_id or ()), document])
    session.commit()
    return time.perf_counter() - began
