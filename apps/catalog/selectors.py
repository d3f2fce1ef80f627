"""Reads of the catalog. What tills ask all the time comes from a cache that is never stale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F, OuterRef, Prefetch, Q, Subquery

from apps.catalog.errors import BarcodeInvalid, BarcodeUnknown
from apps.catalog.gtin import CodeInvalid, read_scan
from apps.catalog.models import Barcode, Modifier, Price, PriceBook, Product, StorePriceBook
from apps.catalog.models import ModifierGroup as ModifierGroupRow
from apps.catalog.rules import least_age
from apps.catalog.types import Item, ModifierChoice, ModifierGroup, PricePoint, Scanned
from apps.core.reference import ReferenceCache
from apps.stores.types import BeverageType, TaxClass

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime

    from django.db.models import QuerySet

    from apps.stores.types import StoreProfile

_books: ReferenceCache[int, tuple[int, str]] = ReferenceCache()  # store id: book id, code
_codes: ReferenceCache[str, tuple[int, int]] = ReferenceCache()  # GTIN: product id, pack size
_items: ReferenceCache[tuple[int, int], Item] = ReferenceCache()  # book id, product id


def find_scanned(*, store: StoreProfile, scan: str, revision: int, now: datetime) -> Scanned | None:
    """The product behind a scan, or None where no active product has that code.

    Raises:
        BarcodeInvalid: it is no product code.
    """
    found = find_all_scanned(store=store, scans=[scan], revision=revision, now=now)
    return found.get(scan)


def get_scanned(*, store: StoreProfile, scan: str, revision: int, now: datetime) -> Scanned:
    """As `find_scanned`.

    Raises:
        BarcodeInvalid: it is no product code.
        BarcodeUnknown: no active product has it.
    """
    found = find_scanned(store=store, scan=scan, revision=revision, now=now)
    if found is None:
        raise BarcodeUnknown("No active product has this barcode.", barcode=scan)
    return found


def find_all_scanned(
    *, store: StoreProfile, scans: Collection[str], revision: int, now: datetime
) -> dict[str, Scanned]:
    """The products behind several scans, keyed by scan; unknown codes are left out.

    No statement when all are in the cache; otherwise a number that does not grow with the scans.

    Raises:
        BarcodeInvalid: one of them is no product code.
    """
    read = {}
    for scan in scans:
        try:
            read[scan] = read_scan(scan, price_digits=store.price_in_barcode_digits)
        except CodeInvalid as error:
            raise BarcodeInvalid(str(error), barcode=scan) from error
    wanted = {gtin for code in read.values() for gtin in code.candidates}
    known = _resolve_codes(wanted, revision)
    ids = {known[gtin][0] for gtin in wanted if gtin in known}
    items = find_items(store=store, product_ids=ids, revision=revision, now=now)
    found = {}
    for scan, code in read.items():
        gtin = next((gtin for gtin in code.candidates if gtin in known), None)
        if gtin is not None and (item := items.get(known[gtin][0])):
            found[scan] = Scanned(item, gtin, known[gtin][1], code.price_cents)
    return found


def find_items(
    *, store: StoreProfile, product_ids: Collection[int], revision: int, now: datetime
) -> dict[int, Item]:
    """Products by id as the store sells them, active or not; unknown ids are left out."""
    book_id, _ = get_book_of(store_id=store.id, revision=revision)
    cached = _items.entries(revision)
    items = {pk: item for pk in product_ids if (item := cached.get((book_id, pk)))}
    missing = [pk for pk in product_ids if pk not in items]
    if missing:
        loaded = _load_items(Product.objects.filter(pk__in=missing), book_id, now)
        _items.add(revision, {(book_id, item.id): item for item in loaded})
        items.update({item.id: item for item in loaded})
    return items


def get_book_of(*, store_id: int, revision: int) -> tuple[int, str]:
    """Id and code of the price book a store sells by; (0, "") where it has none yet."""
    known = _books.entries(revision).get(store_id)
    if known is None:
        link = StorePriceBook.objects.select_related("book").filter(store_id=store_id).first()
        known = (link.book_id, link.book.code) if link else (0, "")
        _books.add(revision, {store_id: known})
    return known


def list_products(*, search: str = "", category: str = "") -> QuerySet[Product]:
    """Active products whose name, SKU or barcode holds the search text, in a category if named."""
    products = Product.objects.filter(is_active=True)
    if category:
        products = products.filter(
            Q(category__name__iexact=category) | Q(category__department__iexact=category)
        )
    if search:
        by_code = Barcode.objects.filter(gtin__contains=search, is_active=True).values("product")
        products = products.filter(
            Q(name__icontains=search) | Q(sku__iexact=search) | Q(pk__in=by_code)
        )
    return products


def list_items(
    *, store: StoreProfile, products: Iterable[Product], revision: int, now: datetime
) -> list[Item]:
    """These products, in their order, as the store sells them."""
    ids = [product.pk for product in products]
    items = find_items(store=store, product_ids=ids, revision=revision, now=now)
    return [items[pk] for pk in ids if pk in items]


def list_known_products(*, product_ids: Collection[int]) -> set[int]:
    """Those of the ids that are products."""
    return set(Product.objects.filter(pk__in=product_ids).values_list("pk", flat=True))


def list_price_books() -> QuerySet[PriceBook]:
    """All price books, by code."""
    return PriceBook.objects.order_by("code")


def forget_catalog() -> None:
    """Empty the caches, for tests that roll the database back."""
    for cache in (_books, _codes, _items):
        cache.clear()


def _resolve_codes(gtins: set[str], revision: int) -> Mapping[str, tuple[int, int]]:
    cached = _codes.entries(revision)
    if all(gtin in cached for gtin in gtins):
        return cached
    rows = Barcode.objects.filter(gtin__in=gtins, is_active=True, product__is_active=True)
    loaded = {
        gtin: (pk, size) for gtin, pk, size in rows.values_list("gtin", "product", "pack_size")
    }
    _codes.add(revision, loaded)
    return loaded


def _load_items(products: QuerySet[Product], book_id: int, now: datetime) -> list[Item]:
    in_force = (
        Price.objects.filter(book=OuterRef("book"), product=OuterRef("product"), starts_at__lte=now)
        .order_by("-starts_at")
        .values("starts_at")[:1]
    )
    current_and_coming = (
        Price.objects.filter(book_id=book_id)
        .annotate(since=Subquery(in_force))
        .filter(Q(since__isnull=True) | Q(starts_at__gte=F("since")))
        .order_by("starts_at")
    )
    choices = Modifier.objects.filter(is_active=True).order_by("pk")
    rows = products.select_related("category").prefetch_related(
        Prefetch("prices", queryset=current_and_coming),
        Prefetch("barcodes", queryset=Barcode.objects.filter(is_active=True).order_by("pk")),
        Prefetch("modifier_groups", queryset=ModifierGroupRow.objects.order_by("pk")),
        Prefetch("modifier_groups__modifiers", queryset=choices),
    )
    book = PriceBook.objects.filter(pk=book_id).values_list("code", flat=True).first() or ""
    return [_to_item(product, book) for product in rows]


def _to_item(product: Product, book: str) -> Item:
    beverage = BeverageType(product.beverage_type)
    return Item(
        id=product.pk,
        sku=product.sku,
        name=product.name,
        category=product.category.name,
        beverage=beverage,
        tax_class=TaxClass(product.tax_class),
        minimum_age=least_age(beverage, product.minimum_age),
        volume_ml=product.volume_ml,
        abv_percent=product.abv_percent,
        is_active=product.is_active,
        barcodes=tuple((code.gtin, code.pack_size) for code in product.barcodes.all()),
        price_book=book,
        prices=tuple(PricePoint(p.starts_at, p.price_cents) for p in product.prices.all()),
        modifier_groups=tuple(_to_group(group) for group in product.modifier_groups.all()),
    )


def _to_group(group: ModifierGroupRow) -> ModifierGroup:
    choices = tuple(
        ModifierChoice(choice.pk, choice.name, choice.price_cents)
        for choice in group.modifiers.all()
    )
    return ModifierGroup(group.pk, group.name, group.minimum, group.maximum, choices)
