"""Prices for a draft from a file or pasted lines: all or nothing, with every bad line named."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from itertools import batched, chain
from typing import TYPE_CHECKING

from django_subatomic.db import durable, transaction

from apps.catalog.errors import EditionFileRefused
from apps.catalog.gtin import CodeInvalid, normalise
from apps.catalog.models import Barcode, Price, PriceBook, Product, StorePriceBook
from apps.catalog.models.product import MAX_PRICE_CENTS
from apps.catalog.services.editions.writing import Planned, get_draft, set_prices
from apps.catalog.services.imports.reading import BadRow
from apps.core.money import format_cents, parse_dollars

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from datetime import datetime

    from apps.core.types import Actor

ROWS_AT_ONCE = 500
CHANGES_SHOWN = 200
SHOWN = 20  # characters of a cell at fault
CODES = ("sku", "upc", "barcode", "gtin")
PRICES = ("price", "retail_price", "new_price")
BOOKS = ("book", "price_book")


@dataclass(frozen=True, slots=True)
class PriceFile:
    """A file as lines of text, and the books that a line is for that names none.

    No books means all that stores sell by.
    """

    name: str
    lines: Iterable[str]
    book_ids: Collection[int] = ()
    on_progress: Callable[[int], None] = lambda _rows: None


@dataclass(frozen=True, slots=True)
class PriceRow:
    """A line that was understood: a SKU or barcode, cents, and a price book where it names one."""

    line: int
    code: str
    cents: int
    book: str


@dataclass(frozen=True, slots=True)
class PriceChange:
    """What a line makes of a price in one book."""

    line: int
    sku: str
    name: str
    book: str
    now_cents: int
    price_cents: int


@dataclass(slots=True)
class PriceReport:
    """What a file put into a draft, or would."""

    rows: int = 0
    dearer: int = 0
    cheaper: int = 0
    unchanged: int = 0
    changes: list[PriceChange] = field(default_factory=list)
    bad_rows: list[BadRow] = field(default_factory=list)
    planned: list[Planned] = field(default_factory=list)
    is_applied: bool = False


@durable
def take_in_prices(
    *, actor: Actor, edition_id: int, file: PriceFile, now: datetime, dry_run: bool = False
) -> PriceReport:
    """Put the prices of a file into a draft. With a bad line, or as a dry run, nothing is changed.

    Raises:
        EditionUnknown, EditionStateConflict: there is none, or it is published.
        EditionFileRefused: it is no table of SKU and price.
    """
    get_draft(edition_id)
    report, reader = PriceReport(), _Reader(file, now)
    for chunk in batched(read_prices(file.lines), ROWS_AT_ONCE):
        report.rows += len(chunk)
        report.bad_rows += [row for row in chunk if isinstance(row, BadRow)]
        reader.plan([row for row in chunk if isinstance(row, PriceRow)], report)
        file.on_progress(len(chunk))
    if not report.rows:
        raise EditionFileRefused("There is no line in it. Write a SKU and a price on each.")
    report.bad_rows.sort(key=lambda row: row.line)
    if not (dry_run or report.bad_rows):
        with transaction():
            set_prices(actor=actor, edition_id=edition_id, planned=report.planned, now=now)
        report.is_applied = True
    return report


def read_prices(lines: Iterable[str]) -> Iterator[PriceRow | BadRow]:
    """Each line of a table with commas, semicolons or tabs; a first line may name the columns.

    Raises:
        EditionFileRefused: it is no text in UTF-8, or no table.
    """
    try:
        rest = iter(lines)
        first = next((line for line in rest if line.strip()), "")
        delimiter = next((mark for mark in "\t;" if mark in first), ",")
        reader = csv.reader(chain([first], rest), delimiter=delimiter)
        order, row = _columns(next(reader, []))
        if row:
            yield _understand(reader.line_num, row, order)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield _understand(reader.line_num, cells, order)
    except (csv.Error, UnicodeDecodeError) as error:
        raise EditionFileRefused(f"This is no readable table in UTF-8: {error}.") from error


def _columns(first: list[str]) -> tuple[tuple[int, int, int | None], list[str]]:
    """Where code, price and book stand, and the first line itself where it names no columns."""
    names = [cell.strip().lower() for cell in first]
    code, price, book = (
        next((names.index(name) for name in known if name in names), None)
        for known in (CODES, PRICES, BOOKS)
    )
    if code is None and price is None:
        return (0, 1, 2), first
    if code is None or price is None:
        missing = "sku" if code is None else "price"
        raise EditionFileRefused(f"The first line names no column {missing}.")
    return (code, price, book), []


def _understand(
    line: int, cells: list[str], order: tuple[int, int, int | None]
) -> PriceRow | BadRow:
    code, price, book = (
        cells[at].strip() if at is not None and at < len(cells) else "" for at in order
    )
    if not code:
        return BadRow(line, "", "the SKU is missing")
    try:
        cents = parse_dollars(price)
    except ValueError:
        return BadRow(line, code[:SHOWN], f"{price[:SHOWN]!r} is no amount such as 12.50")
    if cents > MAX_PRICE_CENTS:
        return BadRow(line, code[:SHOWN], f"more than {format_cents(MAX_PRICE_CENTS)}")
    return PriceRow(line, code, cents, book)


class _Reader:
    """Compares lines with the catalog; knows what earlier lines of the file have taken."""

    def __init__(self, file: PriceFile, now: datetime) -> None:
        self.now = now
        self.books = {book.code.lower(): book for book in PriceBook.objects.all()}
        used = StorePriceBook.objects.values_list("book", flat=True)
        self.usual = set(file.book_ids or used)
        self.taken: dict[tuple[int, int], int] = {}

    def plan(self, rows: list[PriceRow], report: PriceReport) -> None:
        """Some lines; the statements do not grow with them."""
        products = _find_products(rows)
        prices = self._prices_now({product.pk for product in products.values()})
        for row in rows:
            product = products.get(row.code)
            reason = self._take(row, product, prices, report)
            if reason:
                report.bad_rows.append(BadRow(row.line, row.code[:SHOWN], reason))

    def _take(
        self,
        row: PriceRow,
        product: Product | None,
        prices: Mapping[tuple[int, int], int],
        report: PriceReport,
    ) -> str | None:
        """Plan a line's prices; why it cannot be, if it cannot."""
        if product is None:
            return "no product has this SKU or barcode"
        if row.book and row.book.lower() not in self.books:
            return f"there is no price book {row.book[:SHOWN]}"
        wanted = {self.books[row.book.lower()].pk} if row.book else self.usual
        books = [book for book in self.books.values() if book.pk in wanted]
        sold_in = [book for book in books if (book.pk, product.pk) in prices]
        if not sold_in:
            return "it has no price there yet; give it a first price on its own page"
        for book in sold_in:
            key = (book.pk, product.pk)
            if (line := self.taken.setdefault(key, row.line)) != row.line:
                return f"it stands in line {line} already"
            _plan(row, product, book, prices[key], report)
        return None

    def _prices_now(self, product_ids: set[int]) -> dict[tuple[int, int], int]:
        rows = Price.objects.filter(product__in=product_ids, starts_at__lte=self.now)
        ordered = rows.order_by("starts_at").values_list("book", "product", "price_cents")
        return {(book, product): cents for book, product, cents in ordered}


def _plan(
    row: PriceRow, product: Product, book: PriceBook, now_cents: int, report: PriceReport
) -> None:
    report.planned.append(Planned(book.pk, product.pk, row.cents))
    report.dearer += row.cents > now_cents
    report.cheaper += row.cents < now_cents
    report.unchanged += row.cents == now_cents
    if len(report.changes) < CHANGES_SHOWN:
        change = PriceChange(row.line, product.sku, product.name, book.code, now_cents, row.cents)
        report.changes.append(change)


def _find_products(rows: list[PriceRow]) -> dict[str, Product]:
    """By SKU, else by the barcode of a single unit."""
    codes = {row.code for row in rows}
    found = {product.sku: product for product in Product.objects.filter(sku__in=codes)}
    gtins = {}
    for code in codes - found.keys():
        try:
            gtins[normalise(code)] = code
        except CodeInvalid:
            continue
    known = Barcode.objects.filter(gtin__in=gtins, is_active=True, pack_size=1)
    return found | {gtins[row.gtin]: row.product for row in known.select_related("product")}
