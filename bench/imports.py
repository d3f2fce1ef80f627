"""The import of a real product file, of its new prices, and the way back, on both databases."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from apps.catalog.gtin import check_digit
from bench.setting import make_database

if TYPE_CHECKING:
    from bench.setting import Figures

REAL_FILE = Path(__file__).resolve().parents[2] / "shared" / "data" / "products.csv"
ROWS = 6_441
HEADER = (
    "source_item_no",
    "name",
    "department",
    "category",
    "beverage_type",
    "vendor_name",
    "bottle_volume_ml",
    "pack",
    "abv_pct",
    "upc12",
    "case_gtin14",
    "unit_cost",
    "retail_price_ia",
    "discontinued",
)


def measure() -> Figures:
    """Seconds that `manage.py import_products` takes, start of the program included.

    First all products are new, then every one of them costs a dollar more, then that is undone.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = REAL_FILE if REAL_FILE.exists() else generate(Path(folder) / "products.csv")
        dearer = _raise_prices(file, Path(folder) / "dearer.csv")
        sqlite = f"sqlite:///{folder}/import.sqlite3"
        postgres = make_database("bench_import")
        return {
            **_time_all("sqlite", sqlite, file, dearer),
            **_time_all("postgres", postgres, file, dearer),
        }


def generate(file: Path) -> Path:
    """A file of the shape and size of a state's list of spirits."""
    with file.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.writer(opened)
        writer.writerow(HEADER)
        for number in range(ROWS):
            bottle = f"4{number:010d}"
            case = f"1{bottle}0"
            writer.writerow(
                [
                    100 + number,
                    f"Generated Spirit No. {number}",
                    f"Department {number % 12}",
                    f"Category {number % 50}",
                    "spirits",
                    f"Vendor {number % 200}",
                    (50, 375, 750, 1000, 1750)[number % 5],
                    (6, 12, 24)[number % 3],
                    40,
                    bottle + check_digit(bottle) if number % 3 else "",
                    case[:13] + check_digit(case[:13]) if number % 4 == 0 else "",
                    f"{5 + number % 90}.50",
                    f"{8 + number % 130}.99",
                    0,
                ]
            )
    return file


def _raise_prices(file: Path, dearer: Path) -> Path:
    """The same file with every price a dollar higher."""
    with (
        file.open(encoding="utf-8", newline="") as read,
        dearer.open("w", encoding="utf-8", newline="") as written,
    ):
        rows = csv.DictReader(read)
        writer = csv.DictWriter(written, rows.fieldnames or ())
        writer.writeheader()
        for row in rows:
            price = Decimal(row["retail_price_ia"]) + 1
            writer.writerow({**row, "retail_price_ia": str(price)})
    return dearer


def _time_all(database: str, url: str, file: Path, dearer: Path) -> Figures:
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings"}
    _manage(environment, "migrate", "--verbosity", "0")
    first, _ = _time(environment, str(file))
    second, printed = _time(environment, str(dearer))
    back, _ = _time(environment, "--yes", "--undo", printed.rpartition("--undo ")[2].split()[0])
    return {
        f"import.{database}_s": first,
        f"import.{database}_reprice_s": second,
        f"import.{database}_undo_s": back,
    }


def _time(environment: dict[str, str], *words: str) -> tuple[float, str]:
    """The seconds that an import took, and what it printed."""
    began = time.perf_counter()
    printed = _manage(environment, "import_products", *words)
    return time.perf_counter() - began, printed


def _manage(environment: dict[str, str], *words: str) -> str:
    command = [sys.executable, "manage.py", *words]
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout
