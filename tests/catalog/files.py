"""Product files for the tests of the import: say only the cells that a test is about."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from apps.catalog.gtin import check_digit
from apps.catalog.services.imports.running import ImportFile, ImportReport, import_products
from tests.factories import MANAGER

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

type Cells = dict[str, str]

BOTTLE: Cells = {
    "sku": "BRB-1",
    "name": "Bourbon",
    "department": "Spirits",
    "category": "Bourbon",
    "vendor": "Tolliver Bend",
    "beverage_type": "spirits",
    "tax_class": "ALCOHOL",
    "minimum_age": "21",
    "volume_ml": "750",
    "abv_percent": "45",
    "cost": "12.00",
    "price": "21.99",
    "barcodes": "",
    "discontinued": "0",
}


def bottle(sku: str = "BRB-1", **cells: str) -> Cells:
    """A row for a bottle of bourbon, but for the cells that are named."""
    return {**BOTTLE, "sku": sku, "name": f"Bourbon {sku}", **cells}


def upc(number: int) -> str:
    """A UPC-A with its check digit, another one for each number."""
    body = f"6{number:010d}"
    return body + check_digit(body)


def file_of(*rows: Cells) -> list[str]:
    """The rows as the lines of a CSV file; every column that a row names is in the header."""
    text = io.StringIO(newline="")
    header = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(text, header)
    writer.writeheader()
    writer.writerows(rows)
    text.seek(0)
    return list(text)


def take_in(
    *rows: Cells, now: datetime, dry_run: bool = False, book: str = "STANDARD"
) -> ImportReport:
    """Import these rows as a manager would."""
    return take_in_lines(file_of(*rows), now=now, dry_run=dry_run, book=book)


def take_in_lines(
    lines: Iterable[str], *, now: datetime, dry_run: bool = False, book: str = "STANDARD"
) -> ImportReport:
    file = ImportFile("spring.csv", lines, book)
    return import_products(actor=MANAGER, file=file, now=now, dry_run=dry_run)
