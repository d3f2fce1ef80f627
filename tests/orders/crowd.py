"""Many hands at once: threads that start together, each with a database connection of its own."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import connection
from django_subatomic.db import transaction

from apps.core.audit_checks import find_broken_links
from apps.inventory.models import StockBalance
from apps.inventory.selectors import find_ledger_drift
from apps.orders.selectors import find_unbalanced_orders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future

    from apps.catalog.models import Product

DEADLINE = 30  # seconds after which a test gives up; nothing is timed


def all_at_once[T](actions: Sequence[Callable[[], T]]) -> list[T | Exception]:
    """What came of each action, its answer or what it raised."""
    start = threading.Barrier(len(actions), timeout=DEADLINE)

    def run(action: Callable[[], T]) -> T | Exception:
        connection.ensure_connection()
        start.wait()
        return _outcome(action)

    with ThreadPoolExecutor(len(actions)) as pool:
        futures = [pool.submit(run, action) for action in actions]
        return [future.result(DEADLINE) for future in futures]


def only[T](kind: type[T], outcomes: Sequence[object]) -> list[T]:
    """The outcomes of one kind."""
    return [outcome for outcome in outcomes if isinstance(outcome, kind)]


def assert_books_balance() -> None:
    """Whatever came of it, every ledger is whole."""
    faults = [*find_ledger_drift(), *find_unbalanced_orders(), *find_broken_links()]
    assert faults == []


class Queue:
    """Lets actions begin one after the other, each once the one before it waits for a lock."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool
        self._outcomes: list[Future[object]] = []

    def begin(self, action: Callable[[], object]) -> None:
        self._outcomes.append(self._pool.submit(_outcome, action))
        deadline = time.monotonic() + DEADLINE
        while _count_waiting() < len(self._outcomes):
            assert time.monotonic() < deadline, "An action did not wait for a lock."
            time.sleep(0.01)

    def outcomes(self) -> list[object]:
        """What came of each, in the order in which they began."""
        return [future.result(DEADLINE) for future in self._outcomes]


@contextmanager
def queue_for(product: Product) -> Iterator[Queue]:
    """Hold a product's balances; what begins inside queues up for them and goes on afterwards."""
    with ThreadPoolExecutor(8) as pool:
        queue = Queue(pool)
        with transaction():
            assert StockBalance.objects.select_for_update().filter(product=product)
            yield queue


def _outcome[T](action: Callable[[], T]) -> T | Exception:
    try:
        return action()
    except Exception as error:  # noqa: BLE001 - whatever it is, the test looks at it
        return error
    finally:
        connection.close()


def _count_waiting() -> int:
    """How many connections to this database wait for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # or a transaction sees what it saw
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        waiting: int = cursor.fetchone()[0]
    return waiting
