"""The sale against the limit: side by side, round by round, in one run."""

from __future__ import annotations

import os
import statistics
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import psycopg

from bench import limit, processes
from bench.load import drive, sale_of
from bench.setting import environment_of
from bench.warming import count_statements, warm_up

if TYPE_CHECKING:
    from bench.load import Outcome
    from bench.scene import Scene
    from bench.setting import Figures

ROUNDS = 7
SECONDS = 3.0


@dataclass
class Measured:
    """What one contender did, per round."""

    per_second: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Sales per second, the median of the rounds."""
        return statistics.median(self.per_second)

    @property
    def cpu(self) -> float:
        """CPU milliseconds per sale, the median of the rounds."""
        return statistics.median(self.cpu_ms)


@dataclass
class Contest:
    """The application on one database, measured with PostgreSQL's share of the work."""

    url: str
    scene: Scene
    server: processes.Server

    def sell(self, into: Measured, *, hot: bool = False, lines: int = 5) -> None:
        """One round of sales through HTTP."""
        roots = (self.server.pid, postgres_pid())
        before = processes.cpu_seconds(*roots)
        make = sale_of(self.scene, hot=hot, lines=lines)
        outcome = drive(self.server.port, self.scene.desks, make, seconds=SECONDS)
        used = processes.cpu_seconds(*roots) - before
        into.per_second.append(outcome.per_second)
        into.cpu_ms.append(1000 * used / len(outcome.latencies_ms))
        into.outcomes.append(outcome)

    def write(self, into: Measured, pattern: limit.Pattern) -> None:
        """One round of the limit."""
        before = processes.cpu_seconds(postgres_pid())
        written = limit.write_sales(limit.Task(self.url, self.scene, pattern, SECONDS))
        used = processes.cpu_seconds(postgres_pid()) - before + written.cpu_seconds
        into.per_second.append(written.sales / written.seconds)
        into.cpu_ms.append(1000 * used / written.sales)


def postgres_pid() -> int:
    """The postmaster of the benchmark's cluster."""
    return int(os.environ["TILLHOUSE_POSTGRES_PID"])


def measure(url: str, scene: Scene) -> Figures:
    """Every figure of the sale."""
    full_url = grow(url, scene)
    with ExitStack() as stack:
        server = stack.enter_context(processes.gunicorn(environment_of(url)))
        full_server = stack.enter_context(processes.gunicorn(environment_of(full_url)))
        near = Contest(url, scene, server)
        full = Contest(full_url, scene, full_server)
        for contest in (near, full):
            warm_up(contest.url, contest.server.port, scene)
        pattern = limit.read_pattern(url)
        statements = statements_per_sale(near)
        ours, raw, hot, grown = Measured(), Measured(), Measured(), Measured()
        for _ in range(ROUNDS):
            near.sell(ours)
            near.write(raw, pattern)
            full.sell(grown)
            near.sell(hot, hot=True)
        memory = processes.memory_mb(server.pid)
    latencies = [ms for outcome in ours.outcomes for ms in outcome.latencies_ms]
    ordered = sorted(latencies)
    return {
        "sale.per_s": ours.rate,
        "sale.limit_per_s": raw.rate,
        "sale.ratio_to_limit": ours.rate / raw.rate,
        "sale.cpu_ratio_to_limit": raw.cpu / ours.cpu,
        "sale.cpu_ms": ours.cpu,
        "sale.limit_cpu_ms": raw.cpu,
        "sale.statements": statements,
        "sale.p50_ms": ordered[len(ordered) // 2],
        "sale.p99_ms": ordered[int(len(ordered) * 0.99)],
        "sale.memory_mb": memory,
        "sale.with_1m_orders_ratio": grown.rate / ours.rate,
        "sale.hot_product_ratio": hot.rate / ours.rate,
    }


def statements_per_sale(contest: Contest) -> float:
    """Statements per sale as PostgreSQL counted them.

    Once a minute a session notes that it was seen; a round before this one has seen to that.
    """
    contest.sell(Measured())
    round_, before = Measured(), count_statements(contest.url)
    contest.sell(round_)
    counted = count_statements(contest.url) - before
    return counted / len(round_.outcomes[0].latencies_ms)


def grow(url: str, scene: Scene) -> str:
    """A copy of the database with a million orders more; its URL."""
    base, _, name = url.rpartition("/")
    full = f"{base}/{name}_full"
    with psycopg.connect(f"{base}/postgres", autocommit=True) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{name}_full"')
        admin.execute(f'CREATE DATABASE "{name}_full" TEMPLATE "{name}"')
    with psycopg.connect(full, autocommit=True) as books:
        for statement in GROWTH:
            books.execute(statement)
        books.execute("ANALYZE")
        books.execute("CHECKPOINT")
    return full


ORDERS = 1_000_000
GROWTH = (
    f"""INSERT INTO orders_order (id, number, sequence, business_date, store_id, terminal_id,
        cashier_id, cashier_name, status, currency, subtotal_cents, discount_cents, state_tax_cents,
        surtax_cents, tip_cents, total_cents, change_cents, minimum_age, age_method, age_rule,
        price_book, letterhead, warnings, fingerprint, placed_at, voided_by, void_reason)
    SELECT gen_random_uuid(), 'OLD-' || n, n, date '2024-01-01' + n / 1400, t.store_id, t.id, c.id,
        'Clerk', 'COMPLETED', 'USD', 2000, 0, 120, 20, 0, 2140, 0, 21, 'SCAN', 'FL', 'STANDARD',
        '{{"name": "Store"}}', '[]', md5(n::text) || md5(n::text),
        timestamptz '2024-01-01' + n * interval '1 minute', '', ''
    FROM generate_series(1, {ORDERS}) AS n
    JOIN (SELECT id, store_id, row_number() OVER (ORDER BY id) - 1 AS r FROM stores_terminal) AS t
        ON t.r = n % 8
    JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS r FROM stores_staff) AS c
        ON c.r = n % 8""",
    """INSERT INTO orders_orderline (id, order_id, position, product_id, sku, name, gtin, quantity,
        pack_size, stock_units, unit_price_cents, discount_cents, is_taxable, tax_cents,
        total_cents, modifiers, note)
    SELECT gen_random_uuid(), o.id, 0, p.id, p.sku, p.name, '', 1, 1, 1, 2000, 0, true, 140, 2140,
        '[]', '' FROM orders_order AS o
    JOIN (SELECT id, sku, name, row_number() OVER (ORDER BY id) - 1 AS r FROM catalog_product) AS p
        ON p.r = o.sequence % 10000 WHERE o.number LIKE 'OLD-%'""",
    """INSERT INTO payments_tender (order_id, kind, amount_cents, at)
    SELECT id, 'CASH', 2140, placed_at FROM orders_order WHERE number LIKE 'OLD-%'""",
    """INSERT INTO inventory_stockmovement
        (store_id, product_id, quantity, kind, document_id, reason, actor_name, at)
    SELECT o.store_id, l.product_id, -1, 'SALE', o.id, '', 'Clerk', o.placed_at
    FROM orders_order AS o JOIN orders_orderline AS l ON l.order_id = o.id
    WHERE o.number LIKE 'OLD-%'""",
    """INSERT INTO core_outboxevent
        (event_id, type, version, aggregate, payload, occurred_at, relayed_at, is_shared,
        sequence)
    SELECT gen_random_uuid(), 'order.completed', 2, 'order:' || id, '{}', placed_at, placed_at,
        true, row_number() OVER ()
    FROM orders_order WHERE number LIKE 'OLD-%'""",
)
