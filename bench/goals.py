"""What the figures have to reach. A goal that is not met fails the run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True)
class Goal:
    """A bound, in words and as a test of the figure among all figures."""

    text: str
    test: Callable[[float, Mapping[str, float]], bool]

    def is_met(self, value: float, figures: Mapping[str, float]) -> bool:
        return self.test(value, figures)


def at_least(bound: float) -> Goal:
    return Goal(f"at least {bound:g}", lambda value, _: value >= bound)


def at_most(bound: float) -> Goal:
    return Goal(f"at most {bound:g}", lambda value, _: value <= bound)


GOALS: dict[str, Goal] = {
    "sale.ratio_to_limit": at_least(0.35),
    "sale.cpu_ratio_to_limit": at_least(0.40),
    "sale.statements": at_most(14),
    "sale.p99_ms": Goal("at most 5 x p50", lambda p99, all_: p99 <= 5 * all_["sale.p50_ms"]),
    "sale.memory_mb": at_most(160),
    "sale.with_1m_orders_ratio": at_least(0.9),
    "sale.hot_product_ratio": at_least(0.4),
    "lookup.statements_warm": at_most(0.05),
    "lookup.ratio_to_select": at_least(0.2),
    "import.sqlite_s": at_most(10),
    "import.sqlite_reprice_s": at_most(10),
    "import.sqlite_undo_s": at_most(10),
    "import.postgres_s": at_most(10),
    "import.postgres_reprice_s": at_most(10),
    "import.postgres_undo_s": at_most(10),
    "payments.card_to_cash_ratio": at_least(0.5),
    "payments.webhooks_per_s": at_least(300),
    "payments.webhook_p99_ms": at_most(100),
    "payments.cash_ratio_while_stripe_hangs": at_least(0.9),
    "payments.longest_held_s": at_most(20),
    "register.price_100_lines_ms": at_most(20),
    "sync.drain_per_s": at_least(5_000),
    "sync.last_to_first_batches": at_least(0.8),
    "sync.sender_memory_mb": at_most(250),
    "sync.receiver_ratio_to_insert": at_least(0.3),
    "sync.sale_cost_ratio": at_most(1.05),
    "sync.dead_redis_ms": at_most(50),
}
