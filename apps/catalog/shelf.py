"""The shelf: what tills ask of the catalog all the time, cached per process and never stale.

What is not on the shelf yet is fetched in one statement for all products of a request, whether they
are asked for by code or by id; products with modifiers take a few more, once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch

from apps.catalog.models import Modifier, Product, StorePriceBook
from apps.catalog.models import ModifierGroup as ModifierGroupRow
from apps.catalog.rules import least_age
from apps.catalog.types import Item, ModifierChoice, ModifierGroup, PricePoint
from apps.core.dialects import as_instant
from apps.core.reference import ReferenceCache
from apps.core.sql import Batch
from apps.stores.types import BeverageType, TaxClass

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime

    from apps.core.sql import Row

type Code = tuple[int, int]  # product id and pack size

_books: ReferenceCache[int, tuple[int, str]] = ReferenceCache()  # store id: book id and code
_codes: ReferenceCache[str, Code] = ReferenceCache()  # GTIN-14
_items: ReferenceCache[tuple[int, int], Item] = ReferenceCache()  # book id, product id

LAGGARD = timedelta(minutes=1)  # a request may be that much behind another of its process

# One row per product, active code and price from the one in force at the instant on.
_FETCH = (
    "SELECT product.id, product.sku, product.name, category.name, product.beverage_type,"
    " product.tax_class, product.minimum_age, product.volume_ml, product.abv_percent,"
    " product.is_active, EXISTS (SELECT 1 FROM catalog_product_modifier_groups AS link"
    " WHERE link.product_id = product.id), code.gtin, code.pack_size, price.starts_at,"
    " price.price_cents, product.tracks_stock, category.id, edition.code FROM ({wanted}) AS wanted"
    " JOIN catalog_product AS product ON product.id = wanted.id"
    " JOIN catalog_category AS category ON category.id = product.category_id"
    " LEFT JOIN catalog_barcode AS code ON code.product_id = product.id AND code.is_active"
    " LEFT JOIN catalog_price AS price ON price.product_id = product.id AND price.book_id = %s"
    " AND price.starts_at >= COALESCE((SELECT MAX(earlier.starts_at) FROM catalog_price AS earlier"
    " WHERE earlier.book_id = %s AND earlier.product_id = product.id"
    " AND earlier.starts_at <= %s), price.starts_at)"
    " LEFT JOIN catalog_priceedition AS edition ON edition.id = price.edition_id"
    " ORDER BY product.id, code.id, price.starts_at"
)
_BY_CODE = "SELECT product_id AS id FROM catalog_barcode WHERE is_active AND gtin IN ({marks})"
_BY_ID = "SELECT id FROM catalog_product WHERE id IN ({marks})"


@dataclass(slots=True)
class Wanted:
    """What a request asks for, at a revision and an instant.

    `at` is the instant of a sale that arrives late, whose prices may be over by now.
    """

    store_id: int
    revision: int
    now: datetime
    gtins: Collection[str] = ()
    product_ids: Collection[int] = ()
    at: datetime | None = None

    @property
    def past(self) -> datetime | None:
        """The instant whose prices the shelf does not keep; None where it keeps those wanted."""
        return self.at if self.at is not None and self.at < self.now - LAGGARD else None


@dataclass(slots=True)
class Found:
    """What is on the shelf of it."""

    codes: dict[str, Code] = field(default_factory=dict)
    items: dict[int, Item] = field(default_factory=dict)


def take(wanted: Wanted) -> Found:
    """Items by code and id, active or not. Codes are active; what does not exist is left out.

    What is wanted at the prices of the past is always fetched, and is not put on the shelf.
    """
    book_id, book = book_of(store_id=wanted.store_id, revision=wanted.revision)
    past = wanted.past
    found, gtins, ids = _look(wanted, book_id) if past is None else _look_past(wanted)
    if not (gtins or ids):
        return found
    rows = _fetch(gtins, ids, book_id, past or wanted.now)
    items = _to_items(rows, book)
    codes = {row[11]: (row[0], row[12]) for row in rows if row[11] is not None}
    if past is None:
        _items.add(wanted.revision, {(book_id, pk): item for pk, item in items.items()})
        _codes.add(wanted.revision, codes)
    found.items.update(items)
    found.codes.update({gtin: codes[gtin] for gtin in gtins if gtin in codes})
    return found


def read(wanted: Wanted) -> dict[int, Item]:
    """Items by id as they are now, past the shelf: for who reads the whole catalog once."""
    book_id, book = book_of(store_id=wanted.store_id, revision=wanted.revision)
    ids = list(wanted.product_ids)
    return _to_items(_fetch([], ids, book_id, wanted.now), book) if ids else {}


def book_of(*, store_id: int, revision: int) -> tuple[int, str]:
    """Id and code of the price book a store sells by; (0, "") where it has none yet."""
    known = _books.entries(revision).get(store_id)
    if known is None:
        link = StorePriceBook.objects.select_related("book").filter(store=store_id).first()
        known = (link.book_id, link.book.code) if link else (0, "")
        _books.add(revision, {store_id: known})
    return known


def clear() -> None:
    """Empty the shelf, as a fresh process would."""
    for cache in (_books, _codes, _items):
        cache.clear()


def _look(wanted: Wanted, book_id: int) -> tuple[Found, list[str], list[int]]:
    """What is on the shelf, and the codes and ids that are not."""
    codes, items = _codes.entries(wanted.revision), _items.entries(wanted.revision)
    found, gtins, ids = Found(), [], []
    for gtin in wanted.gtins:
        code = codes.get(gtin)
        item = items.get((book_id, code[0])) if code else None
        if code is None or item is None:
            gtins.append(gtin)
        else:
            found.codes[gtin], found.items[item.id] = code, item
    for pk in wanted.product_ids:
        item = items.get((book_id, pk))
        if item is None:
            ids.append(pk)
        else:
            found.items[pk] = item
    return found, gtins, ids


def _look_past(wanted: Wanted) -> tuple[Found, list[str], list[int]]:
    """As `_look`, where nothing on the shelf will do."""
    return Found(), list(wanted.gtins), list(wanted.product_ids)


def _fetch(gtins: list[str], ids: list[int], book_id: int, now: datetime) -> list[Row]:
    parts = []
    if gtins:
        parts.append(_BY_CODE.format(marks=", ".join(["%s"] * len(gtins))))
    if ids:
        parts.append(_BY_ID.format(marks=", ".join(["%s"] * len(ids))))
    batch = Batch()
    sql = _FETCH.format(wanted=" UNION ".join(parts))
    statement = batch.add(sql, [*gtins, *ids, book_id, book_id, now - LAGGARD])
    batch.run()
    return statement.rows


def _to_items(rows: Iterable[Row], book: str) -> dict[int, Item]:
    by_product: dict[int, list[Row]] = {}
    for row in rows:
        by_product.setdefault(row[0], []).append(row)
    groups = _groups_of([pk for pk, own in by_product.items() if own[0][10]])
    return {pk: _to_item(own, book, groups.get(pk, ())) for pk, own in by_product.items()}


def _to_item(rows: list[Row], book: str, groups: tuple[ModifierGroup, ...]) -> Item:
    first = rows[0]
    beverage = BeverageType(first[4])
    codes = {row[11]: row[12] for row in rows if row[11] is not None}
    prices = {row[13]: (row[14], row[17] or "") for row in rows if row[13] is not None}
    return Item(
        id=first[0],
        sku=first[1],
        name=first[2],
        category=first[3],
        category_id=first[16],
        beverage=beverage,
        tax_class=TaxClass(first[5]),
        minimum_age=least_age(beverage, first[6]),
        volume_ml=first[7],
        abv_percent=_percent(first[8]),
        is_active=bool(first[9]),
        tracks_stock=bool(first[15]),
        barcodes=tuple(codes.items()),
        price_book=book,
        prices=tuple(PricePoint(as_instant(at), *price) for at, price in prices.items()),
        modifier_groups=groups,
    )


def _percent(value: Any) -> Decimal | None:
    """One decimal, also where SQLite hands a float over."""
    return None if value is None else Decimal(str(value)).quantize(Decimal("0.1"))


def _groups_of(product_ids: list[int]) -> Mapping[int, tuple[ModifierGroup, ...]]:
    if not product_ids:
        return {}
    choices = Modifier.objects.filter(is_active=True).order_by("pk")
    products = Product.objects.filter(pk__in=product_ids).prefetch_related(
        Prefetch("modifier_groups", queryset=ModifierGroupRow.objects.order_by("pk")),
        Prefetch("modifier_groups__modifiers", queryset=choices),
    )
    return {
        product.pk: tuple(_to_group(group) for group in product.modifier_groups.all())
        for product in products
    }


def _to_group(group: ModifierGroupRow) -> ModifierGroup:
    choices = tuple(
        ModifierChoice(choice.pk, choice.name, choice.price_cents)
        for choice in group.modifiers.all()
    )
    return ModifierGroup(group.pk, group.name, group.minimum, group.maximum, choices)
