"""Warming up: the processes know what they have served before, as after an hour's trade."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg

from bench.load import drive, every_lookup_of, every_quote_of, sale_of

if TYPE_CHECKING:
    from bench.load import Make
    from bench.scene import Scene

MOST_ROUNDS = 6  # by chance a worker may take no connection in a round
ROUND_SECONDS = 60.0
WARM = 0.02  # statements per request of what the processes keep


def warm_up(url: str, port: int, scene: Scene) -> None:
    """Ask for every product and every level until the processes hardly ask the database for them.

    Raises:
        SystemExit: they never stop asking.
    """
    _repeat(url, port, scene, every_quote_of(scene), "%FROM catalog_barcode%")
    _repeat(url, port, scene, every_lookup_of(scene), "%inventory_stockbalance%")
    drive(port, scene.desks, sale_of(scene), seconds=2)


def count_statements(url: str, *, like: str = "%") -> int:
    """Statements that PostgreSQL has counted on this database so far.

    BEGIN, COMMIT and PostgreSQL's own checks of foreign keys are left out.
    """
    with psycopg.connect(url, autocommit=True) as books:
        books.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        row = books.execute(
            "SELECT sum(calls) FROM pg_stat_statements AS s"
            " JOIN pg_database AS d ON d.oid = s.dbid AND d.datname = current_database()"
            " WHERE query LIKE %s"
            " AND query !~* '^(begin|commit|create|set |select sum|select [^ ]+ from only)'",
            [like],
        ).fetchone()
    return int(row[0] or 0) if row else 0


def _repeat(url: str, port: int, scene: Scene, make: Make, like: str) -> None:
    for _ in range(MOST_ROUNDS):
        before = count_statements(url, like=like)
        outcome = drive(port, scene.desks, make, seconds=ROUND_SECONDS)
        if count_statements(url, like=like) - before < WARM * len(outcome.latencies_ms):
            return
    raise SystemExit(f"The processes still ask the database for {like.strip('%')}.")
