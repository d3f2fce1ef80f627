"""Each row of a product file is understood, or named with its line and its fault."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.catalog.errors import ImportRefused
from apps.catalog.services.imports.reading import COLUMNS, BadRow, ProductRow, read_rows
from apps.stores.types import BeverageType, TaxClass

from .files import bottle, file_of, upc

if TYPE_CHECKING:
    from collections.abc import Iterable

BASE = {"sku": "A-1", "name": "Thing", "price": "1.00"}
CASE = "10619947000027"

# A cell of each column, and what a row that has it says.
SAMPLES: dict[str, tuple[str, str, Any]] = {
    "sku": ("B-2", "sku", "B-2"),
    "name": (" Gin ", "name", "Gin"),
    "department": ("Drinks", "category", ("Drinks", "Drinks")),
    "category": ("Gin", "category", ("General", "Gin")),
    "vendor": ("Acme", "vendor", "Acme"),
    "beverage_type": ("Spirits_RTD", "beverage", BeverageType.SPIRITS),
    "tax_class": ("soft_drink", "tax_class", TaxClass.SOFT_DRINK),
    "minimum_age": ("18", "minimum_age", 18),
    "volume_ml": ("1750", "volume_ml", 1750),
    "abv_percent": ("40", "abv_percent", Decimal("40.0")),
    "cost": ("$1,234.5", "cost_cents", 123_450),
    "price": ("21.99", "price_cents", 2199),
    "barcodes": (f"{upc(1)}  {upc(2)}*6", "codes", ((upc(1).zfill(14), 1), (upc(2).zfill(14), 6))),
    "upc": (upc(3), "codes", ((upc(3).zfill(14), 1),)),
    "case_code": (CASE, "codes", ((CASE, 1),)),
    "case_size": ("12", "codes", ()),
    "modifier_groups": ("Milk | Size|Milk", "modifier_groups", ("Milk", "Size")),
    "tracks_stock": ("No", "tracks_stock", False),
    "discontinued": ("Yes", "is_discontinued", True),
}
ALIASES = [(ours, header) for ours, headers in COLUMNS.items() for header in headers]

BAD: list[tuple[dict[str, str], str]] = [
    ({"sku": ""}, "sku is missing"),
    ({"name": " "}, "name is missing"),
    ({"sku": "x" * 41}, "sku is longer than 40"),
    ({"name": "x" * 121}, "name is longer than 120"),
    ({"department": "x" * 61}, "department is longer than 60"),
    ({"category": "x" * 61}, "category is longer than 60"),
    ({"vendor": "x" * 81}, "vendor is longer than 80"),
    ({"name": "Gin\x00"}, "NUL"),
    ({"beverage_type": "cider"}, "beverage_type 'cider'"),
    ({"discontinued": "maybe"}, "neither yes nor no"),
    ({"tracks_stock": "2"}, "neither yes nor no"),
    ({"tax_class": "CIGAR"}, "tax_class 'CIGAR'"),
    *(({"minimum_age": age}, "minimum_age") for age in ("-1", "100", "21.0", "x", "²", "\u0661")),
    *(({"volume_ml": volume}, "volume_ml") for volume in ("0", "-750", "1000001", "750ml")),
    *(({"abv_percent": abv}, "abv_percent") for abv in ("101", "-0.1", "forty", "NaN", "inf",
                                                        "1e9999999", "40%")),
    *(({"price": price}, "price") for price in ("-1", "1.999", "abc", "12,34", "1e3", "nan")),
    *(({"cost": cost}, "cost") for cost in ("-1", "?", "9" * 5000)),
    *(({"barcodes": code}, "barcode") for code in ("619947000021", "abc", "123")),
    *(({"upc": code}, "barcode") for code in ("619947000021", "1.23E+11")),
    ({"case_code": "10619947000028"}, "barcode"),
    *(({"barcodes": f"{upc(1)}*{size}"}, "pack size") for size in ("0", "1001", "-1", "six")),
    ({"barcodes": f"{upc(1)} {upc(1)}*6"}, "stands twice"),
    ({"case_code": CASE, "pack": "0"}, "pack size"),
]  # fmt: skip


def read(lines: Iterable[str]) -> list[ProductRow | BadRow]:
    return list(read_rows(lines))


def read_one(cells: dict[str, str]) -> ProductRow | BadRow:
    (row,) = read(file_of(cells))
    return row


def read_good(cells: dict[str, str]) -> ProductRow:
    row = read_one(cells)
    assert isinstance(row, ProductRow), row
    return row


def as_uploaded(content: bytes) -> io.TextIOWrapper:
    """The bytes of a file, read as the importer opens it."""
    return io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")


@pytest.mark.parametrize(("ours", "header"), ALIASES)
def test_a_column_is_understood_by_each_of_its_names(ours: str, header: str) -> None:
    cell, field, expected = SAMPLES[ours]
    others = {name: text for name, text in BASE.items() if name != ours}
    row = read_good({**others, header.upper(): cell})
    assert getattr(row, field) == expected


def test_the_first_name_of_a_column_that_a_file_has_is_taken() -> None:
    assert read_good({**BASE, "retail_price": "9.99"}).price_cents == 100


def test_a_case_code_takes_its_size_from_its_own_column() -> None:
    row = read_good({**BASE, "upc12": upc(1), "case_gtin14": CASE, "pack": "12"})
    assert row.codes == ((upc(1).zfill(14), 1), (CASE, 12))


def test_what_a_row_does_not_say_is_not_made_up() -> None:
    row = read_good(BASE)
    assert (row.category, row.vendor, row.codes) == (None, "", ())
    assert (row.beverage, row.tax_class, row.minimum_age) == (None, None, None)
    assert (row.volume_ml, row.abv_percent, row.cost_cents) == (None, None, None)
    assert (row.modifier_groups, row.is_discontinued, row.tracks_stock) == (None, None, None)


def test_a_category_that_is_missing_is_its_department() -> None:
    assert read_good({**BASE, "department": "Wine"}).category == ("Wine", "Wine")


def test_a_code_stands_in_for_a_sku_that_is_missing() -> None:
    row = read_good({"name": "Thing", "price": "1.00", "upc": upc(7)})
    assert row.sku == f"UPC-{upc(7)}"


def test_a_price_left_open_is_no_price_at_all() -> None:
    assert read_good({**BASE, "price": ""}).price_cents is None


@pytest.mark.parametrize(("cells", "reason"), BAD)
def test_a_fault_is_named_with_its_line_and_its_sku(cells: dict[str, str], reason: str) -> None:
    cells = {**BASE, **cells}
    (good, bad) = read(file_of({**dict.fromkeys(cells, ""), **BASE}, cells))
    assert isinstance(good, ProductRow)
    assert isinstance(bad, BadRow)
    assert (bad.line, bad.sku) == (3, cells["sku"])
    assert reason in bad.reason


@pytest.mark.parametrize(
    "cells",
    [
        {"price": "1000000.01"},
        {"cost": "21474836.48"},
        {"minimum_age": "0000000000000999"},
        {"volume_ml": "0000000000011000001"},
        {"barcodes": f"{upc(1)}*0000019999"},
    ],
    ids=lambda cells: next(iter(cells)),
)
def test_a_number_too_large_for_its_column_is_a_fault(cells: dict[str, str]) -> None:
    assert isinstance(read_one({**BASE, **cells}), BadRow)


@pytest.mark.parametrize("column", ["minimum_age", "barcodes"])
def test_a_number_of_thousands_of_digits_is_a_fault(column: str) -> None:
    endless = ("000001" if column == "barcodes" else "0" * 12) + "1" * 5000
    cell = f"{upc(1)}*{endless}" if column == "barcodes" else endless
    assert isinstance(read_one({**BASE, column: cell}), BadRow)


def test_more_cells_than_columns_are_a_fault() -> None:
    (row,) = read(["sku,name,price\n", "A-1,Gin, dry,9.99\n"])
    assert isinstance(row, BadRow)
    assert (row.line, row.sku) == (2, "A-1")
    assert "more cells than columns" in row.reason


def test_fewer_cells_than_columns_are_a_fault() -> None:
    (row,) = read(["sku,name,price,beverage_type\n", "A-1,Bourbon,9.9"])
    assert isinstance(row, BadRow)


def test_no_strength_is_the_same_however_it_is_written() -> None:
    assert str(read_good({**BASE, "abv_percent": "-0"}).abv_percent) == "0.0"


@pytest.mark.parametrize(
    ("header", "missing"),
    [
        ("sku,price", "missing: name."),
        ("name,upc", "missing: price."),
        ("name,price", "missing: sku."),
        ("name,price,barcodes", "missing: sku."),
        ("", "missing: name, price, sku. Found: nothing."),
        ("sku;name;price", "missing: name, price, sku. Found: sku;name;price."),
    ],
)
def test_a_file_without_the_columns_it_needs_is_refused(header: str, missing: str) -> None:
    with pytest.raises(ImportRefused) as refusal:
        read([f"{header}\n", "1,2,3\n"])
    assert missing in refusal.value.detail


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(ImportRefused, match="Found: nothing"):
        read([])


def test_a_header_alone_is_a_file_without_rows() -> None:
    assert read(["sku,name,price\n"]) == []


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte order mark"])
def test_a_file_of_any_spreadsheet_is_read(mark: bytes, newline: str) -> None:
    text = newline.join(["sku,name,price", 'A-1,"Kölsch, 12 oz",9.99', "", "B-2,Gin,1", ""])
    rows = read(as_uploaded(mark + text.encode()))
    assert [(row.sku, row.line) for row in rows] == [("A-1", 2), ("B-2", 4)]
    assert isinstance(rows[0], ProductRow)
    assert rows[0].name == "Kölsch, 12 oz"


def test_line_numbers_stay_right_behind_a_text_of_several_lines() -> None:
    text = 'sku,name,price\nA-1,"two\nlines",1\nB-2,,1\n'
    (first, bad) = read(as_uploaded(text.encode()))
    assert isinstance(first, ProductRow)
    assert (first.name, bad) == ("two\nlines", BadRow(4, "B-2", "name is missing"))


@pytest.mark.parametrize("content", ["sku,name,price\nA-1,Kölsch,1\n".encode("latin-1"),
                                     b"PK\x03\x04\xff\xfe\x00\x00"])  # fmt: skip
def test_a_file_that_is_not_utf_8_is_refused(content: bytes) -> None:
    with pytest.raises(ImportRefused, match="no readable CSV file in UTF-8"):
        read(as_uploaded(content))


def test_a_cell_without_an_end_is_refused_with_its_line() -> None:
    endless = f'A-1,"{"x" * csv.field_size_limit()}\n'
    with pytest.raises(ImportRefused, match="near line 3"):
        read(["sku,name,price\n", "B-2,Gin,1\n", endless])


def test_rows_are_read_as_they_are_reached() -> None:
    lines = iter(file_of(*(bottle(f"B-{number}") for number in range(9))))
    rows = read_rows(lines)
    for _ in range(3):
        next(rows)
    assert len(list(lines)) == 6


number_like = st.from_regex(r"\A[$0-9.,+\-eE_% ]{0,12}\Z")
code_like = st.from_regex(r"\A([0-9]{8}|[0-9]{12})(\*[0-9]{0,5})?\Z")


@given(st.fixed_dictionaries({name: st.text() | number_like | code_like for name in COLUMNS}))
def test_any_text_in_the_cells_is_understood_or_makes_the_row_bad(cells: dict[str, str]) -> None:
    row = read_one(cells)
    assert isinstance(row, BadRow) or (row.name and 0 < len(row.sku) <= 40)
