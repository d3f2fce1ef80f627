"""A file of any length is taken in by chunks, in few statements that write what differs alone."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_subatomic.db import transaction

from apps.catalog.models import ModifierGroup, Product
from apps.catalog.services.imports.running import (
    ROWS_AT_ONCE,
    ImportFile,
    import_products,
)
from apps.catalog.services.imports.undoing import undo_import
from tests.factories import MANAGER

from .files import bottle, file_of, take_in, upc

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
OF_PRODUCTS = ("catalog_product", "catalog_barcode", "catalog_product_modifier_groups")


@dataclass
class Tape:
    """Lines that note how far they were read, each time a chunk is done."""

    lines: list[str]
    read: int = 0
    seen: list[tuple[int, int]] = field(default_factory=list)  # rows of a chunk, lines read

    def __iter__(self) -> Iterator[str]:
        for line in self.lines:
            self.read += 1
            yield line

    def note(self, rows: int) -> None:
        self.seen.append((rows, self.read))


def rows_of(numbers: range, price: str = "1.00") -> list[dict[str, str]]:
    return [bottle(f"P-{n}", price=price, barcodes=upc(n)) for n in numbers]


def statements_of(rows: list[dict[str, str]], now: datetime) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert take_in(*rows, now=now).is_applied
    return len(queries)


def test_the_statements_of_a_chunk_do_not_grow_with_its_new_rows(now: datetime) -> None:
    take_in(bottle(), now=now)
    few = statements_of(rows_of(range(2)), now + DAY)
    assert statements_of(rows_of(range(2, 42)), now + 2 * DAY) == few


def test_the_statements_of_a_chunk_do_not_grow_with_its_changed_rows(now: datetime) -> None:
    take_in(*rows_of(range(40)), now=now)
    few = statements_of(rows_of(range(2), "2.00"), now + DAY)
    assert statements_of(rows_of(range(40), "3.00"), now + 2 * DAY) == few


def rows_written(queries: CaptureQueriesContext, table: str) -> list[str]:
    """The statements that write rows of a table."""
    writes = re.compile(rf'^(INSERT INTO|UPDATE|DELETE FROM) "{table}"')
    return [query["sql"] for query in queries if writes.match(query["sql"])]


@pytest.mark.parametrize("table", OF_PRODUCTS)
def test_where_the_price_alone_differs_nothing_else_of_a_product_is_written(
    table: str, now: datetime
) -> None:
    ModifierGroup.objects.create(name="Milk")
    rows = [{**row, "modifier_groups": "Milk"} for row in rows_of(range(3))]
    with CaptureQueriesContext(connection) as first:
        take_in(*rows, now=now)
    with CaptureQueriesContext(connection) as second:
        report = take_in(*({**row, "price": "2.00"} for row in rows), now=now + DAY)
    with CaptureQueriesContext(connection) as back, transaction():
        undo_import(actor=MANAGER, run_id=report.run_id, now=now + 2 * DAY)
    assert report.changed == 3
    assert rows_written(first, table)
    assert [rows_written(queries, table) for queries in (second, back)] == [[], []]


def test_the_products_that_differ_are_written_without_the_others(now: datetime) -> None:
    take_in(*rows_of(range(3)), now=now)
    rows = rows_of(range(3), "2.00")
    with CaptureQueriesContext(connection) as queries:
        take_in({**rows[0], "name": "Rye"}, *rows[1:], now=now + DAY)
    (statement,) = rows_written(queries, "catalog_product")
    assert ("Rye" in statement, "P-1" in statement) == (True, False)
    assert Product.objects.get(sku="P-0").name == "Rye"


def test_the_statements_of_an_undo_do_not_grow_with_its_products(now: datetime) -> None:
    ModifierGroup.objects.create(name="Milk")
    take_in(*rows_of(range(40)), now=now)
    counts = []
    for number, products in enumerate((2, 40), start=1):
        changed = {"name": f"Rye {number}", "price": "2.00", "modifier_groups": "Milk"}
        rows = [{**row, **changed, "barcodes": ""} for row in rows_of(range(products))]
        report = take_in(*rows, now=now + number * DAY)
        with CaptureQueriesContext(connection) as queries, transaction():
            undo_import(actor=MANAGER, run_id=report.run_id, now=now + number * DAY)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_file_is_never_read_ahead_of_the_chunk_at_work(now: datetime) -> None:
    tape = Tape(file_of(*rows_of(range(2 * ROWS_AT_ONCE + 1))))
    file = ImportFile("spring.csv", tape, "STANDARD", tape.note)
    report = import_products(actor=MANAGER, file=file, now=now)
    assert tape.seen == [
        (ROWS_AT_ONCE, 1 + ROWS_AT_ONCE),
        (ROWS_AT_ONCE, 1 + 2 * ROWS_AT_ONCE),
        (1, 2 + 2 * ROWS_AT_ONCE),
    ]
    assert (report.created, Product.objects.count()) == (report.rows, 2 * ROWS_AT_ONCE + 1)


def test_a_fault_in_a_late_chunk_takes_the_early_ones_back(now: datetime) -> None:
    rows = [*rows_of(range(ROWS_AT_ONCE)), bottle("P-0"), bottle("NEW", barcodes=upc(0))]
    report = take_in(*rows, now=now)
    assert [(bad.line, bad.reason) for bad in report.bad_rows] == [
        (ROWS_AT_ONCE + 2, "sku P-0 stands in line 2 already"),
        (ROWS_AT_ONCE + 3, f"barcode {upc(0).zfill(14)} is P-0's, in line 2"),
    ]
    assert not Product.objects.exists()
