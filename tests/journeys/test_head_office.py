"""A store's day reaches the head office to the cent and the bottle, however often the line is cut.

The store has a server of its own on SQLite, the head office one on PostgreSQL.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .two_offices import Offices, open_offices, operate

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.postgres, pytest.mark.django_db, pytest.mark.timeout(300)]

TOLD = "SELECT event_id FROM core_outboxevent WHERE is_shared ORDER BY sequence"
HEARD = "SELECT event_id FROM sync_receivedfact WHERE state = 'ACCEPTED' ORDER BY sequence"
SALES = """SELECT business_date, count(*), sum(total_cents) FROM orders_order
    GROUP BY business_date ORDER BY business_date"""
SALES_HEARD = """SELECT business_date, count(*), sum(amount_cents) FROM sync_receivedfact
    WHERE type = 'order.completed' GROUP BY business_date ORDER BY business_date"""
STOCK = """SELECT sku, on_hand FROM inventory_stockbalance
    JOIN catalog_product ON catalog_product.id = product_id ORDER BY sku"""
STOCK_HEARD = "SELECT sku, on_hand FROM sync_remotestock ORDER BY sku"


@pytest.fixture(scope="module")
def offices(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Offices]:
    """Both offices; each test of this module trades there and leaves its sales behind."""
    with open_offices(tmp_path_factory.mktemp("offices")) as offices:
        yield offices


def as_text(rows: list[tuple[object, ...]]) -> list[tuple[str, ...]]:
    """Rows of either database alike."""
    return [tuple(str(value).replace("-", "") for value in row) for row in rows]


def assert_head_office_knows_all(offices: Offices) -> None:
    store, head = offices.store.site, offices.head
    for mine, theirs in ((TOLD, HEARD), (SALES, SALES_HEARD), (STOCK, STOCK_HEARD)):
        assert as_text(store.ask(mine)) == as_text(head.ask(theirs))
    assert store.verify_ledgers() == (0, "")
    assert head.verify_ledgers() == (0, "")


def assert_each_day_agrees(offices: Offices) -> None:
    """In the totals of sales, voids, returns, shifts and cards, of each day that was traded."""
    days = [str(day) for day, *_ in offices.store.site.ask(SALES)]
    assert days
    for day in days:
        operate(offices.store.site, "reconcile_sync", "--day", day)


def sell_all_day(offices: Offices) -> None:
    """A day whose line is cut at once, before an answer, and in the middle of a request."""
    store, line = offices.store, offices.line
    store.sold.clear()
    store.open_shift()
    store.adjust(500)
    store.sell(5)
    assert store.sync()
    line.cut()
    store.sell(4)
    assert not store.sync()
    line.mend()
    line.loses_next_answer = True
    store.void(store.sold[0])
    store.sync()
    line.cut_after_sent = 700
    store.take_back(store.sold[1], restock=True)
    store.take_back(store.sold[2], restock=False)
    store.sync()
    line.mend()
    store.adjust(-3)
    store.close_shift({"10000": 2})
    assert line.cuts >= 3


def test_a_day_with_the_line_cut_three_times_is_the_same_day_at_the_head_office(
    offices: Offices,
) -> None:
    sell_all_day(offices)
    assert offices.store.sync()
    assert_head_office_knows_all(offices)
    assert_each_day_agrees(offices)


def test_a_price_of_the_head_office_is_what_the_store_charges(offices: Offices) -> None:
    store, head = offices.store, offices.head
    store.open_shift()
    store.sell()
    operate(store.site, "pull_catalog", "--all")
    assert head.run("-m", "tests.journeys.repricing", "CHP-1", "249").returncode == 0
    operate(head, "number_facts")  # as a worker does every ten seconds
    offices.line.cut()
    assert store.site.run("manage.py", "pull_catalog").returncode == 1
    offices.line.mend()
    operate(store.site, "pull_catalog")
    store.sell()
    store.close_shift({})
    charged = [order["lines"][1]["unit_price_cents"] for order in store.sold[-2:]]
    assert charged == [199, 249]
