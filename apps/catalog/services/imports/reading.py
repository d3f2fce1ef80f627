"""Reading a product file: one row at a time, each either understood or named with its fault."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from apps.catalog.errors import ImportRefused
from apps.catalog.gtin import CodeInvalid, normalise
from apps.catalog.models.product import MAX_PACK, MAX_PRICE_CENTS
from apps.core.money import format_cents, parse_dollars
from apps.stores.types import BeverageType, TaxClass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

type Code = tuple[str, int]  # GTIN-14 and pack size

# Our name of a column, and the headers under which other files bring it. The first that a file has
# is taken. Needed: a name, a price, and a SKU or at least one code to stand in for it.
COLUMNS: dict[str, tuple[str, ...]] = {
    "sku": ("sku", "source_item_no"),
    "name": ("name",),
    "department": ("department",),
    "category": ("category",),
    "vendor": ("vendor", "vendor_name", "producer"),
    "beverage_type": ("beverage_type",),
    "tax_class": ("tax_class",),
    "minimum_age": ("minimum_age",),
    "volume_ml": ("volume_ml", "bottle_volume_ml"),
    "abv_percent": ("abv_percent", "abv_pct"),
    "cost": ("cost", "unit_cost", "unit_cost_synthetic"),
    "price": ("price", "retail_price", "retail_price_ia", "retail_price_synthetic"),
    "barcodes": ("barcodes",),
    "upc": ("upc", "upc12", "upc12_synthetic"),
    "case_code": ("case_gtin14", "case_code"),
    "case_size": ("pack", "case_size"),
    "modifier_groups": ("modifier_groups",),
    "tracks_stock": ("tracks_stock",),
    "discontinued": ("discontinued",),
}
BEVERAGES = {
    "none": BeverageType.NONE,
    "beer": BeverageType.BEER,
    "wine": BeverageType.WINE,
    "spirits": BeverageType.SPIRITS,
    "spirits_rtd": BeverageType.SPIRITS,
}
LONGEST = {"sku": 40, "name": 120, "department": 60, "category": 60, "vendor": 80}
YES, NO = frozenset({"1", "yes", "true"}), frozenset({"0", "no", "false"})
MAX_AGE = 99
MAX_VOLUME_ML = 1_000_000
MOST_DIGITS = 12
SHOWN = 20  # characters of a cell at fault


class RowFault(ValueError):
    """Why a row cannot be taken; the message is for the person who mends the file."""


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A row that was understood. Amounts in cents; None where the file says nothing."""

    line: int
    sku: str
    name: str
    category: tuple[str, str] | None  # department and name
    vendor: str
    beverage: BeverageType | None
    tax_class: TaxClass | None
    minimum_age: int | None
    volume_ml: int | None
    abv_percent: Decimal | None
    cost_cents: int | None
    price_cents: int | None
    codes: tuple[Code, ...]
    modifier_groups: tuple[str, ...] | None
    is_discontinued: bool | None
    tracks_stock: bool | None


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was not understood."""

    line: int
    sku: str
    reason: str


def read_rows(lines: Iterable[str]) -> Iterator[ProductRow | BadRow]:
    """Each row of a CSV file, as it is reached; nothing is held back in memory.

    Raises:
        ImportRefused: it is no CSV file with a header, or needed columns are missing.
    """
    reader = csv.DictReader(lines, restkey="(surplus)")
    try:
        header = [name.strip().lower() for name in reader.fieldnames or ()]
        _refuse_twins(header)
        column_of = _match_columns(header)
        reader.fieldnames = header
        for cells in reader:
            yield _read_row(reader.line_num, cells, column_of)
    except (csv.Error, UnicodeDecodeError) as error:
        where = f"near line {reader.line_num + 1}"
        raise ImportRefused(f"This is no readable CSV file in UTF-8, {where}: {error}.") from error


def _refuse_twins(header: list[str]) -> None:
    twins = sorted({name for name in header if name and header.count(name) > 1})
    if twins:
        raise ImportRefused(f"The first line names a column twice: {', '.join(twins)}.")


def _match_columns(header: list[str]) -> dict[str, str]:
    column_of = {
        ours: next(name for name in theirs if name in header)
        for ours, theirs in COLUMNS.items()
        if any(name in header for name in theirs)
    }
    missing = [needed for needed in ("name", "price") if needed not in column_of]
    if "sku" not in column_of and "upc" not in column_of:
        missing.append("sku")
    if missing:
        raise ImportRefused(
            f"The first line must name the columns; missing: {', '.join(missing)}."
            f" Found: {', '.join(header) or 'nothing'}."
        )
    return column_of


def _read_row(
    line: int, cells: dict[str, str | list[str] | None], column_of: dict[str, str]
) -> ProductRow | BadRow:
    texts = {ours: str(cells.get(theirs) or "").strip() for ours, theirs in column_of.items()}
    sku = texts.get("sku") or (f"UPC-{texts['upc']}" if texts.get("upc") else "")
    try:
        if "(surplus)" in cells:
            raise RowFault("more cells than columns; is a comma inside a text without quotes?")
        if None in cells.values():
            raise RowFault("fewer cells than columns; is the file cut short?")
        if any("\x00" in text for text in texts.values()):
            raise RowFault("contains a NUL character")
        return _understand(line, sku, texts)
    except RowFault as fault:
        return BadRow(line, sku, str(fault))


def _understand(line: int, sku: str, texts: dict[str, str]) -> ProductRow:
    texts = {**texts, "sku": sku}
    for column, longest in LONGEST.items():
        if len(texts.get(column, "")) > longest:
            raise RowFault(f"{column} is longer than {longest} characters")
    if not sku:
        raise RowFault("sku is missing, and no code could stand in for it")
    if not texts["name"]:
        raise RowFault("name is missing")
    groups = (name.strip() for name in texts.get("modifier_groups", "").split("|"))
    return ProductRow(
        line=line,
        sku=sku,
        name=texts["name"],
        category=_category(texts),
        vendor=texts.get("vendor", ""),
        beverage=_beverage(texts.get("beverage_type", "")),
        tax_class=_tax_class(texts.get("tax_class", "")),
        minimum_age=_whole("minimum_age", texts, 0, MAX_AGE),
        volume_ml=_whole("volume_ml", texts, 1, MAX_VOLUME_ML),
        abv_percent=_abv(texts.get("abv_percent", "")),
        cost_cents=_dollars("cost", texts),
        price_cents=_dollars("price", texts),
        codes=_codes(texts),
        modifier_groups=tuple(dict.fromkeys(name for name in groups if name)) or None,
        is_discontinued=_yes_or_no("discontinued", texts),
        tracks_stock=_yes_or_no("tracks_stock", texts),
    )


def _category(texts: dict[str, str]) -> tuple[str, str] | None:
    department, name = texts.get("department", ""), texts.get("category", "")
    if not (department or name):
        return None
    return department or "General", name or department


def _yes_or_no(column: str, texts: dict[str, str]) -> bool | None:
    word = texts.get(column, "").lower()
    if word and word not in YES | NO:
        raise RowFault(f"{column} {word!r} is neither yes nor no")
    return word in YES if word else None


def _beverage(text: str) -> BeverageType | None:
    if not text:
        return None
    try:
        return BEVERAGES[text.lower()]
    except KeyError:
        raise RowFault(f"beverage_type {text!r} is none of beer, wine, spirits, none") from None


def _tax_class(text: str) -> TaxClass | None:
    if not text:
        return None
    try:
        return TaxClass(text.upper())
    except ValueError:
        raise RowFault(f"tax_class {text!r} is not known") from None


def _whole(column: str, texts: dict[str, str], least: int, most: int) -> int | None:
    text = texts.get(column, "")
    if not text:
        return None
    number = _digits(text)
    if number is None or not least <= number <= most:
        raise RowFault(f"{column} {text[:SHOWN]!r} is not a whole number from {least} to {most}")
    return number


def _digits(text: str) -> int | None:
    """The number that ASCII digits stand for, or None; no more digits than any column can need."""
    is_short = len(text) <= MOST_DIGITS
    return int(text) if is_short and text.isascii() and text.isdigit() else None


def _abv(text: str) -> Decimal | None:
    if not text:
        return None
    try:
        percent = Decimal(text)
    except InvalidOperation:
        percent = Decimal(-1)
    if not (percent.is_finite() and 0 <= percent <= 100):  # noqa: PLR2004 - a percentage
        raise RowFault(f"abv_percent {text!r} is not a percentage")
    return abs(percent.quantize(Decimal("0.1")))  # never "-0.0"


def _dollars(column: str, texts: dict[str, str]) -> int | None:
    text = texts.get(column, "")
    if not text:
        return None
    try:
        cents = parse_dollars(text)
    except ValueError:
        raise RowFault(f"{column} {text[:SHOWN]!r} is not an amount such as 12.50") from None
    if cents > MAX_PRICE_CENTS:
        raise RowFault(f"{column} {text[:SHOWN]!r} is more than {format_cents(MAX_PRICE_CENTS)}")
    return cents


def _codes(texts: dict[str, str]) -> tuple[Code, ...]:
    """All codes of a row: `CODE*PACK ...`, and the UPC and case code of supplier files."""
    codes = [entry.partition("*") for entry in texts.get("barcodes", "").split()]
    codes.append((texts.get("upc", ""), "", "1"))
    codes.append((texts.get("case_code", ""), "", texts.get("case_size", "")))
    found: dict[str, int] = {}
    for code, _, pack in codes:
        if code:
            gtin, size = _gtin(code), _pack(code, pack or "1")
            if found.setdefault(gtin, size) != size:
                raise RowFault(f"barcode {code} stands twice with different pack sizes")
    return tuple(found.items())


def _gtin(code: str) -> str:
    try:
        return normalise(code)
    except CodeInvalid as error:
        raise RowFault(f"barcode {code!r}: {error}") from error


def _pack(code: str, text: str) -> int:
    size = _digits(text)
    if size is None or not 1 <= size <= MAX_PACK:
        raise RowFault(f"barcode {code}: pack size {text[:SHOWN]!r} is not 1 to {MAX_PACK}")
    return size
