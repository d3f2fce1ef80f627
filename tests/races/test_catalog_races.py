"""Two managers at once: one price at an instant, and one file has one effect."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.utils import timezone
from django_subatomic.db import transaction

from apps.catalog.models import (
    Barcode,
    Category,
    ImportChange,
    ImportRun,
    Price,
    PriceBook,
    Product,
)
from apps.catalog.services.imports.running import ImportFile, ImportReport, import_products
from apps.catalog.services.imports.undoing import undo_import
from apps.catalog.services.pricing import schedule_price
from apps.catalog.types import PricePoint
from apps.core.errors import DomainError
from apps.core.models import AuditEntry
from tests.catalog.files import Cells, bottle, file_of, take_in, upc
from tests.factories import MANAGER
from tests.goods import make_product
from tests.races.test_login_races import DEADLINE, side_by_side

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

MANAGERS = 8
ROWS = [bottle(f"P-{n}", barcodes=upc(n), department="New", category=str(n)) for n in range(20)]
WAITERS = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


class Pair:
    """Two imports of the same rows: the second sets out while the first has not committed yet."""

    def __init__(self, rows: list[Cells]) -> None:
        self.rows = rows
        self.first_is_written = threading.Event()
        self.second_is_through = threading.Event()

    def run(self) -> list[ImportReport | DomainError]:
        """What came of both, once both are through."""
        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(self._take_in, self._hold)
            second = pool.submit(self._follow)
            return [first.result(DEADLINE), second.result(DEADLINE)]

    def _follow(self) -> ImportReport | DomainError:
        assert self.first_is_written.wait(DEADLINE)
        try:
            return self._take_in(lambda _rows: None)
        finally:
            self.second_is_through.set()

    def _hold(self, _rows: int) -> None:
        """Keep the first import open until the second one waits for it, or has passed it by."""
        self.first_is_written.set()
        patience = time.monotonic() + DEADLINE / 6
        with connection.cursor() as cursor:
            while time.monotonic() < patience and not self.second_is_through.is_set():
                cursor.execute("SELECT pg_stat_clear_snapshot()")
                cursor.execute(WAITERS)
                if cursor.fetchone() != (0,):
                    return
                time.sleep(0.01)

    def _take_in(self, on_progress: Callable[[int], None]) -> ImportReport | DomainError:
        file = ImportFile("spring.csv", file_of(*self.rows), "STANDARD", on_progress)
        try:
            return import_products(actor=MANAGER, file=file, now=timezone.now())
        except DomainError as refusal:
            return refusal
        finally:
            connection.close()


def test_of_managers_who_set_a_price_for_one_instant_one_gets_it(now: datetime) -> None:
    product = make_product(price_cents=None)
    book = PriceBook.objects.create(code="STANDARD", name="Standard")

    def schedule() -> None:
        with transaction():
            schedule_price(
                actor=MANAGER,
                book_id=book.pk,
                product_id=product.pk,
                point=PricePoint(now, 1999),
                now=now,
            )

    assert side_by_side(MANAGERS, schedule) == {"done": 1, "price-taken": MANAGERS - 1}
    assert Price.objects.get().price_cents == 1999
    assert AuditEntry.objects.filter(action="price.scheduled").count() == 1


def test_a_file_of_new_products_taken_in_twice_at_once_has_one_effect(now: datetime) -> None:
    take_in(bottle("OLD"), now=now)
    outcomes = Pair(ROWS).run()
    applied = [outcome for outcome in outcomes if isinstance(outcome, ImportReport)]
    assert [report.created for report in applied if report.is_applied] == [20]
    for model in (Product, Barcode, Price, ImportChange, Category):
        assert model._default_manager.count() == 20 + (model is not Barcode)


def test_a_file_of_new_prices_taken_in_twice_at_once_has_one_effect(now: datetime) -> None:
    take_in(*ROWS, now=now.replace(year=2020))
    Pair([{**row, "price": "9.99"} for row in ROWS]).run()
    assert Price.objects.filter(price_cents=999).count() == 20
    assert ImportRun.objects.count() == 2


def test_of_two_who_undo_an_import_at_once_one_does(now: datetime) -> None:
    take_in(*ROWS, now=now)
    report = take_in(*({**row, "price": "9.99"} for row in ROWS), now=now.replace(minute=1))

    def undo() -> None:
        with transaction():
            undo_import(actor=MANAGER, run_id=report.run_id, now=now.replace(minute=2))

    assert side_by_side(2, undo) == {"done": 1, "import-not-undoable": 1}
    assert AuditEntry.objects.filter(action="products.import_undone").count() == 1
