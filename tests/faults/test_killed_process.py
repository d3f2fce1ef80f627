"""SIGKILL in mid-sale: whatever the moment, the till's retry makes it one sale.

The site is a real one (`site.py`) and dies at numbered steps of a sale (`crashing_site.py`), on a
database of the kind on which these tests run.
"""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.faults.opening import ON_HAND
from tests.faults.site import ANSWER, COMMIT, COMMITTED, DEADLINE, Answer, Site
from tests.goods import ADULT
from tests.migrated import new_database

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.timeout(300)  # servers are started and killed, on whatever machine

# What a sale writes. A process has to die before each of these statements.
WRITES = {
    "INSERT INTO orders_receiptcounter",
    "INSERT INTO orders_order",
    "INSERT INTO orders_orderline",
    "INSERT INTO payments_tender",
    "INSERT INTO inventory_stockmovement",
    "INSERT INTO core_auditentry",
    "UPDATE core_auditchain SET",
    "INSERT INTO core_outboxevent",
    "INSERT INTO inventory_stockbalance",
    "INSERT INTO core_idempotencyrecord",
}
ROWS_OF_SALES = """
    SELECT (SELECT count(*) FROM orders_order),
           (SELECT count(*) FROM orders_orderline),
           (SELECT count(*) FROM payments_tender),
           (SELECT count(*) FROM inventory_stockmovement WHERE kind = 'SALE'),
           (SELECT count(*) FROM core_auditentry WHERE action = 'order.completed'),
           (SELECT count(*) FROM core_outboxevent WHERE type = 'order.completed'),
           (SELECT count(*) FROM core_idempotencyrecord)
"""
RECEIPTS = "SELECT min(sequence), max(sequence), count(*) FROM orders_order GROUP BY business_date"
STOCK = "SELECT on_hand FROM inventory_stockbalance"
FOR_ALL = {"Crash-All": "yes"}


@pytest.fixture(scope="module")
def site(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site that serves. Each test of this module sells there and leaves its sales behind."""
    folder = tmp_path_factory.mktemp("site")
    with new_database(folder) as url:
        site = Site(folder, url)
        try:
            site.start()
            yield site
        finally:
            site.stop()


class Sale:
    """A basket with one bottle, quoted and then sent under one key until it is answered."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._key = str(uuid4())
        line = {"id": str(uuid4()), "product_id": site.product_id, "quantity": 1}
        basket: dict[str, Any] = {"id": str(uuid4()), "lines": [line]}
        assert site.post("orders/quote", basket, {}).status == 200
        tender = {"kind": "cash", "amount_cents": 10_000}
        self._body = {**basket, "age_check": ADULT, "tenders": [tender]}

    def survives(self, step: int | str, headers: dict[str, str] | None = None) -> bool:
        """Send it with a death at this step; whether an answer came all the same."""
        headers = {"Idempotency-Key": self._key, "Crash-At": str(step), **(headers or {})}
        try:
            self._site.post("orders", self._body, headers)
        except ConnectionError:
            return False
        return True

    def retry(self, key: str = "") -> Answer:
        """Send it again, and again while the database has not noticed the death of the first."""
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline:
            answer = self._site.post("orders", self._body, {"Idempotency-Key": key or self._key})
            if answer.body.get("code") != "idempotency-key-in-use":
                return answer
            time.sleep(0.02)
        raise TimeoutError("The key stayed locked.")


def count_sales(site: Site) -> int:
    """How many there are, where each has one row in every table and the receipts have no gap."""
    assert all((first, last) == (1, many) for first, last, many in site.ask(RECEIPTS))
    ((sales, *others),) = site.ask(ROWS_OF_SALES)
    assert others == [sales] * 6
    assert site.ask(STOCK) == [(ON_HAND - sales,)]
    return int(sales)


def die_at_every_step(site: Site) -> list[str]:
    """Die at step 1 of a sale and retry, then at step 2 of another, to the last; the steps."""
    steps: list[str] = []
    before = count_sales(site)
    while not (sale := Sale(site)).survives(len(steps) + 1):
        steps.append(site.burnt())
        answer = sale.retry()
        is_stored = steps[-1] in {COMMITTED, ANSWER}
        assert (answer.status, answer.is_replay) == (201, is_stored), steps[-1]
        assert count_sales(site) == before + len(steps), steps[-1]
    return steps


def test_a_sale_killed_at_any_step_is_one_sale_after_the_retry(site: Site) -> None:
    steps = die_at_every_step(site)
    assert steps[-3:] == [COMMIT, COMMITTED, ANSWER]
    beginnings = {" ".join(step.split()[:3]) for step in steps}
    assert {step for step in beginnings if step.startswith(("INSERT", "UPDATE"))} == WRITES
    assert site.verify_ledgers() == (0, "")


def test_a_server_killed_as_a_whole_has_sold_once_when_it_is_back(site: Site) -> None:
    before = count_sales(site)
    for moment, is_stored in ((COMMIT, False), (COMMITTED, True)):
        sale = Sale(site)
        assert not sale.survives(moment, FOR_ALL)
        assert site.wait_for_death() == -signal.SIGKILL
        site.start()
        answer = sale.retry()
        assert (answer.status, answer.is_replay) == (201, is_stored)
    assert count_sales(site) == before + 2
    assert site.verify_ledgers() == (0, "")


def test_a_retry_under_a_new_key_after_the_commit_is_still_one_sale(site: Site) -> None:
    before = count_sales(site)
    sale = Sale(site)
    assert not sale.survives(COMMITTED)
    first, second = sale.retry(key=str(uuid4())), sale.retry()
    assert (first.status, first.body) == (201, second.body)
    assert count_sales(site) == before + 1
